'use strict';
/**
 * What runs inside an instance: loads the function's module and answers one invocation at a time.
 * Plain JavaScript, because a worker thread starts without the loader that the host runs under.
 */
const fs = require('node:fs');
const path = require('node:path');
const { format, inspect } = require('node:util');
const { parentPort, workerData } = require('node:worker_threads');
const { callHttpHandler } = require('./http-handler.cjs');

captureStreams();
captureDescriptors();
parentPort.on('message', (invocation) => {
  invoke(invocation).then(
    (payload) => parentPort.postMessage({ kind: 'returned', payload }),
    (failure) => parentPort.postMessage({ kind: 'failed', ...failure }),
  );
});

async function invoke({ event, context, handlerKind }) {
  let handler;
  try {
    handler = loadHandler();
  } catch (error) {
    throw { handled: false, body: describe(error) };
  }
  const callHandler = handlerKind === 'http' ? callHttpHandler : call;
  const answer = await callHandler(handler, Buffer.from(event), completeContext(context));
  if (answer.error !== undefined) throw { handled: answer.handled, body: describe(answer.error) };
  try {
    return encode(answer.value);
  } catch (error) {
    throw { handled: false, body: describe(error) };
  }
}

function loadHandler() {
  const loaded = require(path.resolve(workerData.codeDirectory, workerData.modulePath));
  const handler = loaded[workerData.exportName];
  if (typeof handler !== 'function') {
    throw new TypeError(
      `'${workerData.exportName}' of '${workerData.modulePath}' is not a function`,
    );
  }
  return handler;
}

/** A returned promise and the callback race: the first to settle is the result. */
function call(handler, event, context) {
  return new Promise((resolve) => {
    const callback = (error, value) =>
      resolve(error ? { error, handled: true } : { value: value ?? undefined });
    const fail = (error) => resolve({ error: error ?? 'undefined', handled: false });
    try {
      const returned = handler(event, context, callback);
      if (typeof returned?.then === 'function') {
        returned.then((value) => resolve({ value }), fail);
      } else if (handler.length < 3) {
        resolve({ value: returned });
      }
    } catch (error) {
      fail(error);
    }
  });
}

function completeContext(context) {
  const log =
    (level) =>
    (...values) => {
      const message = format(...values);
      process.stdout.write(
        `${new Date().toISOString()} ${context.requestId} [${level}] ${message}\n`,
      );
    };
  const logger = {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    log: log('verbose'),
  };
  if (context.tracing === undefined) return { ...context, logger };
  const tracing = { ...context.tracing, parseOpenTracingBaggages: () => ({}) };
  return { ...context, tracing, logger };
}

function encode(value) {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value);
  return Buffer.from(JSON.stringify(value) ?? '');
}

function describe(error) {
  if (error instanceof Error || typeof error?.stack === 'string') {
    const stackTrace = String(error.stack).split('\n');
    return { errorMessage: String(error.message), errorType: String(error.name), stackTrace };
  }
  const errorMessage = typeof error === 'string' ? error : inspect(error);
  return { errorMessage, errorType: typeof error, stackTrace: [] };
}

/**
 * Output goes to the host through the port of the answers, so that what an invocation wrote is there
 * before its answer; the streams of a worker thread have a channel of their own.
 */
function captureStreams() {
  for (const name of ['stdout', 'stderr']) {
    process[name]._writev = (chunks, done) => {
      for (const { chunk, encoding } of chunks) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
        // A copy: a Buffer may be a small view of a large pool, all of which would be sent.
        parentPort.postMessage({ kind: 'output', stream: name, bytes: new Uint8Array(bytes) });
      }
      done();
    };
  }
}

/**
 * Threads share the process's file descriptors: without this, a logger that writes to descriptor 1
 * by number, as pino does, would write to the host's own output.
 */
function captureDescriptors() {
  const { write, writeSync } = fs;
  const captured = (descriptor) =>
    descriptor === 1 ? process.stdout : descriptor === 2 ? process.stderr : undefined;
  const bytesOf = (data, first, second) => {
    if (typeof data === 'string') {
      return Buffer.from(data, typeof second === 'string' ? second : 'utf8');
    }
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const offset = typeof first === 'number' ? first : 0;
    return bytes.subarray(offset, typeof second === 'number' ? offset + second : undefined);
  };
  fs.writeSync = (descriptor, data, ...rest) => {
    const stream = captured(descriptor);
    if (stream === undefined) return writeSync(descriptor, data, ...rest);
    const bytes = bytesOf(data, ...rest);
    stream.write(bytes);
    return bytes.length;
  };
  fs.write = (descriptor, data, ...rest) => {
    const stream = captured(descriptor);
    if (stream === undefined) return write(descriptor, data, ...rest);
    const done = rest.pop();
    const bytes = bytesOf(data, ...rest);
    stream.write(bytes, (error) => done(error ?? null, bytes.length, data));
  };
}
