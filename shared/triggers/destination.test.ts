import { decodeFailedCall } from './destination';

const decode = (event: unknown) => {
  const failed = decodeFailedCall(Buffer.from(JSON.stringify(event)));
  return failed && { payload: failed.payload.toString(), reason: failed.reason };
};

/** As the platform sends it for a function that threw. */
const thrown = {
  timestamp: 1660120276975,
  requestContext: {
    requestId: 'b1',
    functionArn: 'acs:fc:cn-hangzhou:1234567890123456:functions/palisade-enforce',
    condition: 'UnhandledInvocationError',
    approximateInvokeCount: 4,
  },
  requestPayload: '{"runId":"sweep-1"}',
  responseContext: { statusCode: 200, functionError: 'UnhandledInvocationError' },
  responsePayload: '{"errorMessage":"no disk","errorType":"Error","stackTrace":["at x"]}',
};

it('the payload of the call and the message of the function are taken from the event', () => {
  expect(decode(thrown)).toEqual({ payload: '{"runId":"sweep-1"}', reason: 'no disk' });
});

it.each([
  [
    'payloads that are not texts',
    { requestPayload: { runId: 'sweep-1' }, responsePayload: { errorMessage: 'no disk' } },
    'no disk',
  ],
  ['an answer that is not JSON', { responsePayload: 'gone' }, 'UnhandledInvocationError'],
  [
    'no answer',
    { responsePayload: undefined, responseContext: undefined },
    'UnhandledInvocationError',
  ],
  [
    'nothing that says why',
    { requestContext: {}, responsePayload: '', responseContext: {} },
    'the platform gave no reason',
  ],
])('an event with %s is understood as far as it goes', (_what, difference, reason) => {
  expect(decode({ ...thrown, ...difference })).toEqual({ payload: '{"runId":"sweep-1"}', reason });
});

it.each([
  [{ triggerTime: '2026-03-01T04:00:00Z', triggerName: 'daily', payload: '' }],
  [{ requestPayload: 'x' }],
  [null],
  ['text'],
])('%j is no such event', (event) => {
  expect(decode(event)).toBeUndefined();
});

it('what is not JSON is no such event', () => {
  expect(decodeFailedCall(Buffer.from('{'))).toBeUndefined();
});
