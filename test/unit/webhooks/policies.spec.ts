import {
  afterDelivery,
  afterFailure,
  isBreakerOpen,
  isHopeless,
  pauseMs,
  UNTRIED,
  type EndpointHealth,
} from '../../../src/webhooks/endpoint-health.js';
import { longestWaitMs, nextAttemptMs, retryAfterMs } from '../../../src/webhooks/retry-policy.js';
import { wants, type Webhook } from '../../../src/webhooks/webhook.js';

const schedule = { delaysMs: [5_000, 300_000] };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('when a delivery is tried again', () => {
  const again = (failures: number, askedMs: number | null = null, random = 0) =>
    nextAttemptMs(schedule, { failures, askedMs, nowMs: 1_000, random });

  it('follows the schedule, and ends with it', () => {
    expect([again(1), again(2), again(3)]).toEqual([6_000, 301_000, null]);
  });

  it('is spread a little', () => {
    expect(again(1, null, 1)).toBe(6_500);
  });

  it('is as late as the endpoint asks, but not later than in an hour', () => {
    expect(again(1, 60_000)).toBe(61_000);
    expect(again(1, 1)).toBe(6_000);
    expect(again(1, 90 * DAY_MS)).toBe(1_000 + HOUR_MS);
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 50_000],
    ['Thu, 01 Jan 1960 00:01:00 GMT', 0],
    ['soon', null],
    ['-5000000000000', null],
    [undefined, null],
  ])('Retry-After: %s', (header, expected) => {
    expect(retryAfterMs(header, 10_000)).toBe(expected);
  });
});

describe('an endpoint that fails', () => {
  const failing = (times: number, nowMs = 0, health: EndpointHealth = UNTRIED): EndpointHealth =>
    Array.from({ length: times }).reduce<EndpointHealth>(
      (now) => afterFailure(now, 'It answered 500.', { nowMs, askedMs: null, schedule }),
      health,
    );

  it('is left alone from the fifth failure on, twice as long each time, up to a quarter of an hour', () => {
    expect(pauseMs(failing(4), 0)).toBe(0);
    expect([5, 6, 7].map((times) => pauseMs(failing(times), 0))).toEqual([10_000, 20_000, 40_000]);
    expect(pauseMs(failing(500), 0)).toBe(900_000);
    expect([isBreakerOpen(failing(4)), isBreakerOpen(failing(5))]).toEqual([false, true]);
  });

  it('is left alone when it asks for it', () => {
    const asked = afterFailure(UNTRIED, '', { nowMs: 0, askedMs: 30_000, schedule });
    expect(pauseMs(asked, 10_000)).toBe(20_000);
  });

  it('is well again with the first delivery', () => {
    expect(afterDelivery(7)).toEqual({ ...UNTRIED, lastDeliveredMs: 7 });
  });

  it('is given up after many failures over days, and neither for many nor for days alone', () => {
    const many = failing(30, 0);
    const hopeless = (health: EndpointHealth, nowMs: number) => isHopeless(health, nowMs, schedule);
    expect(hopeless(many, 5 * DAY_MS)).toBe(true);
    expect(hopeless(many, 5 * DAY_MS - 1)).toBe(false);
    expect(hopeless(failing(19), 50 * DAY_MS)).toBe(false);
    expect(isHopeless(many, 5 * DAY_MS, { delaysMs: [10 * DAY_MS] })).toBe(false);
  });

  it('may keep a delivery waiting for as long as its attempts would have taken', () => {
    expect(longestWaitMs(schedule)).toBeGreaterThan(305_000);
  });
});

describe('what a webhook wants', () => {
  const webhook = (changes: Partial<Webhook>) =>
    ({ eventTypes: [], siteIds: [], disabled: null, ...changes }) as unknown as Webhook;

  it.each([
    [{}, 'operation.failed', 'a', true],
    [{}, 'operation.imported', 'a', false],
    [{ eventTypes: ['operation.imported'] }, 'operation.imported', 'a', true],
    [{ eventTypes: ['operation.failed'] }, 'operation.succeeded', 'a', false],
    [{ siteIds: ['a'] }, 'operation.failed', 'a', true],
    [{ siteIds: ['a'] }, 'operation.failed', 'b', false],
    [{ siteIds: ['a'] }, 'webhook.disabled', null, false],
    [{ siteIds: ['a'], eventTypes: ['webhook.disabled'] }, 'webhook.disabled', null, true],
    [{}, 'webhook.disabled', null, true],
    [{ disabled: { reason: 'GONE', time: '', told: true } }, 'operation.failed', 'a', false],
  ] as const)('%j, %s at %s: %s', (changes, type, siteId, expected) => {
    expect(wants(webhook(changes as unknown as Partial<Webhook>), type, siteId)).toBe(expected);
  });
});
