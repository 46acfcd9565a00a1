import { FRESH_MS, STALE_MS } from '../../../../src/access/keys/known-keys.js';
import { NOTED_EVERY_MS } from '../../../../src/access/keys/key-uses.js';
import { newKeyId, newKeyText } from '../../../../src/access/keys/key-text.js';
import { MOST_KEYS } from '../../../../src/access/keys/redis-key-store.js';
import { eventuallyTrue } from '../../../support/eventually.js';
import { redisForThisFile } from '../../support/redis.js';
import { KeyRing, VIEWER } from './key-ring.js';

const the = redisForThisFile();
const AWAY = { problem: { code: 'store-unavailable' } };

/** Two processes, and the time of both. */
function pair(): { here: KeyRing; there: KeyRing } {
  const here = new KeyRing(the.redis);
  return { here, there: new KeyRing(the.connect(), here.clock) };
}

/** A process whose store can be taken away. */
function ringWithSwitch(): { ring: KeyRing; away: (isAway: boolean) => void } {
  const ring = new KeyRing(the.redis);
  let isAway = false;
  for (const name of ['version', 'all', 'noteUse'] as const) {
    const usual = ring.store[name].bind(ring.store) as (...args: unknown[]) => Promise<never>;
    const switched = (...args: unknown[]) =>
      isAway ? Promise.reject(new Error('Connection is closed.')) : usual(...args);
    Object.assign(ring.store, { [name]: switched });
  }
  return { ring, away: (now) => (isAway = now) };
}

it('a new key lets in at every process at once, and so does a new secret', async () => {
  const { here, there } = pair();
  const first = await here.made();
  await there.cameWith(first.text);
  const second = await here.made();
  await there.cameWith(second.text);
  const given = await here.service.rotateSecret(first.id, 60_000, await here.keeper());
  await there.cameWith(given.text);
  await there.cameWith(first.text);
});

it('a key that was revoked elsewhere lets nobody in after two seconds', async () => {
  const { here, there } = pair();
  const { id, text } = await here.made();
  await there.cameWith(text);
  await here.service.revoke(id, await here.keeper());
  expect(await here.whyNot(text)).toBe('REVOKED');
  here.clock.advance(FRESH_MS);
  expect(await there.whyNot(text)).toBe('REVOKED');
  expect(FRESH_MS).toBeLessThanOrEqual(2_000);
});

it('a thousand requests with a known key ask the store once in two seconds, and read it only after a change', async () => {
  const ring = new KeyRing(the.redis);
  const { text } = await ring.made();
  await ring.cameWith(text);
  const before = { ...ring.asked };
  for (let i = 0; i < 1_000; i += 1) await ring.cameWith(text);
  expect(ring.asked).toEqual(before);
  ring.clock.advance(FRESH_MS);
  await Promise.all(Array.from({ length: 1_000 }, () => ring.cameWith(text)));
  expect(ring.asked).toEqual({ ...before, version: before.version + 1 });
});

it('a crowd with unknown keys shares its questions', async () => {
  const ring = new KeyRing(the.redis);
  const { text } = await ring.made();
  await ring.cameWith(text);
  const before = ring.asked.version;
  const crowd = Array.from({ length: 1_000 }, () => ring.whyNot(newKeyText(newKeyId())));
  expect(new Set(await Promise.all(crowd))).toEqual(new Set(['UNKNOWN']));
  expect(ring.asked.version - before).toBeLessThanOrEqual(3);
});

describe('while the store is away', () => {
  it('what was known goes on for ten minutes, and no longer; it comes back by itself', async () => {
    const { ring, away } = ringWithSwitch();
    const { id, text } = await ring.made();
    await ring.cameWith(text);
    away(true);
    ring.clock.advance(STALE_MS - 1);
    await ring.cameWith(text);
    ring.clock.advance(2_000);
    await expect(ring.credentials.check(text)).rejects.toMatchObject(AWAY);
    expect(await ring.credentials.named(`key:${id}`)).toBeUndefined();
    away(false);
    ring.clock.advance(2_000);
    await ring.cameWith(text);
    expect(STALE_MS).toBe(600_000);
  });

  it('nobody can tell of a key that is not known, nor of any after a start: 503, not 401', async () => {
    const { ring, away } = ringWithSwitch();
    const { text } = await ring.made();
    away(true);
    await expect(ring.credentials.check(text)).rejects.toMatchObject(AWAY);
    away(false);
    ring.clock.advance(2_000);
    await ring.cameWith(text);
    away(true);
    await expect(ring.credentials.check(newKeyText(newKeyId()))).rejects.toMatchObject(AWAY);
    expect(await ring.whyNot('drg_nonsense')).toBe('MALFORMED');
  });

  it('it expires all the same, and what was revoked here stays so', async () => {
    const { ring, away } = ringWithSwitch();
    const lasting = await ring.made();
    const passing = await ring.made(VIEWER, ring.inSeconds(30));
    await ring.cameWith(lasting.text);
    await ring.cameWith(passing.text);
    await ring.service.revoke(lasting.id, await ring.keeper());
    away(true);
    ring.clock.advance(30_000);
    expect(await ring.whyNot(lasting.text)).toBe('REVOKED');
    expect(await ring.whyNot(passing.text)).toBe('EXPIRED');
  });

  it('it is asked once a second at the most, however many come', async () => {
    const { ring, away } = ringWithSwitch();
    const { text } = await ring.made();
    await ring.cameWith(text);
    away(true);
    ring.clock.advance(FRESH_MS);
    const before = ring.asked.version;
    for (let i = 0; i < 500; i += 1) await ring.cameWith(text);
    expect(ring.asked.version - before).toBe(1);
    expect(ring.troubles.length).toBeLessThanOrEqual(2);
  });
});

it('when it was used last is written once a minute, beside the request', async () => {
  const ring = new KeyRing(the.redis);
  const { id, text } = await ring.made();
  const lastUse = async () => (await ring.store.lastUses([id]))[0];
  expect(await lastUse()).toBeNull();
  await ring.cameWith(text);
  const first = ring.clock.now();
  await eventuallyTrue('it was noted', async () => (await lastUse()) === first);
  ring.clock.advance(NOTED_EVERY_MS - 1);
  await ring.cameWith(text);
  expect(await lastUse()).toBe(first);
  ring.clock.advance(1);
  await ring.cameWith(text);
  await eventuallyTrue('it was noted again', async () => (await lastUse()) === first + NOTED_EVERY_MS);
  await ring.store.noteUse(id, first);
  expect(await lastUse()).toBe(first + NOTED_EVERY_MS);
});

it('a use of what is not there leaves nothing behind', async () => {
  const ring = new KeyRing(the.redis);
  await ring.store.noteUse('0123456789abcdef', 1);
  expect(await the.redis.keys('*')).toEqual([]);
});

it('keys are so many at the most, and those that were revoked longest ago make room', async () => {
  const ring = new KeyRing(the.redis);
  const one = await ring.made();
  const text = await the.redis.hget('drg:{s0}:api-keys', one.id);
  const fill = Array.from({ length: MOST_KEYS - 1 }, (_, i) => [
    `filler${i}`,
    text?.replaceAll(one.id, `filler${i}`) ?? '',
  ]);
  await the.redis.hset('drg:{s0}:api-keys', ...fill.flat());
  await expect(ring.made()).rejects.toMatchObject({ problem: { code: 'api-key-limit-reached' } });
  await ring.service.revoke('filler7', await ring.keeper());
  ring.clock.advance(1_000);
  await ring.service.revoke('filler3', await ring.keeper());
  await ring.made();
  expect(await ring.store.find('filler7')).toBeNull();
  expect(await ring.store.find('filler3')).not.toBeNull();
});
