import fc from 'fast-check';
import { webhookKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { lengthLimit } from '../../../src/webhooks/waiting-bounds.js';
import type { DeliveryAttempt } from '../../../src/webhooks/delivery.js';
import { HookReceiver } from '../../support/hook-receiver.js';
import { redisForThisFile } from '../support/redis.js';
import { Hooks } from './hooks.js';

const the = redisForThisFile();
const ONE = operation(1);
const TWO = operation(2);
const DAY_MS = 86_400_000;
let hooks: Hooks;
let receiver: HookReceiver;

beforeEach(async () => {
  hooks = new Hooks(the.redis);
  receiver = await HookReceiver.start();
});
afterEach(() => receiver.stop());

function operation(number: number): string {
  return `alpha.0192f0c1-7a3e-7cc0-8000-${String(number).padStart(12, '0')}`;
}

/** What waits, in the order of the events, and whether its bytes are counted right. */
async function waiting(id: string): Promise<unknown[]> {
  const keys = webhookKeys(shardOf(id)).ofOne(id);
  const ids = await the.redis.zrange(keys.log('WAITING'), '0', '-1');
  const records = ids.length === 0 ? [] : await the.redis.hmget(keys.deliveries, ...ids);
  const bytes = records.reduce((sum, record) => sum + Buffer.byteLength(record ?? ''), 0);
  expect(await hooks.lines.of(id)).toEqual({ count: ids.length, bytes });
  const placed = await the.redis.zrange(keys.waiting, '0', '-1');
  expect(placed.map((place) => place.split('|')[2]).sort()).toEqual([...ids].sort());
  return (await hooks.log(id)).filter(({ state }) => state === 'WAITING').map(({ sequence }) => sequence);
}

async function told(): Promise<object[]> {
  await hooks.sweeper.sweep();
  return receiver.received.flatMap(({ event }) =>
    event.type === 'webhook.events-missed' ? [event.data] : [],
  );
}

describe('what waits for all webhooks together', () => {
  it('is bounded in number: the longest line loses its oldest deliveries, the others nothing', async () => {
    hooks = new Hooks(the.redis, {}, { deliveries: 20 });
    const [long, short] = [
      await hooks.webhook(receiver.url),
      await hooks.webhook(receiver.url, { siteIds: ['beta'] }),
    ];
    await hooks.handle(...[1, 2, 3].map((at) => hooks.fed(ONE.replace('alpha', 'beta'), at)));
    for (let at = 4; at <= 40; at += 1) {
      hooks.clock.advance(1_000);
      await hooks.handle(hooks.fed(ONE, at));
    }
    const left = await waiting(long);
    expect(left).toHaveLength((await hooks.lines.of(long)).count);
    expect(left.length).toBeGreaterThanOrEqual(14);
    expect(left.length).toBeLessThanOrEqual(17);
    expect(left.at(-1)).toBe(40);
    expect(left).toEqual([...left].sort((a, b) => Number(a) - Number(b)));
    expect(await waiting(short)).toEqual([1, 2, 3]);
    expect(await hooks.lines.dropped(short)).toMatchObject({ total: 0, untold: 0 });
    expect(await hooks.lines.dropped(long)).toMatchObject({ total: 40 - left.length });
  });

  it('is bounded in bytes', async () => {
    const [one, other] = [await hooks.webhook(receiver.url), await hooks.webhook(receiver.url)];
    await hooks.tell(30, ONE);
    const { bytes } = await hooks.lines.of(one);
    const limited = new Hooks(the.redis, {}, { bytes });
    await limited.bounds.enforce();
    for (const id of [one, other]) {
      expect((await hooks.lines.of(id)).bytes).toBeLessThanOrEqual(0.45 * bytes);
      expect((await waiting(id)).length).toBeGreaterThanOrEqual(12);
    }
  });

  it('is left alone as long as it is within the bounds', async () => {
    hooks = new Hooks(the.redis, {}, { deliveries: 6 });
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(3, ONE, TWO);
    await hooks.sweeper.sweep();
    expect(await hooks.lines.of(id)).toMatchObject({ count: 6 });
  });

  it('keeps what is being sent just now', async () => {
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(2, ONE, TWO);
    const [known] = await hooks.webhooks.all();
    if (!known) throw new Error('there is none');
    const nowMs = hooks.clock.now();
    const claim = await hooks.deliveries.claim(known, { mark: 'mine', nowMs, untilMs: nowMs + 20_000 });
    if (claim === 'NONE' || claim === 'CHANGED') throw new Error('nothing is due');
    expect(await hooks.lines.drop(id, nowMs, { count: 0 })).toBe(3);
    const attempt = { time: '', responseStatus: 204, latencyMs: 1, error: null, answer: null };
    const after = { ...claim.delivery, state: 'DELIVERED' as const, attempts: [attempt] };
    expect(await hooks.deliveries.settle(claim, after, { dueMs: null, health: null, nowMs })).toBe('SETTLED');
    expect(await hooks.lines.of(id)).toEqual({ count: 0, bytes: 0 });
  });

  it('does not come back by a worker that was gone for longer than its claim', async () => {
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(1, ONE);
    const [known] = await hooks.webhooks.all();
    if (!known) throw new Error('there is none');
    const nowMs = hooks.clock.now();
    const claim = await hooks.deliveries.claim(known, { mark: 'mine', nowMs, untilMs: nowMs + 20_000 });
    if (claim === 'NONE' || claim === 'CHANGED') throw new Error('nothing is due');
    expect(await hooks.lines.drop(id, nowMs + 20_001, { count: 0 })).toBe(1);
    const late = { dueMs: nowMs + 30_000, health: null, nowMs: nowMs + 20_002 };
    expect(await hooks.deliveries.settle(claim, claim.delivery, late)).toBe('LOST');
    expect(await waiting(id)).toEqual([]);
    expect(await hooks.deliveries.nextDueMs(id)).toBeNull();
  });

  it('goes on in order after what was dropped, at once', async () => {
    const id = await hooks.webhook(receiver.url);
    receiver.answer = () => ({ status: 500 });
    await hooks.tell(4, ONE);
    await hooks.rounds().round(id);
    await hooks.lines.drop(id, hooks.clock.now(), { count: 2 });
    receiver.answer = () => ({ status: 204 });
    await hooks.rounds().round(id);
    expect(receiver.sequences(ONE)).toEqual([1, 3, 4]);
  });
});

describe('a webhook that is disabled', () => {
  const disabled = async (): Promise<string> => {
    const id = await hooks.webhook(receiver.url, { eventTypes: ['operation.progressed'] });
    await hooks.tell(2, ONE);
    hooks.clock.advance(3 * DAY_MS);
    await hooks.tell(3, TWO);
    await hooks.service.update(id, { disabled: true });
    return id;
  };

  it('keeps what waits for it for some days, and no longer', async () => {
    const id = await disabled();
    hooks.clock.advance(4 * DAY_MS - 1);
    await hooks.sweeper.sweep();
    expect(await waiting(id)).toHaveLength(5);
    hooks.clock.advance(2);
    await hooks.sweeper.sweep();
    expect(await waiting(id)).toEqual([1, 2, 3]);
    expect((await hooks.service.get(id)).dropped).toMatchObject({ total: 2, untold: 2 });
    hooks.clock.advance(30 * DAY_MS);
    await hooks.sweeper.sweep();
    expect(await waiting(id)).toEqual([]);
    expect((await hooks.service.get(id)).dropped).toMatchObject({ total: 5, untold: 5 });
  });

  it('is told what it missed when it is enabled again, whatever it asks for, and once', async () => {
    const id = await disabled();
    hooks.clock.advance(5 * DAY_MS);
    await hooks.sweeper.sweep();
    const { fromTime } = await hooks.lines.dropped(id);
    await hooks.service.update(id, { disabled: false });
    await hooks.rounds().round(id);
    expect(await told()).toEqual([
      {
        webhookId: id,
        fromTime,
        untilTime: new Date(hooks.clock.now()).toISOString(),
        droppedDeliveries: 2,
        text: expect.stringContaining('not told') as string,
      },
    ]);
    expect(receiver.sequences(TWO)).toEqual([1, 2, 3]);
    await hooks.rounds().round(id);
    expect(await told()).toHaveLength(1);
    expect((await hooks.service.get(id)).dropped).toMatchObject({ total: 2, untold: 0 });
  });

  it('has room for what comes when it is enabled with a line that is full', async () => {
    hooks = new Hooks(the.redis, { mostWaiting: 20 });
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(20, ONE);
    await hooks.tell(1, TWO);
    expect((await hooks.service.get(id)).webhook.disabled).toMatchObject({ reason: 'BACKLOG' });
    await hooks.service.update(id, { disabled: false });
    await hooks.fanOut.handle([hooks.fed(TWO, 2)]);
    expect((await hooks.service.get(id)).webhook.disabled).toBeNull();
    await hooks.rounds().round(id);
    expect(await told()).toMatchObject([{ droppedDeliveries: 2 }]);
  });
});

it('a webhook that loses deliveries while it fails is told so when its endpoint takes something again', async () => {
  hooks = new Hooks(the.redis, {}, { deliveries: 10 });
  const id = await hooks.webhook(receiver.url);
  receiver.answer = () => ({ status: 500 });
  await hooks.tell(4, ONE);
  await hooks.rounds().round(id);
  await hooks.tell(20, TWO);
  expect(await told()).toEqual([]);
  const { total } = await hooks.lines.dropped(id);
  expect(total).toBeGreaterThan(10);
  receiver.answer = () => ({ status: 204 });
  hooks.clock.advance(DAY_MS / 24);
  await hooks.rounds().round(id);
  await hooks.sweeper.sweep();
  await hooks.rounds().round(id);
  expect(await told()).toMatchObject([{ webhookId: id, droppedDeliveries: total }]);
  await hooks.rounds().round(id);
  expect(await told()).toHaveLength(1);
});

describe('what is kept for one webhook', () => {
  it('is bounded: more than may wait disables the webhook', async () => {
    hooks = new Hooks(the.redis, { mostWaiting: 3 });
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(3, ONE);
    await hooks.tell(1, TWO);
    expect((await hooks.service.get(id)).webhook.disabled).toMatchObject({ reason: 'BACKLOG' });
    expect(await hooks.lines.of(id)).toMatchObject({ count: 3 });
  });

  it('is bounded in number and age', async () => {
    hooks = new Hooks(the.redis, { keptCount: 4, keptMs: DAY_MS });
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(10, ONE);
    await hooks.rounds().round(id);
    hooks.clock.advance(180_000);
    await hooks.tell(1, TWO);
    await hooks.rounds().round(id);
    expect(await hooks.log(id)).toHaveLength(4);
    hooks.clock.advance(2 * DAY_MS);
    await hooks.tell(1, TWO);
    await hooks.rounds().round(id);
    expect((await hooks.log(id)).map(({ operationId }) => operationId)).toEqual([TWO]);
  });
});

it('the log of what is over is bounded over all webhooks of a shard', async () => {
  hooks = new Hooks(the.redis, { keptInShard: 50 });
  const id = await hooks.webhook(receiver.url);
  const kept = async (): Promise<number> => {
    hooks.clock.advance(180_000);
    await hooks.tell(1, TWO);
    await hooks.rounds().round(id);
    return (await hooks.log(id)).length;
  };
  await hooks.tell(60, ONE);
  await hooks.rounds().round(id);
  expect(await kept()).toBe(50);
  // Of another one in the same shard: from then on each has half of it.
  const disabled = { reason: 'REQUESTED', time: new Date(hooks.clock.now()).toISOString(), told: true };
  const another = { ...(await hooks.service.get(id)).webhook, id: 'another', disabled };
  await the.redis.hset(webhookKeys(shardOf(id)).webhooks, 'another', JSON.stringify(another));
  expect(await kept()).toBe(25);
});

it('old secrets are deleted once they sign no more', async () => {
  const id = await hooks.webhook(receiver.url);
  await hooks.service.rotateSecret(id);
  await hooks.sweeper.sweep();
  expect((await hooks.service.get(id)).webhook.secrets).toHaveLength(2);
  hooks.clock.advance(DAY_MS + 1);
  await hooks.sweeper.sweep();
  expect((await hooks.service.get(id)).webhook.secrets).toHaveLength(1);
});

it('counts the bytes that wait right, whatever becomes of them', async () => {
  const step = fc.constantFrom('TELL', 'FAIL', 'SEND', 'DROP', 'AGAIN', 'EXPIRE');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await the.redis.flushall();
      hooks = new Hooks(the.redis);
      const id = await hooks.webhook(receiver.url);
      let number = 0;
      for (const one of steps) {
        if (one === 'TELL') await hooks.tell(3, operation((number += 1)));
        if (one === 'FAIL' || one === 'SEND') await round(id, one === 'FAIL');
        if (one === 'DROP') await hooks.lines.drop(id, hooks.clock.now(), { count: 2 });
        if (one === 'EXPIRE') await hooks.lines.drop(id, hooks.clock.now(), { sinceMs: hooks.clock.now() });
        if (one === 'AGAIN') {
          const [over] = (await hooks.log(id)).filter(({ state }) => state !== 'WAITING');
          if (over) await hooks.service.redeliver(id, over.id);
        }
        hooks.clock.advance(60_000);
        await waiting(id);
      }
      await hooks.service.update(id, { disabled: true });
      await hooks.lines.drop(id, hooks.clock.now() + DAY_MS, { count: 0 });
      expect(await waiting(id)).toEqual([]);
    }),
    { numRuns: 25 },
  );

  async function round(id: string, fails: boolean): Promise<void> {
    const attempt: DeliveryAttempt = {
      time: new Date(hooks.clock.now()).toISOString(),
      responseStatus: fails ? 500 : 204,
      latencyMs: 3,
      error: fails ? 'It answered 500.' : null,
      answer: fails ? 'böse' : null,
    };
    const send = () => Promise.resolve({ attempt, isGone: false, askedMs: null });
    await hooks.rounds({}, { send }).round(id);
  }
});

it.each([
  [[5, 5, 5], 15, Infinity],
  [[5, 5, 6], 15, 4],
  [[1, 1, 100], 20, 16],
  [[100, 100, 1], 101, 44],
  [[0, 0, 0], 0, Infinity],
  [[9], 8, 7],
])('lines of %j with a limit of %d may be as long as %d', (lengths, limit, expected) => {
  expect(lengthLimit(lengths, limit)).toBe(expected);
});
