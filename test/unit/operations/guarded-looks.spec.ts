import { reduce } from '../../../src/domain/operation-machine.js';
import type { CompositeStep, Operation } from '../../../src/domain/operation.js';
import { StoreGuardedError } from '../../../src/operations/guard/store-guard.js';
import { OperationRunner } from '../../../src/operations/operation-runner.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { Sending } from '../../../src/operations/sending.js';
import { SiteWatcher } from '../../../src/operations/site-watcher.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { at, operation, seen } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { GUARDED_FOR_MS, SwitchedGuard } from '../support/switched-guard.js';

const the = redisForThisFile();

function watched() {
  const work = new LongWork(the.redis);
  const guard = new SwitchedGuard();
  const registry = new ProviderRegistry([work.site.provider]);
  const { store, clock, doorbells } = work;
  const watcher = new SiteWatcher(
    store,
    registry,
    clock,
    SETTINGS,
    silentLog(),
    doorbells,
    undefined,
    undefined,
    guard,
  );
  const tick = () => watcher.tick(work.site.siteId);
  return { work, guard, registry, tick };
}

describe('while the guard is closed', () => {
  it('a watcher looks at nothing, and ends nothing', async () => {
    const { work, guard, tick } = watched();
    const id = await work.begun();
    work.clock.advance(40_000);
    const looks = work.world.journal.length;
    guard.close();
    expect(await tick()).toEqual({ againInMs: GUARDED_FOR_MS });
    expect(work.world.journal.length).toBe(looks);
    expect((await work.now(id)).state).toBe('RUNNING');
    guard.open();
    await tick();
    expect((await work.now(id)).state).toBe('SUCCEEDED');
  });

  it.each(['a verdict', 'an adoption'])('a look that it was closed during leads to no %s', async (what) => {
    const { work, guard, tick } = watched();
    if (what === 'an adoption') work.world.troubles.push({ on: 'CHANGE', trouble: 'ANSWER_LOST' });
    const id = await work.begun();
    const { version } = await work.now(id);
    work.clock.advance(40_000);
    const { provider } = work.site;
    const method = what === 'an adoption' ? 'findStarted' : 'observe';
    const look = provider[method].bind(provider) as (...args: unknown[]) => Promise<never>;
    provider[method] = async (...args: unknown[]) => {
      const seen = await look(...args);
      guard.close();
      guard.open();
      return seen;
    };
    expect(await tick()).toEqual({ againInMs: GUARDED_FOR_MS });
    expect((await work.now(id)).version).toBe(version);
  });

  it('a sender that seems dead is not called so: its answer may only be lost', async () => {
    const { work, guard, registry } = watched();
    const { store, clock, doorbells } = work;
    const runner = new OperationRunner(store, registry, clock, SETTINGS, silentLog(), doorbells, guard);
    const { id } = await work.accept();
    const found = await work.now(id);
    const attempt = { id: 'a-1', intentTime: found.createdTime, overBy: found.createdTime };
    const { calls, baseline, resource, warnings } = await work.site.provider.prepare(found.command, id);
    const preparation = {
      before: resource,
      baseline,
      warnings,
      calls: calls.map((call) => ({
        call,
        state: 'PENDING' as const,
        attempt: null,
        ref: null,
        adopted: false,
      })),
    };
    await store.transitionFrom(found, { kind: 'INTENT', callIndex: 0, attempt, preparation });
    work.clock.advance(60_000);
    guard.close();
    expect(await runner.submit(id)).toEqual({ againInMs: GUARDED_FOR_MS });
    expect((await work.now(id)).state).toBe('SUBMITTING');
    guard.open();
    await runner.submit(id);
    expect((await work.now(id)).state).toBe('RECONCILING');
  });
});

it('an answer that was heard is kept while the record is that of before its attempt', async () => {
  const work = new LongWork(the.redis);
  const guard = new SwitchedGuard();
  const { id } = await work.accept();
  const key = operationKeys(shardOf(work.site.siteId)).operation(id);
  const before = await the.redis.hgetall(key);
  await work.runner.submit(id);
  const after = await work.now(id);
  const [sent] = after.calls;
  const during: Operation = {
    ...after,
    state: 'SUBMITTING',
    calls: sent ? [{ ...sent, state: 'SENDING', ref: null }] : [],
  };
  await the.redis.hset(key, before);
  guard.close();
  const sending = new Sending(work.store, work.clock, SETTINGS, guard);
  const attemptId = sent?.attempt?.id ?? '';
  const written = sending.writeDown(id, { kind: 'ACCEPTED', attemptId, ref: { jobIds: ['job-9'] } });
  await work.store.find(id);
  await the.redis.hset(key, { v: during.version, w: 'restored', r: JSON.stringify(during) });
  guard.open();
  expect(await written).toMatchObject({ state: 'RUNNING', calls: [{ ref: { jobIds: ['job-9'] } }] });
});

it('a site that was not looked at since is not sent to, but a sender that vanished is told', async () => {
  const { work, registry } = watched();
  const guard = new SwitchedGuard();
  const unseen = guard.pass.bind(guard);
  guard.pass = (siteId) => {
    if (siteId !== undefined) throw new StoreGuardedError('The site was not looked at yet.', GUARDED_FOR_MS);
    return unseen();
  };
  const { store, clock, doorbells } = work;
  const runner = new OperationRunner(store, registry, clock, SETTINGS, silentLog(), doorbells, guard);
  const { id } = await work.accept();
  expect(await runner.submit(id)).toEqual({ againInMs: GUARDED_FOR_MS });
  expect(work.changesSent).toBe(0);
  const found = await work.now(id);
  const { calls, baseline, resource, warnings } = await work.site.provider.prepare(found.command, id);
  const attempt = { id: 'a-1', intentTime: found.createdTime, overBy: found.createdTime };
  const pending = calls.map((call) => ({
    call,
    state: 'PENDING' as const,
    attempt: null,
    ref: null,
    adopted: false,
  }));
  const preparation = { before: resource, baseline, warnings, calls: pending };
  await store.transitionFrom(found, { kind: 'INTENT', callIndex: 0, attempt, preparation });
  await runner.submit(id);
  expect((await work.now(id)).state).toBe('RECONCILING');
});

it('an answer that was heard is kept until a store that lost the record has it back', async () => {
  const work = new LongWork(the.redis);
  const guard = new SwitchedGuard();
  const { id } = await work.accept();
  const key = operationKeys(shardOf(work.site.siteId)).operation(id);
  const kept = await the.redis.hgetall(key);
  await the.redis.del(key);
  guard.close();
  const sending = new Sending(work.store, work.clock, SETTINGS, guard);
  const written = sending.writeDown(id, { kind: 'DELAYED', notBefore: at(60), text: 'Later.' });
  await the.redis.hset(key, kept);
  guard.open();
  expect(await written).toMatchObject({ id, version: 2 });
});

describe('a composite that a loss left in doubt', () => {
  const step = (state: CompositeStep['state'], title: string): CompositeStep => ({
    title,
    command: operation().command,
    takes: {},
    needsAnyOf: [],
    essential: true,
    operationId: state === 'PENDING' ? null : `alpha.${title}`,
    state,
    outcome: null,
    progressPercent: null,
    createdNativeId: null,
    detail: null,
    error: null,
    triedSince: null,
  });

  async function doubtful(...composite: CompositeStep[]): Promise<{ work: LongWork; id: string }> {
    const work = new LongWork(the.redis);
    const parent = await work.accept({
      action: 'PROVISION_PROTECTION_GROUP',
      targetNativeId: null,
      direction: null,
      group: { name: 'made' },
      input: { enableProtection: true },
    });
    const key = operationKeys(shardOf(work.site.siteId)).operation(parent.id);
    const record: Operation = { ...parent, state: 'UNKNOWN', version: 2, composite };
    await the.redis.hset(key, { v: 2, w: 'restored', r: JSON.stringify(record) });
    return { work, id: parent.id };
  }

  it('begins nothing more, and looks at nothing', async () => {
    const { work, id } = await doubtful(step('SUCCEEDED', 'one'), step('PENDING', 'two'));
    const looks = work.world.journal.length;
    expect(await work.runner.submit(id)).toBe('NOTHING');
    expect(work.world.journal.length).toBe(looks);
  });

  it('hears of the end of what it had begun, and is settled then', async () => {
    const child = await (async () => {
      const other = new LongWork(the.redis);
      return { other, id: (await other.accept()).id };
    })();
    const { work, id } = await doubtful(
      { ...step('RUNNING', 'one'), operationId: child.id },
      step('PENDING', 'two'),
    );
    const wish = { verdict: 'FAILED', reason: 'half of it' } as const;
    await expect(work.resolutions.resolve(id, wish, 'ben')).rejects.toMatchObject({
      problem: { code: 'upstream-contradicts' },
    });
    await child.other.service.cancel(child.id, 'ben');
    await work.runner.submit(id);
    expect(await work.now(id)).toMatchObject({ state: 'UNKNOWN', composite: [{ state: 'CANCELLED' }, {}] });
    expect((await work.resolutions.resolve(id, wish, 'ben')).state).toBe('FAILED');
  });

  it('does not wait for a step of which no record is left', async () => {
    const { work, id } = await doubtful(step('RUNNING', 'one'), step('PENDING', 'two'));
    const settled = await work.resolutions.resolve(id, { verdict: 'FAILED', reason: 'it is gone' }, 'ben');
    expect(settled).toMatchObject({
      state: 'FAILED',
      composite: [{ state: 'FAILED', detail: 'No record of its operation is left.' }, { state: 'SKIPPED' }],
    });
  });

  it('is settled by a person, without the steps that were not begun', async () => {
    const { work, id } = await doubtful(step('SUCCEEDED', 'one'), step('PENDING', 'two'));
    const settled = await work.resolutions.resolve(id, { verdict: 'FAILED', reason: 'half of it' }, 'ben');
    expect(settled).toMatchObject({
      state: 'FAILED',
      outcome: 'PARTIAL',
      composite: [{ state: 'SUCCEEDED' }, { state: 'SKIPPED' }],
    });
  });

  it.each([['NOT_EXECUTED', step('PENDING', 'two'), 'is done']] as const)(
    'is not settled as %s against its steps',
    async (verdict, second, why) => {
      const { work, id } = await doubtful(step('SUCCEEDED', 'one'), second);
      await expect(work.resolutions.resolve(id, { verdict, reason: 'I think' }, 'ben')).rejects.toMatchObject(
        {
          problem: { code: 'upstream-contradicts', detail: expect.stringContaining(why) as string },
        },
      );
    },
  );

  it('with a step that runs is closed by nobody', () => {
    const parent = operation({ state: 'UNKNOWN', composite: [step('RUNNING', 'one')] });
    const resolution = { verdict: 'FAILED', reason: 'x', resolvedBy: 'ben', resolvedTime: at(1) } as const;
    const change = { kind: 'RESOLVED', resolution, shows: false, problem: null, createdId: null } as const;
    expect(reduce(parent, change, at(1))).toBeNull();
  });
});

describe('the store, while the guard is closed', () => {
  async function sentAndClosed() {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    const guard = new SwitchedGuard();
    const store = new RedisOperationStore(the.redis, work.clock, guard);
    guard.close();
    return { work, id, store };
  }

  it.each([
    { kind: 'OBSERVED', seen: seen({ progressPercent: 77 }) },
    { kind: 'CANCEL_REQUESTED', request: { requestedBy: 'ada', requestedTime: at(1) } },
    { kind: 'UNDECIDED', evidence: 'Nothing is to be seen.' },
    { kind: 'VERDICT', state: 'FAILED', outcome: 'NONE', problem: null, text: 'Over.' },
  ] as const)('writes nothing that is concluded from what it holds: $kind', async (change) => {
    const { work, id, store } = await sentAndClosed();
    await expect(store.transition(id, change)).rejects.toThrow(StoreGuardedError);
    expect((await work.now(id)).state).toBe('RUNNING');
  });

  it('writes what an upstream has answered', async () => {
    const { work, id, store } = await sentAndClosed();
    await work.service.cancel(id, 'ada');
    await work.store.transition(id, { kind: 'CANCEL_SENDING', overBy: at(60) });
    await store.transition(id, { kind: 'CANCEL_ANSWERED', state: 'ACCEPTED', detail: null, overBy: at(60) });
    expect((await work.now(id)).cancel?.state).toBe('ACCEPTED');
  });
});
