import type { Change } from '../../../src/domain/operation-change.js';
import type { Operation } from '../../../src/domain/operation.js';
import { NotDurableError } from '../../../src/operations/not-durable.js';
import { OperationRunner } from '../../../src/operations/operation-runner.js';
import { OperationsService } from '../../../src/operations/operations.service.js';
import { SiteWatcher } from '../../../src/operations/site-watcher.js';
import { silentLog } from '../../../src/platform/log/log.js';
import type { SendGate } from '../../../src/providers/provider-driver.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { changed } from '../support/memory-site.js';
import { at } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { GUARDED_FOR_MS, SwitchedGuard } from '../support/switched-guard.js';

const the = redisForThisFile();

/** Long work whose sends pass through `between`: after the connection stands and before the intent is confirmed. */
function workWith(between: (work: LongWork, guard: SwitchedGuard) => Promise<void> | void) {
  const guard = new SwitchedGuard();
  const work: LongWork = new LongWork(the.redis, (driver) =>
    changed(driver, {
      start: async (call, gate, cx) => {
        await between(work, guard);
        return driver.start(call, gate, cx);
      },
    }),
  );
  const registry = new ProviderRegistry([work.site.provider]);
  const runner = new OperationRunner(
    work.store,
    registry,
    work.clock,
    SETTINGS,
    silentLog(),
    work.doorbells,
    guard,
  );
  return { work, guard, runner };
}

async function sentLater(work: LongWork, runner: OperationRunner, id: string): Promise<Operation> {
  work.clock.advance(20_000);
  await runner.submit(id);
  return work.now(id);
}

/** The store of the work, with one method of it replaced until `heal` is called. */
function ailing<K extends 'find' | 'transitionFrom' | 'transition'>(
  work: LongWork,
  method: K,
  how: (well: LongWork['store'][K]) => LongWork['store'][K],
): () => void {
  const well = work.store[method].bind(work.store) as LongWork['store'][K];
  work.store[method] = how(well);
  return () => void (work.store[method] = well);
}

describe('between the connection and the write', () => {
  it('a record that somebody wrote meanwhile stops the send', async () => {
    let once = true;
    const { work, runner } = workWith(async ({ store }) => {
      const [open] = once ? await store.listOpen(work.site.siteId) : [];
      once = false;
      const attempt = open?.calls[0]?.attempt;
      if (open && attempt) {
        await store.transition(open.id, {
          kind: 'AMBIGUOUS',
          attemptId: attempt.id,
          evidence: 'It seems dead.',
        });
      }
    });
    const { id } = await work.accept();
    await runner.submit(id);
    expect(work.changesSent).toBe(0);
    // Its owner knows for certain that nothing was sent, which is better than what the other concluded.
    expect(await work.now(id)).toMatchObject({
      state: 'PENDING',
      calls: [{ state: 'PENDING', attempt: null }],
    });
    expect((await sentLater(work, runner, id)).state).toBe('RUNNING');
    expect(work.changesSent).toBe(1);
  });

  it('a record that is gone stops the send', async () => {
    let once = true;
    const { work, runner } = workWith(({ store }) => {
      if (!once) return;
      once = false;
      const find = store.find.bind(store);
      let asked = 0;
      store.find = (id) => ((asked += 1) === 1 ? Promise.resolve(null) : find(id));
    });
    const { id } = await work.accept();
    await runner.submit(id);
    expect(work.changesSent).toBe(0);
    expect((await work.now(id)).state).toBe('PENDING');
  });

  it.each([
    ['does not answer', () => new Promise<never>(() => undefined)],
    ['fails', () => Promise.reject(new Error('Command timed out'))],
  ])('a store that %s stops the send', async (_name, find) => {
    let heal = (): void => undefined;
    let once = true;
    const { work, runner } = workWith(({ store }) => {
      if (!once) return;
      once = false;
      const well = store.find.bind(store);
      let asked = 0;
      // The first question is that of the gate; the answer is written down with a store that is well again.
      store.find = (id) => ((asked += 1) === 1 ? find() : well(id));
      heal = () => void (store.find = well);
    });
    const { id } = await work.accept();
    await runner.submit(id);
    heal();
    expect(work.changesSent).toBe(0);
    expect(await work.now(id)).toMatchObject({ state: 'PENDING', calls: [{ state: 'PENDING' }] });
    expect((await sentLater(work, runner, id)).state).toBe('RUNNING');
  });

  it('a guard that was closed and opened again stops the send', async () => {
    let once = true;
    const { work, runner } = workWith((_work, guard) => {
      if (once) guard.close();
      guard.open();
      once = false;
    });
    const { id } = await work.accept();
    expect(await runner.submit(id)).toEqual({ againInMs: GUARDED_FOR_MS });
    expect(work.changesSent).toBe(0);
    expect((await sentLater(work, runner, id)).state).toBe('RUNNING');
  });

  it('a machine that slept stops the send, though its monotonic clock stood still', async () => {
    let slept = 0;
    let once = true;
    const { work, runner } = workWith(() => {
      if (once) slept = SETTINGS.sendDeadlineMs + 1;
      once = false;
    });
    const wall = work.clock.now.bind(work.clock);
    work.clock.now = () => wall() + slept;
    const { id } = await work.accept();
    await runner.submit(id);
    expect(work.changesSent).toBe(0);
    expect((await work.now(id)).state).toBe('PENDING');
    expect((await sentLater(work, runner, id)).state).toBe('RUNNING');
  });

  it('the same holds for a request to stop', async () => {
    let isAsked = false;
    const { work, runner, guard } = workWith((_work, closing) => {
      if (!isAsked) return;
      closing.close();
      closing.open();
      isAsked = false;
    });
    const { id } = await work.accept();
    await runner.submit(id);
    await work.service.cancel(id, 'ben');
    isAsked = true;
    await runner.submit(id);
    expect(work.changesSent).toBe(1);
    expect((await work.now(id)).cancel?.state).toBe('REQUESTED');
    await runner.submit(id);
    expect(work.changesSent).toBe(2);
    expect((await work.now(id)).cancel?.state).toBe('ACCEPTED');
    expect(guard.asked).toContain(work.site.siteId);
  });

  it('what is observed meanwhile does not keep a request to stop away', async () => {
    const { work, runner } = workWith(async ({ store, site }) => {
      const [open] = await store.listOpen(site.siteId);
      if (open?.cancel?.state === 'SENDING') await work.tickAfter(1_000);
    });
    const { id } = await work.accept();
    await runner.submit(id);
    await work.tickAfter(5_000);
    await work.service.cancel(id, 'ben');
    await runner.submit(id);
    expect(work.changesSent).toBe(2);
  });
});

describe('while the guard is closed', () => {
  it('nothing is looked at, and the runner comes back when it was told to', async () => {
    const { work, guard, runner } = workWith(() => undefined);
    const { id } = await work.accept();
    const looks = work.world.journal.length;
    guard.close();
    expect(await runner.submit(id)).toEqual({ againInMs: GUARDED_FOR_MS });
    expect(work.world.journal.length).toBe(looks);
    expect((await work.now(id)).version).toBe(1);
  });

  it('nothing is given up or rejected either: what the store says may be old', async () => {
    const { work, guard, runner } = workWith(() => undefined);
    const { id } = await work.accept();
    work.clock.advance(SETTINGS.startDeadlineMs + 1);
    guard.close();
    expect(await runner.submit(id)).toEqual({ againInMs: GUARDED_FOR_MS });
    expect((await work.now(id)).state).toBe('PENDING');
    guard.open();
    await runner.submit(id);
    expect((await work.now(id)).state).toBe('REJECTED');
  });

  it('nor is a target that changed held against an operation, if the guard closed during the look', async () => {
    const { work, guard, runner } = workWith(() => undefined);
    const { id } = await work.accept();
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'staged';
    const prepare = work.site.provider.prepare.bind(work.site.provider);
    work.site.provider.prepare = async (...args) => {
      const found = await prepare(...args);
      guard.close();
      return found;
    };
    expect(await runner.submit(id)).toEqual({ againInMs: GUARDED_FOR_MS });
    expect((await work.now(id)).state).toBe('PENDING');
  });

  it('a request to stop waits', async () => {
    const { work, guard, runner } = workWith(() => undefined);
    const { id } = await work.accept();
    await runner.submit(id);
    await work.service.cancel(id, 'ben');
    guard.close();
    expect(await runner.submit(id)).toEqual({ againInMs: GUARDED_FOR_MS });
    expect((await work.now(id)).cancel?.state).toBe('REQUESTED');
  });
});

describe('a record that was read before the guard was closed and opened again', () => {
  it('is no ground for anything: the store may have lost it meanwhile', async () => {
    const { work, guard, runner } = workWith(() => undefined);
    const { id } = await work.accept();
    const find = work.store.find.bind(work.store);
    work.store.find = async (asked) => {
      const found = await find(asked);
      guard.close();
      guard.open();
      return found;
    };
    expect(await runner.submit(id)).toEqual({ againInMs: GUARDED_FOR_MS });
    work.store.find = find;
    expect((await work.now(id)).version).toBe(1);
    expect(work.changesSent).toBe(0);
  });
});

describe('while the clock of the machine is wrong', () => {
  const WRONG = 'The clock of this machine is 3600 s ahead of the store.';

  it('nothing is sent, rejected or given up, and nothing is looked at', async () => {
    const clock: { fault: () => string | null } = { fault: () => WRONG };
    const work = new LongWork(the.redis);
    const registry = new ProviderRegistry([work.site.provider]);
    const { store, doorbells } = work;
    const log = silentLog();
    const guard = new SwitchedGuard();
    const runner = new OperationRunner(store, registry, work.clock, SETTINGS, log, doorbells, guard, clock);
    const watcher = new SiteWatcher(store, registry, work.clock, SETTINGS, log, doorbells, undefined, clock);
    const { id } = await work.accept();
    const looks = work.world.journal.length;
    work.clock.advance(3_600_000);
    expect(await runner.submit(id)).toEqual({ againInMs: 5_000 });
    expect(await watcher.tick(work.site.siteId)).toEqual({ againInMs: SETTINGS.pollIntervalMs });
    expect(work.world.journal.length).toBe(looks);
    expect((await work.now(id)).version).toBe(1);
    clock.fault = () => null;
    await runner.submit(id);
    expect((await work.now(id)).state).toBe('REJECTED');
  });

  it('nothing is accepted', async () => {
    const work = new LongWork(the.redis);
    const registry = new ProviderRegistry([work.site.provider]);
    const clock = { fault: () => WRONG };
    const service = new OperationsService(work.store, registry, work.doorbells, work.clock, clock);
    const claim = { keyHash: `${work.site.siteId}-skewed`, fingerprint: 'f' };
    await expect(service.accept(work.request(), claim)).rejects.toMatchObject({
      problem: { code: 'unhealthy', status: 503, detail: `${WRONG} Nothing is accepted meanwhile.` },
    });
    expect(await work.service.replayed(claim)).toBeNull();
  });
});

describe('an intent that could not be made safe', () => {
  const unsafe = (well: LongWork['store']['transitionFrom']): LongWork['store']['transitionFrom'] => {
    return async (operation: Operation, change: Change) => {
      const written = await well(operation, change);
      if (change.kind.endsWith('INTENT') || change.kind.endsWith('_SENDING')) {
        throw new NotDurableError('Too few replicas have it.');
      }
      return written;
    };
  };

  it('is taken back, and nothing is sent upon it', async () => {
    const { work, runner } = workWith(() => undefined);
    const { id } = await work.accept();
    const heal = ailing(work, 'transitionFrom', unsafe);
    expect(await runner.submit(id)).toEqual({ againInMs: 1_000 });
    heal();
    expect(work.changesSent).toBe(0);
    expect(await work.now(id)).toMatchObject({ state: 'PENDING', version: 3, calls: [{ attempt: null }] });
    expect((await sentLater(work, runner, id)).state).toBe('RUNNING');
    expect(work.changesSent).toBe(1);
  });

  it('of a request to stop is taken back as well', async () => {
    const { work, runner } = workWith(() => undefined);
    const { id } = await work.accept();
    await runner.submit(id);
    await work.service.cancel(id, 'ben');
    const heal = ailing(work, 'transitionFrom', unsafe);
    await runner.submit(id);
    heal();
    expect((await work.now(id)).cancel).toMatchObject({ state: 'REQUESTED' });
    expect(work.changesSent).toBe(1);
    await runner.submit(id);
    expect((await work.now(id)).cancel).toMatchObject({ state: 'ACCEPTED' });
  });

  it('whose reply was lost, and which the store carries out later, is not taken for one that was sent', async () => {
    const { work, runner } = workWith(() => undefined);
    const { id } = await work.accept();
    let late: () => Promise<unknown> = () => Promise.resolve();
    const heal = ailing(work, 'transitionFrom', (well) => (operation, change) => {
      late = () => well(operation, change);
      return Promise.reject(new Error('Command timed out'));
    });
    await expect(runner.submit(id)).rejects.toThrow('timed out');
    heal();
    await late();
    expect((await work.now(id)).state).toBe('SUBMITTING');
    await runner.submit(id);
    expect(await work.now(id)).toMatchObject({ state: 'PENDING', calls: [{ state: 'PENDING' }] });
    expect((await sentLater(work, runner, id)).state).toBe('RUNNING');
    expect(work.changesSent).toBe(1);
  });
});

it('an answer is that of its own sending: one that comes late changes nothing of the next', async () => {
  const { work, runner } = workWith(() => undefined);
  const { id } = await work.accept();
  await runner.submit(id);
  await work.service.cancel(id, 'ben');
  await work.store.transition(id, { kind: 'CANCEL_SENDING', overBy: at(60) });
  const answer = { kind: 'CANCEL_ANSWERED', state: 'REQUESTED', detail: null } as const;
  expect(await work.store.transition(id, { ...answer, overBy: at(30) })).toBeNull();
  expect((await work.store.transition(id, { ...answer, overBy: at(60) }))?.cancel?.state).toBe('REQUESTED');
});

it('a gate that nobody confirms still holds: tests and older callers may leave it out', async () => {
  const work = new LongWork(the.redis);
  const gate: SendGate = { open: () => undefined };
  const preparation = await work.site.provider.prepare(work.request().command, 'some-operation');
  const [call] = preparation.calls;
  expect(call && (await work.site.provider.start(call, gate)).jobIds).toHaveLength(1);
});
