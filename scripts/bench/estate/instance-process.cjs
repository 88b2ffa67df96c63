// A process that stands for one warm instance: it loads a handler, serves one event after the other and tells
// what each took. The heap is collected only where that is asked for, after the figures have been taken.
const { handlerFile } = JSON.parse(process.env.BENCH_INSTANCE);
const { handler } = require(handlerFile);

process.on('message', async ({ event, context, collect }) => {
  const before = process.cpuUsage();
  const started = performance.now();
  const outcome = await Promise.resolve(handler(Buffer.from(event), context)).then(
    (answer) => ({ answer }),
    (error) => ({ failure: error.message }),
  );
  const { user, system } = process.cpuUsage(before);
  const figures = { cpuMs: (user + system) / 1000, ms: performance.now() - started };
  const rss = process.memoryUsage.rss();
  if (collect) global.gc();
  const { maxRSS } = process.resourceUsage();
  const heap = process.memoryUsage().heapUsed;
  process.send({ ...outcome, ...figures, rss, heap, maxRss: maxRSS * 1024 });
});
