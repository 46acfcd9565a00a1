import type { Operation } from '../../../../src/domain/operation.js';
import { StoreGuardedError } from '../../../../src/operations/guard/store-guard.js';
import { operationKeys, SHARDS } from '../../../../src/platform/redis/keys.js';
import { accepted, intent } from '../../support/changes.js';
import { GuardedProcess, PATIENCE_MS, ServerLife, snapshot } from '../../support/guarded-process.js';
import { SharedJournal } from '../../support/shared-journal.js';
import { operation } from '../../support/operation.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';

const the = redisForThisFile();

const ANNOUNCED_MS = 3_000;

let made = 0;

function newcomer(groupId: string, changes: Partial<Operation> = {}): Operation {
  made += 1;
  const id = `alpha.01900000-0000-7000-8000-${made.toString(16).padStart(12, '0')}`;
  return operation({ id, lockedGroupIds: [groupId], ...changes });
}

interface Scene {
  clock: TestClock;
  life: ServerLife;
  process(journal?: SharedJournal): GuardedProcess;
  /** One process that is open, on a store that was new to it. */
  open(journal?: SharedJournal): Promise<GuardedProcess>;
}

function scene(): Scene {
  const clock = new TestClock();
  const life = new ServerLife();
  const process = (journal = new SharedJournal('disk-1')): GuardedProcess =>
    new GuardedProcess(the.redis, life, journal, clock);
  return {
    clock,
    life,
    process,
    open: async (journal) => {
      const opened = process(journal);
      expect(await opened.check()).toBe(true);
      return opened;
    },
  };
}

/** Checks of all of them in turn, as time goes on, until all are open; fails when that takes longer. */
async function untilOpen(
  { clock }: Scene,
  withinMs: number,
  ...processes: GuardedProcess[]
): Promise<number> {
  const begun = clock.now();
  for (;;) {
    const open = [];
    for (const process of processes) open.push(await process.check());
    if (open.every(Boolean)) return clock.now() - begun;
    if (clock.now() - begun > withinMs) throw new Error(`not open after ${withinMs} ms`);
    clock.advance(250);
  }
}

async function tokens(): Promise<Set<string | null>> {
  return new Set(await Promise.all(SHARDS.map((shard) => the.redis.get(operationKeys(shard).guard))));
}

describe('a store that nobody knows', () => {
  it('is opened at once, and every shard has the token', async () => {
    const one = scene();
    const { keeper } = await one.open();
    expect(await tokens()).toEqual(new Set([keeper.pass().token]));
    expect(await keeper.report()).toMatchObject({ state: 'OPEN', reason: 'NEW_STORE', differences: [] });
  });

  it('is closed until it was looked at', async () => {
    const { keeper } = scene().process();
    expect(() => keeper.pass()).toThrow(StoreGuardedError);
    expect(await keeper.report()).toMatchObject({ state: 'HOLDING', reason: null, sinceTime: null });
  });

  it('gets one token from processes that find it at the same moment', async () => {
    const one = scene();
    const all = Array.from({ length: 5 }, (_, i) => one.process(new SharedJournal(`disk-${i}`)));
    for (let round = 0; round < 6; round += 1) await Promise.all(all.map((each) => each.check()));
    await untilOpen(one, 1_000, ...all);
    const [token] = await tokens();
    expect(all.map(({ keeper }) => keeper.pass().token)).toEqual(all.map(() => token));
  });

  it('that a process of before knows to have been another is not new', async () => {
    const one = scene();
    const old = await one.open();
    await old.accept(newcomer('alpha.books'));
    await the.redis.flushall();
    const fresh = one.process(new SharedJournal('disk-2'));
    expect(await fresh.check()).toBe(true);
    expect(await old.check()).toBe(false);
    expect(await fresh.check()).toBe(false);
    expect(await old.keeper.report()).toMatchObject({ reason: 'OTHER_STORE' });
  });
});

describe('a pass', () => {
  it('is void from the moment in which the store was out of sight, even when nothing was lost', async () => {
    const process = await scene().open();
    const pass = process.keeper.pass();
    pass.check();
    process.keeper.close('The store cannot be reached.');
    expect(() => pass.check()).toThrow('The store cannot be reached.');
    expect(() => process.keeper.pass()).toThrow(StoreGuardedError);
    expect(await process.check()).toBe(true);
    expect(process.keeper.pass().token).toBe(pass.token);
    expect(() => pass.check()).toThrow(StoreGuardedError);
  });

  it('is not given on a look that was broken off', async () => {
    const process = await scene().open();
    process.keeper.close('The store cannot be reached.');
    process.board.duringLook = () => process.keeper.close('Again.');
    expect(await process.check()).toBe(false);
    process.board.duringLook = () => undefined;
    expect(await process.check()).toBe(true);
  });

  it('of an emptied store is refused by the store itself, which makes the guard look', async () => {
    const process = await scene().open();
    let asked = 0;
    process.keeper.whenInDoubt(() => (asked += 1));
    await the.redis.flushall();
    await expect(process.store.accept(newcomer('alpha.books'), null)).rejects.toThrow(StoreGuardedError);
    expect(asked).toBe(1);
    expect(await the.redis.keys('*:op:*')).toEqual([]);
  });
});

describe('a server that was restarted', () => {
  it('and lost nothing is opened by the first check, without a look at the sites', async () => {
    const one = scene();
    const process = await one.open();
    await process.accept(newcomer('alpha.books'));
    const before = process.keeper.pass();
    one.life.identity = 'second-life';
    expect(await process.check()).toBe(true);
    const pass = process.keeper.pass('alpha');
    expect(pass.token).not.toBe(before.token);
    expect(() => before.check()).toThrow(StoreGuardedError);
    const report = await process.keeper.report();
    expect(report).toMatchObject({ state: 'OPEN', reason: 'OTHER_SERVER', differences: [] });
  });

  it('is waited with until every journal was compared', async () => {
    const one = scene();
    const [here, there] = [one.process(), one.process(new SharedJournal('disk-2'))];
    await untilOpen(one, 1_000, here, there);
    one.clock.advance(20_000);
    one.life.identity = 'second-life';
    expect(await here.check(3)).toBe(false);
    expect((await here.keeper.report()).waitingFor).toEqual([
      'The journal disk-2 has not been compared with the store.',
    ]);
    expect(() => here.keeper.pass()).toThrow('disk-2');
    await untilOpen(one, 1_000, there, here);
  });

  it('does not wait for a second process of the same machine, which compares for itself before it goes on', async () => {
    const one = scene();
    const journal = new SharedJournal('disk-1');
    const [api, worker] = [one.process(journal), one.process(journal)];
    await untilOpen(one, 1_000, api, worker);
    one.clock.advance(20_000);
    one.life.identity = 'second-life';
    expect(await api.check()).toBe(true);
    let read = 0;
    journal.onReading = () => Promise.resolve(void (read += 1));
    expect(await worker.check()).toBe(true);
    expect(read).toBe(1);
  });

  it('does not wait for ever for a journal that is gone; what it may have known is for a person then', async () => {
    const one = scene();
    const [here, gone] = [one.process(), one.process(new SharedJournal('disk-2'))];
    await untilOpen(one, 1_000, here, gone);
    const pending = await here.accept(newcomer('alpha.books'));
    one.clock.advance(20_000);
    one.life.identity = 'second-life';
    const waited = await untilOpen(one, 2 * PATIENCE_MS, here);
    expect(waited).toBeGreaterThanOrEqual(PATIENCE_MS);
    expect(await here.store.find(pending.id)).toMatchObject({ state: 'UNKNOWN', calls: [] });
    expect(await here.store.holders('alpha', ['alpha.books'])).toEqual(
      new Map([['alpha.books', pending.id]]),
    );
    expect((await here.keeper.report()).differences).toMatchObject([
      { operationId: pending.id, done: 'DOUBTED', journal: null, store: { state: 'PENDING' } },
    ]);
  });

  it('that does not tell who it is is known by its token', async () => {
    const one = scene();
    one.life.identity = null;
    const process = await one.open();
    process.keeper.close('The store cannot be reached.');
    expect(await process.check()).toBe(true);
    await the.redis.flushall();
    expect(await process.check()).toBe(false);
  });

  it('while a comparison goes on begins it anew', async () => {
    const one = scene();
    const journal = new SharedJournal('disk-1');
    const process = await one.open(journal);
    journal.onReading = () => {
      one.life.identity = 'third-life';
      journal.onReading = () => Promise.resolve();
      return Promise.resolve();
    };
    one.life.identity = 'second-life';
    expect(await process.check()).toBe(true);
    expect((await process.board.look(process.keeper.me, 0)).board?.identity).toBe('third-life');
  });

  it('is opened by whoever comes next when the process that closed it died half way', async () => {
    const one = scene();
    const process = await one.open();
    const { board, identity } = await process.board.look(process.keeper.me, one.clock.now());
    const beginning = { token: 'half-way', identity, reason: 'OTHER_SERVER' } as const;
    const insteadOf = board?.token ?? null;
    await process.board.begin({
      ...beginning,
      insteadOf,
      nowMs: one.clock.now(),
      announceMs: 0,
      journals: [],
    });
    expect(await process.check()).toBe(true);
    expect(await tokens()).toEqual(new Set(['half-way']));
  });

  it('and has one shard of another time is not believed', async () => {
    const one = scene();
    const process = await one.open();
    await the.redis.set(operationKeys(3).guard, 'of-another-time');
    expect(await process.check()).toBe(false);
    expect(await process.keeper.report()).toMatchObject({ reason: 'OTHER_STORE' });
  });
});

it('what is accepted as soon as one process has opened is not doubted by another that was about to', async () => {
  const one = scene();
  const disk = new SharedJournal('disk-1');
  const [api, worker] = [await one.open(disk), one.process(disk)];
  await worker.check();
  await api.accept(newcomer('alpha.books'));
  await the.redis.flushall();
  const fresh = newcomer('alpha.shop');
  const vouched = worker.board.vouched.bind(worker.board);
  worker.board.vouched = async () => {
    const before = await vouched();
    await untilOpen(one, 2 * ANNOUNCED_MS, api);
    await api.accept(fresh);
    return before;
  };
  for (let turn = 0; turn < 2 * ANNOUNCED_MS && !api.keeper.isOpen; turn += 250) {
    if (!(await worker.check())) one.clock.advance(250);
  }
  await untilOpen(one, 2 * ANNOUNCED_MS, worker, api);
  expect(await worker.store.find(fresh.id)).toMatchObject({ state: 'PENDING' });
});

describe('sites, after something was lost', () => {
  it('are closed one by one until a look at them began later', async () => {
    const one = scene();
    const process = await one.open();
    await process.accept(newcomer('alpha.books'));
    await the.redis.flushall();
    const before = one.clock.now() - 1;
    await untilOpen(one, 2 * ANNOUNCED_MS, process);
    process.keeper.pass();
    expect(() => process.keeper.pass('alpha')).toThrow('alpha has not been looked at');
    expect((await process.keeper.report()).waitingFor).toEqual([
      'alpha has not been looked at since the store lost something.',
    ]);
    await process.keeper.siteSeen('alpha', before);
    expect(() => process.keeper.pass('alpha')).toThrow(StoreGuardedError);
    await process.keeper.siteSeen('alpha', one.clock.now());
    process.keeper.pass('alpha').check();
    expect(() => process.keeper.pass('beta')).toThrow('beta');
  });

  it('may have been looked at by another process', async () => {
    const one = scene();
    const journal = new SharedJournal('disk-1');
    const [here, there] = [one.process(journal), one.process(journal)];
    await untilOpen(one, 1_000, here, there);
    await here.accept(newcomer('alpha.books'));
    await the.redis.flushall();
    await untilOpen(one, 2 * ANNOUNCED_MS, here, there);
    await there.keeper.siteSeen('alpha', one.clock.now());
    expect(() => here.keeper.pass('alpha')).toThrow(StoreGuardedError);
    await here.check();
    here.keeper.pass('alpha');
  });

  it('stay closed through a restart of the server meanwhile', async () => {
    const one = scene();
    const process = await one.open();
    await process.accept(newcomer('alpha.books'));
    await the.redis.flushall();
    await untilOpen(one, 2 * ANNOUNCED_MS, process);
    one.life.identity = 'second-life';
    expect(await process.check()).toBe(true);
    expect(() => process.keeper.pass('alpha')).toThrow(StoreGuardedError);
  });
});

describe('a journal that comes late', () => {
  it('and knows nothing more is let through', async () => {
    const one = scene();
    const process = await one.open();
    const late = one.process(new SharedJournal('disk-2'));
    expect(await late.check()).toBe(true);
    expect(late.keeper.pass().token).toBe(process.keeper.pass().token);
  });

  it('of a process that ended and was started again need not be read anew', async () => {
    const one = scene();
    const journal = new SharedJournal('disk-1');
    const process = await one.open(journal);
    await process.accept(newcomer('alpha.books'));
    let read = 0;
    journal.onReading = () => Promise.resolve(void (read += 1));
    expect(await one.process(journal).check()).toBe(true);
    expect(read).toBe(0);
  });

  it('and knows more has everybody hold until it is written back', async () => {
    const one = scene();
    const process = await one.open();
    const disk = new SharedJournal('disk-2');
    const late = one.process(disk);
    const running = newcomer('alpha.books', { state: 'RUNNING', version: 3 });
    await late.note(running);
    disk.token = 'a store of before';
    const pass = process.keeper.pass();
    expect(await late.check()).toBe(false);
    await expect(process.store.accept(newcomer('alpha.books'), null)).rejects.toThrow(StoreGuardedError);
    await untilOpen(one, 2 * ANNOUNCED_MS, late, process);
    expect(() => pass.check()).toThrow(StoreGuardedError);
    expect(await process.store.find(running.id)).toMatchObject({ state: 'RUNNING', version: 3 });
  });
});

it('an answer that the store was not told yet is written back, and is no loss', async () => {
  const one = scene();
  const process = await one.open();
  const sent = await process.change(
    await process.accept(newcomer('alpha.books')),
    intent(0, 'a1', 'failover'),
  );
  await process.answer(sent, accepted('a1', 'job-7'));
  one.life.identity = 'second-life';
  expect(await process.check()).toBe(true);
  expect(await process.store.find(sent.id)).toMatchObject({
    state: 'RUNNING',
    calls: [{ state: 'ACCEPTED', ref: { jobIds: ['job-7'] } }],
  });
  process.keeper.pass('alpha');
  expect((await process.keeper.report()).differences).toEqual([]);
});

it('a store that goes back and forth between its past and now ends where the journal is', async () => {
  const one = scene();
  const process = await one.open();
  const first = await process.accept(newcomer('alpha.books'));
  const goBack = await snapshot(the.redis);
  const sent = await process.change(first, intent(0, 'a1', 'failover'), accepted('a1', 'job-7'));
  for (const identity of ['second-life', 'third-life']) {
    await goBack();
    one.life.identity = identity;
    await untilOpen(one, 1_000, process);
    expect(await process.store.find(sent.id)).toMatchObject({ state: 'RUNNING', version: sent.version });
  }
});
