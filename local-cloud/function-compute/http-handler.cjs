'use strict';
/** HTTP handlers of FC 2.0: `req` and `resp` as the Node.js page describes them. */
const { Readable } = require('node:stream');

/**
 * Calls `handler(req, resp, context)`; `event` is the request as JSON, its body in base64. Resolves
 * with the response that `resp.send` was given, or with what was thrown before. A handler that
 * returns without sending is waited for until its timeout, as in the cloud.
 */
exports.callHttpHandler = (handler, event, context) =>
  new Promise((resolve) => {
    const fail = (error) => resolve({ error: error ?? 'undefined', handled: false });
    const send = (response) => resolve({ value: response });
    try {
      const returned = handler(createRequest(event), createResponse(send, fail), context);
      if (typeof returned?.then === 'function') returned.then(undefined, fail);
    } catch (error) {
      fail(error);
    }
  });

/** A stream of the body, as older pages read it, that also has the body as newer pages read it. */
function createRequest(event) {
  const { body, ...fields } = JSON.parse(event.toString());
  const bytes = Buffer.from(body, 'base64');
  const stream = Readable.from(bytes.length > 0 ? [bytes] : [], { objectMode: false });
  return Object.assign(stream, fields, { body: bytes });
}

/** Whatever happens after the first `send` changes nothing. */
function createResponse(send, fail) {
  let statusCode = 200;
  let sent = false;
  const headers = {};
  return {
    setStatusCode(code) {
      statusCode = code;
    },
    setHeader(name, value) {
      headers[String(name).toLowerCase()] = String(value);
    },
    deleteHeader(name) {
      delete headers[String(name).toLowerCase()];
    },
    send(body) {
      if (sent) return;
      sent = true;
      const head = { statusCode, headers: { ...headers } };
      read(body).then((bytes) => {
        send({ ...head, body: bytes.toString('base64'), isBase64Encoded: true });
      }, fail);
    },
  };
}

async function read(body) {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body);
  if (typeof body.pipe !== 'function') {
    throw new TypeError('resp.send takes a string, a Buffer or a readable stream');
  }
  const chunks = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
