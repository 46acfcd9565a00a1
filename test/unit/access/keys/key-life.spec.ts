import { newKeyId, newKeyText } from '../../../../src/access/keys/key-text.js';
import type { Grant, Principal } from '../../../../src/domain/access/principal.js';
import { ROLE_NAMES, ROLES, roleHas, type Role } from '../../../../src/domain/access/rights.js';
import { redisForThisFile } from '../../support/redis.js';
import { KeyRing, VIEWER } from './key-ring.js';

const DAY_MS = 86_400_000;
const the = redisForThisFile();
let ring: KeyRing;
beforeEach(() => {
  ring = new KeyRing(the.redis);
});

function grant(role: Role, sites: Grant['sites'] = '*', targets: Grant['targets'] = '*'): Grant {
  return { role, sites, targets };
}

function keyed(id: string, grants: readonly Grant[]): Principal {
  return { id: `key:${id}`, kind: 'API_KEY', grants };
}

/** Somebody who came with a token. */
function person(...grants: Grant[]): Principal {
  return { id: 'corp:alice', kind: 'TOKEN', grants };
}

const FORBIDDEN = { problem: { code: 'forbidden' } };
const NOT_FOUND = { problem: { code: 'not-found' } };
const REVOKED = { problem: { code: 'api-key-revoked' } };

it('lets in with what was granted, under its own name', async () => {
  const { id, text } = await ring.made();
  expect(await ring.cameWith(text)).toEqual({ id: `key:${id}`, kind: 'API_KEY', grants: VIEWER });
  expect(ring.decisions).toEqual([['KEY_MADE', id]]);
});

it('is nowhere in the store: only its hash is', async () => {
  const { id, text } = await ring.made();
  const given = await ring.service.rotateSecret(id, DAY_MS, await ring.keeper());
  await ring.cameWith(text);
  await ring.cameWith(given.text);
  const kept = JSON.stringify([await the.redis.hgetall('drg:{s0}:api-keys'), await the.redis.keys('*')]);
  for (const one of [text, given.text]) {
    expect(kept).not.toContain(one);
    expect(kept).not.toContain(one.slice(21, 64));
  }
});

it('is refused when nobody made it, and the store is asked a small question for it', async () => {
  await ring.made();
  await ring.whyNot(newKeyText(newKeyId()));
  const { all } = ring.asked;
  for (let i = 0; i < 50; i += 1) expect(await ring.whyNot(newKeyText(newKeyId()))).toBe('UNKNOWN');
  expect(ring.asked.all).toBe(all);
});

it('is refused with a secret of another key, of its own making, or with a letter changed', async () => {
  const { id, text } = await ring.made();
  const other = await ring.made();
  expect(await ring.whyNot(newKeyText(id))).toBe('WRONG_SECRET');
  // The secret is bound to its id, by the checksum and by the hash.
  expect(await ring.whyNot(text.replace(id, other.id))).toBe('MALFORMED');
  for (let at = 21; at < text.length; at += 1) {
    const letter = text[at] === 'a' ? 'b' : 'a';
    expect(await ring.whyNot(text.slice(0, at) + letter + text.slice(at + 1))).toBe('MALFORMED');
  }
});

it('lasts until it expires, and not a millisecond longer', async () => {
  const { id, text } = await ring.made(VIEWER, ring.inSeconds(60));
  ring.clock.advance(59_999);
  const principal = await ring.cameWith(text);
  expect(await ring.credentials.isStillGood(principal)).toBe(true);
  ring.clock.advance(1);
  expect(await ring.whyNot(text)).toBe('EXPIRED');
  expect(await ring.credentials.isStillGood(principal)).toBe(false);
  expect(await ring.credentials.named(`key:${id}`)).toBeNull();
  expect((await ring.service.get(id, await ring.keeper())).state).toBe('EXPIRED');
  await ring.service.update(id, { expiresTime: ring.inSeconds(60) }, await ring.keeper());
  await ring.cameWith(text);
});

it('is revoked for good, at once here', async () => {
  const { id, text } = await ring.made();
  const principal = await ring.cameWith(text);
  await ring.service.revoke(id, await ring.keeper());
  expect(await ring.whyNot(text)).toBe('REVOKED');
  expect(await ring.credentials.isStillGood(principal)).toBe(false);
  expect(await ring.credentials.named(principal.id)).toBeNull();
  const keeper = await ring.keeper();
  await expect(ring.service.update(id, { name: 'again' }, keeper)).rejects.toMatchObject(REVOKED);
  await expect(ring.service.rotateSecret(id, 0, keeper)).rejects.toMatchObject(REVOKED);
  const view = await ring.service.get(id, keeper);
  expect(view).toMatchObject({
    state: 'REVOKED',
    secrets: [],
    key: { secrets: [], revoked: { by: 'admin' } },
  });
  await ring.service.revoke(id, keeper);
  expect(ring.decisions.map(([kind]) => kind)).toEqual(['KEY_MADE', 'KEY_REVOKED']);
});

describe('two secrets', () => {
  it('both let in until the old one’s time is over', async () => {
    const { id, text } = await ring.made();
    const before = await ring.cameWith(text);
    const given = await ring.service.rotateSecret(id, DAY_MS, await ring.keeper());
    expect(given.secrets).toHaveLength(2);
    const after = await ring.cameWith(given.text);
    ring.clock.advance(DAY_MS - 1);
    expect(await ring.whyNot(text)).toBeNull();
    ring.clock.advance(1);
    expect(await ring.whyNot(text)).toBe('OLD_SECRET');
    expect(await ring.credentials.isStillGood(before)).toBe(false);
    expect(await ring.credentials.isStillGood(after)).toBe(true);
    expect((await ring.service.get(id, await ring.keeper())).secrets).toHaveLength(1);
  });

  it('are the most: the one before the last goes at once', async () => {
    const { id, text: first } = await ring.made();
    const second = await ring.service.rotateSecret(id, DAY_MS, await ring.keeper());
    const third = await ring.service.rotateSecret(id, DAY_MS, await ring.keeper());
    expect(await ring.whyNot(first)).toBe('WRONG_SECRET');
    expect(await ring.whyNot(second.text)).toBeNull();
    expect(await ring.whyNot(third.text)).toBeNull();
  });

  it('are one where the old one has leaked', async () => {
    const { id, text } = await ring.made();
    const given = await ring.service.rotateSecret(id, 0, await ring.keeper());
    expect(await ring.whyNot(text)).toBe('WRONG_SECRET');
    expect(await ring.whyNot(given.text)).toBeNull();
  });

  it('of two who rotate at the same time, the last two live', async () => {
    const { id, text } = await ring.made();
    const other = new KeyRing(the.connect(), ring.clock);
    const [one, two] = await Promise.all([
      ring.service.rotateSecret(id, DAY_MS, await ring.keeper()),
      other.service.rotateSecret(id, DAY_MS, await other.keeper()),
    ]);
    const fresh = new KeyRing(the.redis, ring.clock);
    expect([await fresh.whyNot(one.text), await fresh.whyNot(two.text)]).toEqual([null, null]);
    expect(await fresh.whyNot(text)).toBe('WRONG_SECRET');
  });
});

describe('nobody gets more by a key than they have', () => {
  const PAIRS = ROLE_NAMES.flatMap((has) => ROLE_NAMES.map((gives) => [has, gives] as const));

  it.each(PAIRS)(
    'an admin who is %s makes a %s, widens to one, or takes one over, only within that',
    async (has, gives) => {
      const keeper = await ring.keeper(person(grant('admin'), grant(has)));
      const may = ROLES[gives].every((right) => roleHas(has, right) || roleHas('admin', right));
      const wanted = { name: 'x', grants: [grant(gives)] };
      const small = await ring.made();
      const theirs = await ring.made([grant(gives)]);
      const tries = [
        () => ring.service.create(wanted, keeper),
        () => ring.service.update(small.id, { grants: wanted.grants }, keeper),
        () => ring.service.rotateSecret(theirs.id, DAY_MS, keeper),
      ];
      for (const attempt of tries)
        if (may) await attempt();
        else await expect(attempt()).rejects.toMatchObject(FORBIDDEN);
      if (!may) {
        expect((await ring.store.find(small.id))?.grants).toEqual(VIEWER);
        expect(await ring.whyNot(theirs.text)).toBeNull();
        expect(ring.decisions.map(([kind]) => kind)).toEqual(['KEY_MADE', 'KEY_MADE']);
      }
      // Taking away is another thing.
      await ring.service.revoke(theirs.id, keeper);
    },
  );

  it('names the place, and the right', async () => {
    const keeper = await ring.keeper(person(grant('admin', ['north']), grant('viewer')));
    const wanted = { name: 'x', grants: [grant('viewer', ['north', 'south'])] };
    await expect(ring.service.create(wanted, keeper)).rejects.toMatchObject({
      problem: {
        code: 'forbidden',
        errors: [
          { pointer: '/grants/0/sites/1', detail: expect.stringContaining('access:manage') as string },
        ],
      },
    });
  });

  it('nor for longer: a key makes none that outlives it, and does not prolong itself', async () => {
    const ends = ring.inSeconds(3600);
    const { id } = await ring.made([grant('admin')], ends);
    const keeper = await ring.keeper(keyed(id, [grant('admin')]));
    const admin = [grant('admin')];
    for (const expiresTime of [null, ring.inSeconds(3601)]) {
      const wanted = { name: 'x', grants: admin, expiresTime };
      const refused = { problem: { code: 'forbidden', errors: [{ pointer: '/expiresTime' }] } };
      await expect(ring.service.create(wanted, keeper)).rejects.toMatchObject(refused);
      await expect(ring.service.update(id, { expiresTime }, keeper)).rejects.toMatchObject(refused);
    }
    const endless = await ring.made(admin);
    await expect(ring.service.rotateSecret(endless.id, 0, keeper)).rejects.toMatchObject(FORBIDDEN);
    await ring.service.create({ name: 'x', grants: admin, expiresTime: ends }, keeper);
    await ring.service.rotateSecret(id, 0, keeper);
    await ring.service.revoke(id, await ring.keeper());
    const late = { name: 'x', grants: admin, expiresTime: ends };
    await expect(ring.service.create(late, keeper)).rejects.toMatchObject(FORBIDDEN);
  });

  it('nor a second person: who was given the secret is behind it', async () => {
    const alice = person(grant('admin'), grant('viewer'));
    const made = await ring.service.create({ name: 'x', grants: VIEWER }, await ring.keeper(alice));
    expect(await ring.cameWith(made.text)).toMatchObject({ id: `key:${made.key.id}`, person: 'corp:alice' });
    const { id, text } = await ring.made();
    expect((await ring.cameWith(text)).person).toBeUndefined();
    const given = await ring.service.rotateSecret(id, 0, await ring.keeper(alice));
    expect((await ring.cameWith(given.text)).person).toBe('corp:alice');
    const parent = await ring.made([grant('admin')]);
    const byKey = await ring.keeper(keyed(parent.id, [grant('admin')]));
    const child = await ring.service.create({ name: 'x', grants: VIEWER }, byKey);
    expect((await ring.cameWith(child.text)).person).toBe(`key:${parent.id}`);
  });
});

describe('an admin of one site', () => {
  const northern = person(grant('admin', ['north']), grant('commander', ['north']));

  it('sees and changes only keys that reach nowhere else; the others are not there', async () => {
    const inside = await ring.made([grant('viewer', ['north']), grant('commander', '*', ['north.plan-1'])]);
    const outside = [
      await ring.made(),
      await ring.made([grant('viewer', ['south'])]),
      await ring.made([grant('viewer', ['north']), grant('viewer', ['south'])]),
    ];
    const keeper = await ring.keeper(northern);
    expect((await ring.service.list(keeper)).map(({ key }) => key.id)).toEqual([inside.id]);
    await ring.service.update(inside.id, { name: 'ours' }, keeper);
    for (const { id, text } of outside) {
      await expect(ring.service.get(id, keeper)).rejects.toMatchObject(NOT_FOUND);
      await expect(ring.service.update(id, { name: 'ours' }, keeper)).rejects.toMatchObject(NOT_FOUND);
      await expect(ring.service.rotateSecret(id, 0, keeper)).rejects.toMatchObject(NOT_FOUND);
      await expect(ring.service.revoke(id, keeper)).rejects.toMatchObject(NOT_FOUND);
      expect(await ring.whyNot(text)).toBeNull();
    }
    await expect(ring.service.get('nothing', keeper)).rejects.toMatchObject(NOT_FOUND);
  });

  it('loses sight of a key that was given more meanwhile, in the very act', async () => {
    const { id } = await ring.made([grant('viewer', ['north'])]);
    const keeper = await ring.keeper(northern);
    const slow = {
      ...keeper,
      decides: async () => {
        await ring.service.update(id, { grants: VIEWER }, await ring.keeper());
      },
    };
    await expect(ring.service.rotateSecret(id, 0, slow)).rejects.toMatchObject(NOT_FOUND);
    await expect(ring.service.revoke(id, slow)).rejects.toMatchObject(NOT_FOUND);
  });
});

it('nothing is done when it cannot be recorded who decided it', async () => {
  const { id, text } = await ring.made();
  const keeper = await ring.keeper();
  const unheard = { ...keeper, decides: () => Promise.reject(new Error('no room')) };
  await expect(ring.service.create({ name: 'x', grants: VIEWER }, unheard)).rejects.toThrow('no room');
  await expect(ring.service.rotateSecret(id, 0, unheard)).rejects.toThrow('no room');
  await expect(ring.service.revoke(id, unheard)).rejects.toThrow('no room');
  expect(await ring.service.list(keeper)).toHaveLength(1);
  expect(await ring.whyNot(text)).toBeNull();
});

it('a stream that was opened with a key is over when its grants are others', async () => {
  const { id, text } = await ring.made();
  const principal = await ring.cameWith(text);
  await ring.service.update(id, { name: 'another name' }, await ring.keeper());
  expect(await ring.credentials.isStillGood(principal)).toBe(true);
  await ring.service.update(id, { grants: [grant('viewer', ['north'])] }, await ring.keeper());
  expect(await ring.credentials.isStillGood(principal)).toBe(false);
  expect(await ring.cameWith(text)).toMatchObject({ grants: [grant('viewer', ['north'])] });
  // Those who came by other ways are none of its business.
  expect(await ring.credentials.isStillGood(person())).toBe(true);
  expect(await ring.credentials.named('corp:alice')).toBeUndefined();
});
