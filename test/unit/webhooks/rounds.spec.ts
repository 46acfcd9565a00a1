import { eventuallyTrue } from '../../support/eventually.js';
import { HookReceiver, isVerified } from '../../support/hook-receiver.js';
import { redisForThisFile } from '../support/redis.js';
import { Hooks, SCHEDULE_MS } from './hooks.js';

const the = redisForThisFile();
const DAY_MS = 24 * 3_600_000;
const ONE = 'alpha.0192f0c1-7a3e-7cc0-8000-000000000001';
const TWO = 'alpha.0192f0c1-7a3e-7cc0-8000-000000000002';
let hooks: Hooks;
let receiver: HookReceiver;
beforeEach(async () => {
  hooks = new Hooks(the.redis);
  receiver = await HookReceiver.start();
});
afterEach(() => receiver.stop());

describe('events of an operation', () => {
  it('come in their order, signed, and are in the log', async () => {
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(5, ONE);
    expect(hooks.bells.rung).toContain(id);
    expect(await hooks.rounds().round(id)).toEqual({ againInMs: 200 });
    expect(receiver.sequences(ONE)).toEqual([1, 2, 3, 4, 5]);
    const secret = await hooks.secretOf(id);
    expect(receiver.received.every((got) => isVerified(got, secret))).toBe(true);
    expect(await hooks.states(id)).toEqual(Array(5).fill('DELIVERED'));
    expect(await hooks.rounds().round(id)).toBe('DONE');
  });

  it('wait for an earlier one that fails, while those of others go on', async () => {
    const id = await hooks.webhook(receiver.url);
    receiver.answer = ({ event }) => ({ status: event.subject === ONE ? 500 : 204 });
    await hooks.tell(3, ONE, TWO);
    await hooks.rounds().round(id);
    expect([receiver.sequences(ONE), receiver.sequences(TWO)]).toEqual([[1], [1, 2, 3]]);
    receiver.answer = () => ({ status: 200 });
    hooks.clock.advance(SCHEDULE_MS[0] ?? 0);
    await hooks.rounds().round(id);
    expect(receiver.sequences(ONE)).toEqual([1, 1, 2, 3]);
    const ids = receiver.received.flatMap(({ id: sent, event }) => (event.subject === ONE ? [sent] : []));
    expect(new Set(ids).size).toBe(3);
  });

  it('go on after an earlier one was given up', async () => {
    const id = await hooks.webhook(receiver.url);
    receiver.answer = ({ event }) => ({ status: event.sequence === 1 ? 400 : 204, body: 'not this one' });
    await hooks.tell(2, ONE);
    for (const ms of [0, ...SCHEDULE_MS]) {
      hooks.clock.advance(ms);
      await hooks.rounds().round(id);
    }
    expect(receiver.sequences(ONE)).toEqual([1, 1, 1, 1, 2]);
    const [first, second] = await hooks.log(id);
    expect(first).toMatchObject({ state: 'FAILED', attemptCount: 4, nextAttemptTime: null });
    expect(first?.attempts.at(-1)).toMatchObject({
      responseStatus: 400,
      error: 'It answered 400.',
      answer: 'not this one',
    });
    expect(second).toMatchObject({ state: 'DELIVERED' });
  });

  it('are sent several operations at a time, and never two of the same one', async () => {
    const id = await hooks.webhook(receiver.url);
    const operations = Array.from(
      { length: 20 },
      (_, i) => `alpha.0192f0c1-7a3e-7cc0-8000-0000000000${i + 10}`,
    );
    const busy = new Set<string>();
    let clashes = 0;
    receiver.answer = async ({ event: { subject = '' } }) => {
      if (busy.has(subject)) clashes += 1;
      busy.add(subject);
      // The first ones are kept until there are several.
      await eventuallyTrue('several come at once', () => receiver.mostAtOnce >= 5);
      busy.delete(subject);
      return { status: 204 };
    };
    await hooks.tell(4, ...operations);
    await Promise.all([hooks.rounds().round(id), hooks.rounds().round(id)]);
    await hooks.rounds().round(id);
    for (const operation of operations) expect(receiver.sequences(operation)).toEqual([1, 2, 3, 4]);
    expect(clashes).toBe(0);
  });

  it('are put in line once, however often they are told', async () => {
    const id = await hooks.webhook(receiver.url);
    const events = await hooks.tell(3, ONE);
    await hooks.fanOut.handle(events);
    await hooks.rounds().round(id);
    await hooks.fanOut.handle(events.slice(1));
    await hooks.rounds().round(id);
    expect(receiver.sequences(ONE)).toEqual([1, 2, 3]);
  });

  it('are put in line once within moments, however few the log keeps', async () => {
    hooks = new Hooks(the.redis, { keptCount: 1 });
    const id = await hooks.webhook(receiver.url);
    const events = await hooks.tell(4, ONE);
    await hooks.rounds().round(id);
    hooks.clock.advance(100_000);
    await hooks.tell(1, TWO);
    await hooks.rounds().round(id);
    await hooks.fanOut.handle(events);
    await hooks.rounds().round(id);
    expect(receiver.sequences(ONE)).toEqual([1, 2, 3, 4]);
  });

  it('that were told long ago are not told again when the log has forgotten them', async () => {
    hooks = new Hooks(the.redis, { keptCount: 1 });
    const id = await hooks.webhook(receiver.url);
    const events = await hooks.tell(4, ONE);
    await hooks.rounds().round(id);
    hooks.clock.advance(3_600_000);
    await hooks.tell(1, TWO);
    await hooks.rounds().round(id);
    expect((await hooks.log(id)).map(({ operationId }) => operationId)).toEqual([TWO]);
    await hooks.fanOut.handle(events);
    await hooks.rounds().round(id);
    expect(receiver.sequences(ONE)).toEqual([1, 2, 3, 4]);
  });
});

describe('a worker that dies in mid-delivery', () => {
  it('is followed by another one when its claim has run out: the same event again, and then the next', async () => {
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(2, ONE);
    const dead = hooks.rounds({}, { send: () => new Promise(() => undefined) });
    void dead.round(id);
    const [waiting] = await hooks.log(id);
    expect(waiting?.state).toBe('WAITING');
    for (;;) {
      const next = await hooks.deliveries.nextDueMs(id);
      if (next !== null && next > hooks.clock.now()) break;
    }
    await hooks.rounds().round(id);
    expect(receiver.sequences(ONE)).toEqual([]);
    hooks.clock.advance(20_000);
    await hooks.rounds().round(id);
    expect(receiver.sequences(ONE)).toEqual([1, 2]);
  });

  it('writes nothing when it comes back to life', async () => {
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(1, ONE);
    let wake: (failed: null) => void = () => undefined;
    const slept = new Promise<null>((resolve) => (wake = resolve));
    let began: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (began = resolve));
    const sleeper = hooks.rounds(
      {},
      {
        send: async () => {
          began();
          await slept;
          const attempt = { time: '', responseStatus: 500, latencyMs: 1, error: 'late', answer: null };
          return { attempt, isGone: true, askedMs: null };
        },
      },
    );
    const sleeping = sleeper.round(id);
    await begun;
    hooks.clock.advance(20_000);
    await hooks.rounds().round(id);
    wake(null);
    await sleeping;
    expect(await hooks.states(id)).toEqual(['DELIVERED']);
    expect((await hooks.log(id))[0]?.attemptCount).toBe(1);
  });
});

describe('an endpoint that is dead', () => {
  beforeEach(() => {
    receiver.answer = () => ({ status: 503 });
  });

  it('is asked five times, then left alone, then by one delivery at a time', async () => {
    const id = await hooks.webhook(receiver.url);
    const many = Array.from({ length: 40 }, (_, i) => `alpha.0192f0c1-7a3e-7cc0-8000-0000000001${i + 10}`);
    await hooks.tell(1, ...many);
    const first = await hooks.rounds().round(id);
    const asked = receiver.received.length;
    expect(asked).toBeLessThanOrEqual(5 + 7);
    expect(first).toMatchObject({ againInMs: expect.any(Number) as number });
    expect(await hooks.rounds().round(id)).toEqual(first);
    expect(receiver.received).toHaveLength(asked);
    const { againInMs } = first as { againInMs: number };
    hooks.clock.advance(againInMs);
    await hooks.rounds().round(id);
    expect(receiver.received).toHaveLength(asked + 1);
    expect((await hooks.service.get(id)).health).toMatchObject({ lastError: 'It answered 503.' });
  });

  it('is sent to at once when it is back', async () => {
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(3, ONE, TWO);
    for (let i = 0; i < 6; i += 1) {
      await hooks.rounds().round(id);
      hooks.clock.advance(900_000);
    }
    receiver.answer = () => ({ status: 204 });
    hooks.clock.advance(DAY_MS / 8);
    const before = receiver.received.length;
    await hooks.rounds().round(id);
    await hooks.rounds().round(id);
    expect(receiver.received.length - before).toBeGreaterThanOrEqual(4);
    expect((await hooks.service.get(id)).health).toMatchObject({ failures: 0, pausedUntilMs: null });
  });

  it('costs what waits for it its place in the end, in order, without being asked for each', async () => {
    const id = await hooks.webhook(receiver.url);
    const many = Array.from({ length: 12 }, (_, i) => `alpha.0192f0c1-7a3e-7cc0-8000-0000000001${i + 10}`);
    await hooks.tell(3, ...many);
    for (let i = 0; i < 10; i += 1) {
      await hooks.rounds().round(id);
      hooks.clock.advance(3_600_000);
    }
    expect(new Set(await hooks.states(id))).toEqual(new Set(['FAILED']));
    expect(receiver.received.length).toBeLessThan(36);
  });

  it('is disabled after days, and the others are told of it', async () => {
    const id = await hooks.webhook(receiver.url);
    const listener = await HookReceiver.start();
    const other = await hooks.webhook(listener.url, { eventTypes: ['webhook.disabled'] });
    await hooks.deliveries.keepHealth(id, {
      failures: 40,
      failingSinceMs: hooks.clock.now() - 6 * DAY_MS,
      pausedUntilMs: null,
      lastDeliveredMs: null,
      lastError: null,
    });
    await hooks.tell(1, ONE);
    await hooks.rounds().round(id);
    expect((await hooks.service.get(id)).webhook.disabled).toMatchObject({ reason: 'FAILING', told: true });
    expect(await hooks.rounds().round(id)).toBe('DONE');
    await hooks.rounds().round(other);
    expect(listener.received.map(({ event }) => [event.type, event.data.webhookId])).toEqual([
      ['webhook.disabled', id],
    ]);
    await hooks.sweeper.sweep();
    await hooks.rounds().round(other);
    expect(listener.received).toHaveLength(1);
    await listener.stop();
  });

  it('is left alone as long as it asks for', async () => {
    receiver.answer = () => ({ status: 429, headers: { 'retry-after': '120' } });
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(1, ONE, TWO);
    expect(await hooks.rounds({ lanes: 1 }).round(id)).toEqual({ againInMs: 120_000 });
    expect(receiver.received).toHaveLength(1);
  });
});

it('410 disables the webhook; what waits is sent when it is enabled again', async () => {
  receiver.answer = () => ({ status: 410 });
  const id = await hooks.webhook(receiver.url);
  await hooks.tell(3, ONE);
  await hooks.rounds().round(id);
  expect((await hooks.service.get(id)).webhook.disabled).toMatchObject({ reason: 'GONE' });
  expect(await hooks.states(id)).toEqual(['FAILED', 'WAITING', 'WAITING']);
  await hooks.tell(1, TWO);
  receiver.answer = () => ({ status: 204 });
  await hooks.service.update(id, { disabled: false });
  await hooks.rounds().round(id);
  expect([receiver.sequences(ONE), receiver.sequences(TWO)]).toEqual([[1, 2, 3], []]);
});

describe('a person', () => {
  it('has a delivery that was given up sent again, with the same id and body', async () => {
    const id = await hooks.webhook(receiver.url);
    receiver.answer = () => ({ status: 410 });
    await hooks.tell(1, ONE);
    await hooks.rounds().round(id);
    await hooks.service.update(id, { disabled: false });
    receiver.answer = () => ({ status: 204 });
    const failed = (await hooks.log(id)).find(({ state }) => state === 'FAILED');
    if (!failed) throw new Error('there is none');
    const again = await hooks.service.redeliver(id, failed.id);
    expect(again).toMatchObject({ id: failed.id, state: 'WAITING', failures: 0, attemptCount: 1 });
    await hooks.rounds().round(id);
    const told = receiver.received.filter(({ event }) => event.subject === ONE);
    expect(told.map(({ id: sent, body }) => [sent, body])).toEqual(
      Array(2).fill([failed.eventId, failed.body]),
    );
    expect(await hooks.service.getDelivery(id, failed.id)).toMatchObject({
      state: 'DELIVERED',
      attemptCount: 2,
    });
  });

  it('has one that waits for its time tried now, also while the breaker is open', async () => {
    const id = await hooks.webhook(receiver.url);
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': '3000' } });
    await hooks.tell(2, ONE);
    await hooks.rounds().round(id);
    receiver.answer = () => ({ status: 204 });
    const [first] = await hooks.log(id);
    await hooks.service.redeliver(id, first?.id ?? '');
    await hooks.rounds().round(id);
    expect(receiver.sequences(ONE)).toEqual([1, 1, 2]);
  });

  it('tests an endpoint whatever it asks for', async () => {
    const id = await hooks.webhook(receiver.url, { eventTypes: ['operation.failed'], siteIds: ['beta'] });
    const { id: deliveryId } = await hooks.service.test(id);
    await hooks.rounds().round(id);
    expect(receiver.received[0]?.event).toMatchObject({ type: 'webhook.test', subject: id });
    expect(await hooks.service.getDelivery(id, deliveryId)).toMatchObject({ state: 'DELIVERED' });
  });

  it('changes the URL while something waits, and rotates secrets: the next request knows', async () => {
    const id = await hooks.webhook(receiver.url);
    const before = await hooks.secretOf(id);
    await hooks.tell(2, ONE);
    const other = await HookReceiver.start();
    await hooks.service.update(id, { url: other.url });
    await hooks.service.rotateSecret(id);
    await hooks.rounds().round(id);
    expect([receiver.connections, other.sequences(ONE)]).toEqual([0, [1, 2]]);
    const after = await hooks.secretOf(id);
    expect(after).not.toBe(before);
    for (const got of other.received)
      expect([before, after].map((secret) => isVerified(got, secret))).toEqual([true, true]);
    hooks.clock.advance(DAY_MS + 1);
    await hooks.tell(1, TWO);
    await hooks.rounds().round(id);
    const signatures = String(other.received.at(-1)?.headers['webhook-signature']).split(' ');
    expect(signatures).toHaveLength(1);
    await other.stop();
  });

  it('deletes a webhook, also in mid-delivery, and nothing of it stays', async () => {
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(2, ONE);
    receiver.answer = async () => {
      await hooks.service.remove(id);
      return { status: 204 };
    };
    await hooks.rounds().round(id);
    await hooks.tell(2, TWO);
    // What is left says that something has changed.
    expect(await hooks.redis.keys('*')).toEqual([expect.stringContaining('webhooks-version')]);
  });
});

it('rings again for whatever waits, if every ring was lost', async () => {
  const [busy, idle] = [
    await hooks.webhook(receiver.url),
    await hooks.webhook(receiver.url, { siteIds: ['none'] }),
  ];
  await hooks.tell(1, ONE);
  hooks.bells.rung.length = 0;
  await hooks.sweeper.sweep();
  expect(hooks.bells.rung).toEqual([busy]);
  expect(hooks.bells.rung).not.toContain(idle);
});

it('asks for all webhooks at an event only after one was changed', async () => {
  const id = await hooks.webhook(receiver.url, { eventTypes: ['operation.failed'] });
  const reads = async () =>
    Number(/cmdstat_hvals:calls=(\d+)/.exec(await hooks.redis.info('commandstats'))?.[1]);
  await hooks.tell(1, ONE);
  const before = await reads();
  for (let i = 0; i < 20; i += 1) await hooks.tell(1, TWO);
  expect(await reads()).toBe(before);
  await hooks.service.update(id, { eventTypes: [] });
  await hooks.tell(1, TWO);
  expect(await hooks.log(id)).toHaveLength(1);
});

it('does not tell a webhook what was before it', async () => {
  const old = hooks.fed(ONE, 1);
  hooks.clock.advance(120_000);
  const id = await hooks.webhook(receiver.url);
  await hooks.fanOut.handle([old]);
  expect(await hooks.log(id)).toEqual([]);
});
