import { createNonceMemory } from './nonces';

const MINUTE = 60_000;

test('a nonce is good once for each access key', () => {
  const nonces = createNonceMemory();
  expect(nonces.use('key', 'nonce', 0)).toBe(true);
  expect(nonces.use('key', 'nonce', 0)).toBe(false);
  expect(nonces.use('other', 'nonce', 0)).toBe(true);
});

test('a nonce is remembered for half an hour, however the generations fall', () => {
  for (let offset = 0; offset < 30; offset++) {
    const nonces = createNonceMemory();
    nonces.use('key', 'first', 0);
    const usedAt = offset * MINUTE;
    expect(nonces.use('key', 'nonce', usedAt)).toBe(true);
    for (let later = 1; later <= 30; later++) {
      const at = usedAt + later * MINUTE;
      nonces.use('key', `other ${later}`, at);
      expect(nonces.use('key', 'nonce', at)).toBe(false);
    }
  }
});

test('a nonce is forgotten in the end', () => {
  const nonces = createNonceMemory();
  nonces.use('key', 'nonce', 0);
  nonces.use('key', 'one', 30 * MINUTE);
  nonces.use('key', 'two', 60 * MINUTE);
  expect(nonces.use('key', 'nonce', 60 * MINUTE)).toBe(true);
});
