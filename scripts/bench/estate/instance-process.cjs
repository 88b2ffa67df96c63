// A process that stands for one warm instance: it loads a handler, serves one event after the other and tells
// what each took.
const { handlerFile } = JSON.parse(process.env.BENCH_INSTANCE);
const { handler } = require(handlerFile);

process.on('disconnect', () => process.exit());
process.on('message', async ({ event, context }) => {
  const before = process.cpuUsage();
  const started = performance.now();
  const outcome = await Promise.resolve(handler(Buffer.from(event), context)).then(
    (answer) => ({ answer }),
    (error) => ({ failure: error.message }),
  );
  const { user, system } = process.cpuUsage(before);
  const figures = { cpuMs: (user + system) / 1000, ms: performance.now() - started };
  const rss = process.memoryUsage.rss();
  process.send({ ...outcome, ...figures, rss, maxRss: process.resourceUsage().maxRSS * 1024 });
});
