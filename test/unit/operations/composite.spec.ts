import { Scope } from '../../../src/domain/access/scope.js';
import {
  childrenOf,
  PROVISION,
  STEPS,
  submitAll,
  workToTheEnd,
  workUntil,
} from '../support/composite-work.js';
import { memoryDescriptor } from '../../../src/providers/memory/memory.descriptor.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { LongWork } from '../support/long-work.js';
import { changed } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { refusalOf } from '../support/refusal.js';

const the = redisForThisFile();
const states = ({ steps }: { steps: { state: string }[] }) => steps.map(({ state }) => state);

describe('a composite that goes well', () => {
  it('is one operation after the other, each executed once, and tells what it made', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    const ended = await workToTheEnd(work, id);
    expect(work.world.executions.map(({ action }) => action)).toEqual(STEPS);
    expect(states(ended)).toEqual(STEPS.map(() => 'SUCCEEDED'));
    expect(ended).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL', progressPercent: 100, error: null });
    const [group] = work.world.executions;
    const groupId = `${work.site.siteId}.${group?.targetId ?? ''}`;
    expect(ended.target).toMatchObject({ type: 'PROTECTION_GROUP', id: groupId, name: 'Harbour' });
    expect(ended.result).toEqual({
      protectionGroupId: groupId,
      recoveryPlanId: expect.stringContaining(work.site.siteId) as string,
    });
    expect(work.world.groups.get(group?.targetId ?? '')?.word).toBe('guarded');
  });

  it('has its steps in the history, below it, on behalf of the same person', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    const ended = await workToTheEnd(work, id);
    const children = await childrenOf(work, id);
    expect(children.map(({ action }) => action)).toEqual(STEPS);
    expect(ended.steps.map(({ operationId }) => operationId)).toEqual(children.map((child) => child.id));
    for (const child of children)
      expect(child).toMatchObject({ parentId: id, requestedBy: 'ada', reason: 'a test', composite: null });
    const { items } = await work.store.list(
      { seen: Scope.ALL, newestFirst: false, targetId: ended.target.id ?? '' },
      null,
      50,
    );
    expect(items.map(({ action }) => action).sort()).toEqual(
      [...STEPS.filter((action) => action !== 'CREATE_RECOVERY_PLAN'), 'PROVISION_PROTECTION_GROUP'].sort(),
    );
  });

  it('keeps what it made locked between two steps, and nothing after its end', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    const grouped = await workUntil(work, id, ({ steps }) => steps[1]?.state === 'RUNNING');
    const groupId = grouped.target.id ?? '';
    const holder = async () =>
      (await work.store.holders(work.site.siteId, [groupId, `${work.site.siteId}.new~Harbour`])).values();
    expect(grouped.lockedGroupIds).toContain(groupId);
    for (let round = 0; round < 4; round += 1) {
      const family = [id, ...(await childrenOf(work, id)).map((child) => child.id)];
      for (const held of await holder()) expect(family).toContain(held);
      expect([...(await holder())]).toHaveLength(2);
      await work.tickAfter(10_000);
      await submitAll(work);
    }
    await workToTheEnd(work, id);
    expect([...(await holder())]).toEqual([]);
  });

  it('lets nobody in between two steps', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    const grouped = await workUntil(work, id, ({ steps }) => steps[0]?.state === 'SUCCEEDED');
    const nativeId = grouped.composite?.[0]?.createdNativeId ?? '';
    const other = { action: 'DELETE_PROTECTION_GROUP', targetNativeId: nativeId, direction: null } as const;
    expect((await refusalOf(work.accept(other))).problem.code).toBe('operation-in-progress');
    expect((await workToTheEnd(work, id)).outcome).toBe('FULL');
  });

  it('two of one name at once are one', async () => {
    const work = new LongWork(the.redis);
    await work.accept(PROVISION);
    expect((await refusalOf(work.accept(PROVISION))).problem.code).toBe('operation-in-progress');
  });
});

describe('a step that fails', () => {
  const fails = { failure: { code: 'worn-out', message: 'the rope broke' } };

  it('does not stop those that still make sense, and the end tells what is left and how to go on', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    await workUntil(work, id, ({ steps }) => steps[0]?.state === 'SUCCEEDED');
    work.world.nextWork(fails);
    const ended = await workToTheEnd(work, id);
    expect(states(ended)).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(ended).toMatchObject({ state: 'FAILED', outcome: 'PARTIAL', error: { code: 'outcome-partial' } });
    expect(ended.error?.detail).toMatch(/1 of 5.*Protect instance crane.*rope broke/);
    const group = `/v1/protection-groups/${ended.target.id ?? ''}`;
    expect(ended.error?.nextActions).toEqual([
      { title: 'Protect instance crane', method: 'POST', href: `${group}/protected-instances` },
    ]);
    expect(ended.result?.protectionGroupId).toBe(ended.target.id);
    expect(work.executions).toBe(5);
  });

  it('in every instance leaves nothing to enable', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    await workUntil(work, id, ({ steps }) => steps[0]?.state === 'SUCCEEDED');
    work.world.nextWork(fails);
    work.world.nextWork(fails);
    const ended = await workToTheEnd(work, id);
    expect(states(ended)).toEqual(['SUCCEEDED', 'FAILED', 'FAILED', 'SUCCEEDED', 'SKIPPED']);
    expect(ended.error?.nextActions).toHaveLength(3);
  });

  it('of the group itself ends it, and nothing else is begun', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REFUSED' });
    const ended = await workToTheEnd(work, id);
    expect(states(ended)).toEqual(['FAILED', 'SKIPPED', 'SKIPPED', 'SKIPPED', 'SKIPPED']);
    expect(ended).toMatchObject({ state: 'FAILED', outcome: 'NONE', error: { code: 'upstream-refused' } });
    expect([work.changesSent, (await childrenOf(work, id)).length]).toEqual([1, 1]);
    expect((await work.store.holders(work.site.siteId, ended.lockedGroupIds)).size).toBe(0);
  });

  it('and what became of it is not known keeps the rest waiting, until it is', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    await workUntil(work, id, ({ steps }) => steps[0]?.state === 'SUCCEEDED');
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST' });
    const stuck = await workUntil(work, id, ({ warnings }) => warnings.length > 0);
    expect(stuck).toMatchObject({ state: 'RUNNING', warnings: [expect.stringContaining('crane') as string] });
    for (let round = 0; round < 20; round += 1) {
      await submitAll(work);
      await work.tickAfter(60_000);
    }
    expect(states(await work.now(id))).toEqual(['SUCCEEDED', 'RUNNING', 'PENDING', 'PENDING', 'PENDING']);
    expect(work.executions).toBe(1);
  });
});

const REASON = { code: 'in-the-way', text: 'Something is in the way.', remedy: 'Wait.' };

describe('a step for which there is nothing to do', () => {
  it('is done, without an operation of its own', async () => {
    const work = new LongWork(the.redis, (driver) =>
      changed(driver, {
        prepare: async (command, operationId, cx) => {
          const preparation = await driver.prepare(command, operationId, cx);
          const isSo = command.action === 'ENABLE_PROTECTION';
          return { ...preparation, blockers: isSo ? [{ ...REASON, alreadyDone: true as const }] : [] };
        },
      }),
    );
    const { id } = await work.accept(PROVISION);
    const ended = await workToTheEnd(work, id);
    expect(ended).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
    expect(ended.steps[4]).toMatchObject({
      state: 'SUCCEEDED',
      operationId: null,
      detail: expect.stringContaining('Already so') as string,
    });
    expect(await childrenOf(work, id)).toHaveLength(4);
  });

  it('because somebody has switched the group on already, is done too', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    await workUntil(work, id, ({ steps }) => steps[3]?.state === 'SUCCEEDED');
    const group = [...work.world.groups.values()].find(({ name }) => name === 'Harbour');
    if (group) group.word = 'guarded';
    expect(await workToTheEnd(work, id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
    expect(work.executions).toBe(4);
  });
});

describe('a step that cannot begin yet', () => {
  it('because somebody else holds what it acts upon waits, and goes on', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    await workUntil(work, id, ({ steps }) => steps[0]?.state === 'RUNNING');
    await submitAll(work);
    const made = [...work.world.groups.values()].find(({ name }) => name === 'Harbour');
    const other = await work.accept({
      action: 'UPDATE_PROTECTION_GROUP',
      targetNativeId: made?.id ?? '',
      direction: null,
      changes: { description: 'mine' },
    });
    await work.tickAfter(30_000);
    await work.runner.submit(id);
    await work.runner.submit(id);
    const waiting = await work.now(id);
    expect(waiting.steps[1]).toMatchObject({
      state: 'PENDING',
      detail: expect.stringContaining(other.id) as string,
    });
    expect((await workToTheEnd(work, id)).outcome).toBe('FULL');
  });

  it('because the group is at work when its operation looks again is begun anew when that has passed', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    await workUntil(work, id, ({ steps }) => steps[1]?.state === 'RUNNING');
    const group = [...work.world.groups.values()].find(({ name }) => name === 'Harbour');
    if (group) group.word = 'raising-guard';
    for (let round = 0; round < 5; round += 1) {
      await submitAll(work);
      work.clock.advance(2_000);
    }
    expect((await work.now(id)).steps[1]).toMatchObject({ state: 'PENDING', operationId: null });
    if (group) group.word = 'idle';
    expect((await workToTheEnd(work, id)).outcome).toBe('FULL');
    expect((await childrenOf(work, id)).map(({ state }) => state)).toContain('REJECTED');
    expect(work.world.executions.map(({ action }) => action)).toEqual(STEPS);
  });

  it('because the upstream refuses it for now is tried again with a new operation', async () => {
    const work = new LongWork(the.redis, (driver) => {
      let refusals = 2;
      return changed(driver, {
        start: (call, gate, cx) => {
          if (!call.label.startsWith('add') || refusals === 0) return driver.start(call, gate, cx);
          refusals -= 1;
          const locked = { delivery: 'REFUSED', retry: 'PERMANENT', again: 'LATER' } as const;
          return Promise.reject(new ProviderError('CONFLICT', 'It is locked.', locked));
        },
      });
    });
    const { id } = await work.accept(PROVISION);
    expect((await workToTheEnd(work, id)).outcome).toBe('FULL');
    const rejected = (await childrenOf(work, id)).filter(({ state }) => state === 'REJECTED');
    expect(rejected.map(({ error }) => error?.detail)).toEqual(['It is locked.', 'It is locked.']);
  });

  it('because of what passes by itself, as the upstream tells, waits, and goes on', async () => {
    let busy = true;
    const work = new LongWork(the.redis, (driver) =>
      changed(driver, {
        prepare: async (command, operationId, cx) => {
          const preparation = await driver.prepare(command, operationId, cx);
          const inTheWay = busy && command.action === 'ENABLE_PROTECTION';
          const blockers = inTheWay ? [{ ...REASON, passing: true as const }] : [];
          return { ...preparation, blockers };
        },
      }),
    );
    const { id } = await work.accept(PROVISION);
    const waiting = await workUntil(work, id, ({ steps }) =>
      Boolean(steps[4]?.detail?.includes('tried again')),
    );
    expect(waiting).toMatchObject({ state: 'RUNNING' });
    busy = false;
    expect((await workToTheEnd(work, id)).outcome).toBe('FULL');
    expect(work.world.executions.map(({ action }) => action)).toEqual(STEPS);
  });

  it('while the site cannot be read is tried again, and given up at the deadline', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    const rule = { on: 'READ' as const, trouble: 'UNREACHABLE' as const, times: Infinity };
    await work.runner.submit(id);
    work.world.troubles.push(rule);
    await work.runner.submit(id);
    expect((await work.now(id)).steps[0]).toMatchObject({
      state: 'PENDING',
      detail: expect.any(String) as string,
    });
    const ended = await workToTheEnd(work, id);
    expect(ended).toMatchObject({ state: 'FAILED', outcome: 'NONE' });
    expect(work.changesSent).toBe(0);
  });
});

describe('cancelling a composite', () => {
  it('before it began ends it', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    expect(await work.service.cancel(id, 'ben')).toMatchObject({ state: 'CANCELLED', outcome: 'NONE' });
    await submitAll(work);
    expect(work.changesSent).toBe(0);
  });

  it('lets the step that runs come to its end, and begins no other', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    await workUntil(work, id, ({ steps }) => steps[1]?.state === 'RUNNING');
    await submitAll(work);
    expect(await work.service.cancel(id, 'ben')).toMatchObject({ state: 'CANCELLING' });
    const ended = await workToTheEnd(work, id);
    expect(states(ended)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SKIPPED', 'SKIPPED', 'SKIPPED']);
    expect(ended).toMatchObject({ state: 'CANCELLED', outcome: 'PARTIAL', cancel: { requestedBy: 'ben' } });
    expect(work.executions).toBe(2);
  });

  it('stops a step of which nothing was sent', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    await work.runner.submit(id);
    await work.runner.submit(id);
    await work.service.cancel(id, 'ben');
    await work.runner.submit(id);
    const ended = await workToTheEnd(work, id);
    expect(states(ended)).toEqual(['CANCELLED', 'SKIPPED', 'SKIPPED', 'SKIPPED', 'SKIPPED']);
    expect(ended).toMatchObject({ state: 'CANCELLED', outcome: 'NONE' });
    expect(work.changesSent).toBe(0);
  });

  /** A site that can stop the step, and takes no stop before it is told to. */
  async function unheardStop() {
    const stops = { sent: 0, arrive: false };
    const capabilities = {
      ...memoryDescriptor.capabilities,
      cancellable: ['ADD_PROTECTED_INSTANCE' as const],
    };
    const work = new LongWork(the.redis, (driver) =>
      changed(driver, {
        descriptor: { ...memoryDescriptor, capabilities },
        start: (call, gate, cx) => {
          if (!call.label.startsWith('cancel')) return driver.start(call, gate, cx);
          if (!stops.arrive) {
            const unheard = { delivery: 'NOT_SENT', retry: 'TEMPORARY' } as const;
            return Promise.reject(new ProviderError('UNAVAILABLE', 'It is down.', unheard));
          }
          stops.sent += 1;
          return Promise.resolve({ jobIds: [] });
        },
      }),
    );
    const { id } = await work.accept(PROVISION);
    const running = await workUntil(work, id, ({ steps }) => steps[1]?.state === 'RUNNING');
    const stepId = running.steps[1]?.operationId ?? '';
    await work.runner.submit(stepId);
    await work.service.cancel(id, 'ben');
    await work.runner.submit(id);
    await work.runner.submit(stepId);
    expect(await work.now(stepId)).toMatchObject({ state: 'CANCELLING', cancel: { state: 'REQUESTED' } });
    work.clock.advance(15 * 60_000 + 1);
    await work.runner.submit(stepId);
    await work.runner.submit(id);
    expect(await work.now(stepId)).toMatchObject({ state: 'RUNNING', cancel: { state: 'REFUSED' } });
    return { work, id, stepId, stops };
  }

  it('tells of a step that could not be stopped in time and goes on', async () => {
    const { work, id } = await unheardStop();
    const parent = await work.now(id);
    expect(parent.state).toBe('CANCELLING');
    expect(parent.warnings).toEqual([expect.stringMatching(/crane.*goes on.*ask again/) as string]);
  });

  it('asked for again is passed on to the step that could not be stopped in time, once', async () => {
    const { work, id, stepId, stops } = await unheardStop();
    stops.arrive = true;
    work.doorbells.rings.length = 0;
    expect(await work.service.cancel(id, 'cleo')).toMatchObject({ id, state: 'CANCELLING' });
    expect(await work.service.cancel(id, 'cleo')).toMatchObject({ id, state: 'CANCELLING' });
    expect(work.doorbells.rings).toEqual([`submit ${stepId}`]);
    await work.runner.submit(stepId);
    expect(await work.now(stepId)).toMatchObject({ cancel: { state: 'ACCEPTED', requestedBy: 'cleo' } });
    await work.service.cancel(id, 'cleo');
    await work.runner.submit(stepId);
    expect(stops.sent).toBe(1);
  });
});

describe('the pre-flight of a composite', () => {
  it('shows what the first step would send, and the steps', async () => {
    const work = new LongWork(the.redis);
    const report = await work.service.preflight(work.request(PROVISION));
    expect(report).toMatchObject({ allowed: true, action: 'PROVISION_PROTECTION_GROUP' });
    expect(report.wouldSubmit.map(({ label }) => label)).toEqual(['create Harbour']);
    expect(report.steps.map(({ action }) => action)).toEqual(STEPS);
    expect(work.changesSent).toBe(0);
  });

  it('names by its place what the upstream has no action for', async () => {
    const work = new LongWork(the.redis);
    const replicationPairs = [
      { volumeId: 'v', name: 'n', attachTo: { serverId: 'nobody', device: '/dev/x' } },
    ];
    const wish = { ...PROVISION, input: { replicationPairs } };
    const { problem } = await refusalOf(work.accept(wish));
    expect(problem).toMatchObject({ code: 'invalid-request', status: 400 });
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual([
      '/replicationPairs/0',
      '/replicationPairs/0/attachTo',
      '/replicationPairs/0/attachTo/serverId',
    ]);
  });
});
