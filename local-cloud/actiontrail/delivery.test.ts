import { createDelivery, type DeliveryOptions } from './delivery';

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

async function delivered(
  options: DeliveryOptions,
  count: number,
  random: () => number = seeded(1),
): Promise<number[]> {
  const order: number[] = [];
  const delivery = createDelivery(options, { random, onFailure: fail });
  for (let index = 0; index < count; index += 1) {
    delivery.send(async () => {
      order.push(index);
    });
  }
  await delivery.idle();
  return order;
}
const fail = (error: unknown) => {
  throw error;
};
const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

test('by default everything is delivered once, in order', async () => {
  expect(await delivered({}, 10)).toEqual(NUMBERS);
});

test('each event is delivered as often as the option says', async () => {
  expect((await delivered({ copies: 3 }, 2)).sort()).toEqual([0, 0, 0, 1, 1, 1]);
  expect(await delivered({ copies: 0 }, 5)).toEqual([]);
  const times = [2, 0, 1];
  expect(await delivered({ copies: () => times.shift() ?? 0 }, 3)).toEqual([0, 0, 2]);
});

test('each delivery has a delay of its own', async () => {
  const delays = [60, 0, 30];
  expect(await delivered({ delayMs: () => delays.shift() ?? 0 }, 3)).toEqual([1, 2, 0]);
});

test('shuffled deliveries are all made, in an order that the seed decides', async () => {
  const options = { shuffle: 20, copies: 2 };
  const first = await delivered(options, 10, seeded(7));
  expect([...first].sort()).toEqual(NUMBERS.flatMap((number) => [number, number]));
  expect(first).not.toEqual([...NUMBERS, ...NUMBERS]);
  expect(await delivered(options, 10, seeded(7))).toEqual(first);
  expect(await delivered(options, 10, seeded(8))).not.toEqual(first);
});

test('what is sent after a window has closed goes into the next one', async () => {
  const order: string[] = [];
  const delivery = createDelivery({ shuffle: 5 }, { random: seeded(1), onFailure: fail });
  const send = (name: string) =>
    delivery.send(async () => {
      order.push(name);
    });
  send('first');
  await delivery.idle();
  send('second');
  await delivery.idle();
  expect(order).toEqual(['first', 'second']);
});

test('a receiver that fails is reported, and the others still get theirs', async () => {
  const failures: unknown[] = [];
  const delivery = createDelivery(
    {},
    { random: seeded(1), onFailure: (error) => failures.push(error) },
  );
  let reached = false;
  delivery.send(() => Promise.reject(new Error('full')));
  delivery.send(async () => {
    reached = true;
  });
  await delivery.idle();
  expect(failures).toEqual([new Error('full')]);
  expect(reached).toBe(true);
});

test('idle waits for a delivery under way', async () => {
  const delivery = createDelivery({}, { random: seeded(1), onFailure: fail });
  const steps: string[] = [];
  let accept = () => {};
  const started = new Promise<void>((resolve) => {
    delivery.send(async () => {
      resolve();
      await new Promise<void>((done) => {
        accept = done;
      });
      steps.push('accepted');
    });
  });
  await started;
  const idle = delivery.idle().then(() => steps.push('idle'));
  accept();
  await idle;
  expect(steps).toEqual(['accepted', 'idle']);
});

test('a receiver that fails because everything is being closed is not reported', async () => {
  const failures: unknown[] = [];
  const delivery = createDelivery(
    {},
    { random: seeded(1), onFailure: (error) => failures.push(error) },
  );
  await new Promise<void>((resolve) => {
    delivery.send(async () => {
      delivery.close();
      resolve();
      throw new Error('closed');
    });
  });
  await delivery.idle();
  expect(failures).toEqual([]);
});

test('closing drops what waits and lets nobody wait for it', async () => {
  let reached = false;
  const delivery = createDelivery({ delayMs: 10 }, { random: seeded(1), onFailure: fail });
  const send = () =>
    delivery.send(async () => {
      reached = true;
    });
  send();
  const idle = delivery.idle();
  delivery.close();
  await idle;
  send();
  await delivery.idle();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(reached).toBe(false);
});
