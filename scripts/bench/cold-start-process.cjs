// A process as Function Compute starts one: it loads a handler, gives it one event and tells what came of it.
const { writeSync } = require('node:fs');

const { handlerFile, event, context } = JSON.parse(process.env.COLD_START);

async function main() {
  const { handler } = require(handlerFile);
  const result = await handler(Buffer.from(event), context).catch((error) => error.message);
  writeSync(
    1,
    JSON.stringify({
      result: typeof result === 'string' ? result : JSON.stringify(result),
      rss: process.memoryUsage.rss(),
      // Without this file.
      modules: Object.keys(require.cache).length - 1,
    }),
  );
  process.exit();
}

main();
