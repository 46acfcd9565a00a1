import type { DrAction } from '../../../src/domain/dr-action.js';
import { closePartsSites, PartsSite, type Deed } from './parts-site.js';

const IMMEDIATE: readonly DrAction[] = [
  'UPDATE_PROTECTED_INSTANCE',
  'SET_INSTANCE_TAGS',
  'REMOVE_INSTANCE_TAGS',
  'UPDATE_REPLICATION_PAIR',
  'UPDATE_DRILL',
  'CLEAR_FAILED_TASKS',
];

/** What they bring about is in no answer of the service. */
const UNSEEN: readonly DrAction[] = [
  'RESIZE_PROTECTED_INSTANCE',
  'ADD_NETWORK_INTERFACE',
  'REMOVE_NETWORK_INTERFACE',
];

const SEEN_AT_WORK: readonly DrAction[] = [
  'ADD_PROTECTED_INSTANCE',
  'REMOVE_PROTECTED_INSTANCE',
  'CREATE_REPLICATION_PAIR',
  'DELETE_REPLICATION_PAIR',
  'EXPAND_REPLICATION_PAIR',
  'ATTACH_REPLICATION_PAIR',
  'DETACH_REPLICATION_PAIR',
];

const AT_WORK = [...SEEN_AT_WORK, ...UNSEEN];
const ALL = [...IMMEDIATE, ...AT_WORK];

/** How the simulator names them. */
const OPERATION: Readonly<Partial<Record<DrAction, string>>> = {
  ADD_PROTECTED_INSTANCE: 'create-protected-instance',
  REMOVE_PROTECTED_INSTANCE: 'delete-protected-instance',
  RESIZE_PROTECTED_INSTANCE: 'resize-protected-instance',
  ADD_NETWORK_INTERFACE: 'add-nic',
  REMOVE_NETWORK_INTERFACE: 'delete-nic',
  CREATE_REPLICATION_PAIR: 'create-replication',
  DELETE_REPLICATION_PAIR: 'delete-replication',
  EXPAND_REPLICATION_PAIR: 'extend-replication',
  ATTACH_REPLICATION_PAIR: 'attach-replication',
  DETACH_REPLICATION_PAIR: 'detach-replication',
};

describe('what sdrs does to the parts of a group', () => {
  let site: PartsSite;

  beforeEach(async () => {
    site = await PartsSite.open();
  });
  afterEach(() => site.close());
  afterAll(closePartsSites);

  it('has a test here for every one of its finer actions', () => {
    const named = Object.keys(site.driver.descriptor.capabilities.inputs);
    expect([...ALL].sort()).toEqual(named.sort());
  });

  it.each(ALL)('%s ends well when it was answered', async (action) => {
    const deed = await ready(action);
    expect(site.blocking(deed)).toEqual([]);
    const ref = await site.start(deed);
    expect(ref.jobIds.length).toBe(IMMEDIATE.includes(action) ? 0 : 1);
    if (!IMMEDIATE.includes(action)) {
      expect(await site.judge(deed, ref)).toEqual({ kind: 'KEEP_WATCHING' });
    }
    site.work();
    expect(await site.judge(deed, ref)).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
  });

  it.each(AT_WORK)('%s ends badly when its job fails', async (action) => {
    const deed = await ready(action);
    await site.site.control('POST', '/fail-next', {
      action: OPERATION[action],
      errorCode: 'EVS.2024',
      failReason: 'Task-fail:the disk is bad',
    });
    const ref = await site.start(deed);
    site.work();
    expect(await site.judge(deed, ref)).toMatchObject({
      state: 'FAILED',
      words: { code: 'EVS.2024', message: 'the disk is bad' },
    });
  });

  it.each([...IMMEDIATE, ...SEEN_AT_WORK])('%s ends well when its answer was lost', async (action) => {
    const deed = await ready(action);
    await site.lose(deed, 'AFTER');
    const finding = await site.find(deed);
    expect(finding.verdict).toBe('STARTED');
    site.work();
    const ref = finding.verdict === 'STARTED' ? finding.ref : { jobIds: [] };
    expect(await site.judge(deed, ref, true)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it.each([...IMMEDIATE, ...SEEN_AT_WORK])('%s is found when it is looked for late', async (action) => {
    const deed = await ready(action);
    await site.lose(deed, 'AFTER');
    site.work();
    expect((await site.find(deed)).verdict).toBe('STARTED');
  });

  it.each(UNSEEN)('%s stays open when its answer was lost, for its effect cannot be read', async (action) => {
    const deed = await ready(action);
    await site.lose(deed, 'AFTER');
    expect((await site.find(deed)).verdict).toBe('STARTED');
    site.work();
    expect((await site.find(deed)).verdict).toBe('UNDECIDABLE');
    expect(await site.judge(deed, { jobIds: [] }, true)).toMatchObject({ kind: 'UNSETTLED' });
  });

  it.each(AT_WORK)('%s is found by the failure that it left at the task center', async (action) => {
    const deed = await ready(action);
    await site.site.control('POST', '/fail-next', { action: OPERATION[action] });
    await site.lose(deed, 'AFTER');
    site.work();
    const finding = await site.find(deed);
    expect(finding).toMatchObject({ verdict: 'STARTED', ref: { jobIds: [expect.any(String)] } });
    const ref = finding.verdict === 'STARTED' ? finding.ref : { jobIds: [] };
    expect(await site.judge(deed, ref, true)).toMatchObject({ state: 'FAILED' });
  });

  it.each(ALL)('%s is not found when it was never taken', async (action) => {
    const deed = await ready(action);
    await site.lose(deed, 'BEFORE');
    expect((await site.find(deed)).verdict).toBe('NOT_SEEN');
    site.work();
    expect((await site.find(deed)).verdict).toBe('NOT_SEEN');
  });

  it.each(AT_WORK)(
    '%s whose job is forgotten is judged by what shows, and not at all by nothing',
    async (action) => {
      const deed = await ready(action);
      const ref = await site.start(deed);
      for (const id of ref.jobIds) await site.site.control('DELETE', `/jobs/${id}`);
      site.work();
      const judged = await site.judge(deed, ref);
      if (UNSEEN.includes(action)) expect(judged).toMatchObject({ kind: 'UNSETTLED' });
      else expect(judged).toMatchObject({ state: 'SUCCEEDED' });
    },
  );

  it.each(['ADD_PROTECTED_INSTANCE', 'CREATE_REPLICATION_PAIR'] as const)(
    '%s whose job is forgotten, and of which nothing is there, is not waited for for ever',
    async (action) => {
      const deed = await ready(action);
      const ref = await site.start(deed);
      site.work();
      for (const id of ref.jobIds) await site.site.control('DELETE', `/jobs/${id}`);
      const made = site.state.instances.at(-1)?.id;
      site.state.instances = site.state.instances.filter(({ id }) => id !== made);
      site.state.pairs = site.state.pairs.filter(({ description }) => !description?.startsWith('drg:'));
      expect(await site.judge(deed, ref)).toMatchObject({ kind: 'UNSETTLED' });
      expect(await site.judge(deed, { jobIds: [] }, true)).toMatchObject({ kind: 'UNSETTLED' });
    },
  );

  it('does not take the success of a job for the effect that does not show', async () => {
    const deed = await ready('ATTACH_REPLICATION_PAIR');
    const ref = await site.start(deed);
    site.work();
    const pair = site.state.pairs.find(({ id }) => id === deed.command.partNativeId);
    if (pair) pair.attachment = [];
    expect(await site.judge(deed, ref)).toMatchObject({ kind: 'UNSETTLED' });
  });

  it('is not taken in by the same server in the hands of somebody else', async () => {
    const deed = await ready('ADD_PROTECTED_INSTANCE');
    await site.lose(deed, 'BEFORE');
    const other = await site.prepare({
      ...deed.command,
      input: { serverId: serverOf(deed), name: 'crm-app01', description: 'by hand' },
    });
    await site.start(other);
    expect((await site.find(deed)).verdict).toBe('NOT_SEEN');
  });

  it('finds what bears a description of the user by all that was asked for', async () => {
    const deed = await ready('CREATE_REPLICATION_PAIR', { description: 'the archive' });
    await site.lose(deed, 'AFTER');
    expect((await site.find(deed)).verdict).toBe('STARTED');
  });

  it.each<[DrAction, object]>([
    [
      'SET_INSTANCE_TAGS',
      {
        tags: [
          { key: 'owner', value: 'ops' },
          { key: 'tier', value: '' },
        ],
      },
    ],
    ['REMOVE_INSTANCE_TAGS', { keys: ['tier', 'nobody'] }],
  ])('%s takes several at once', async (action, input) => {
    const deed = await ready(action, input);
    const ref = await site.start(deed);
    expect(await site.judge(deed, ref)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it.each(['.', '..'])('removes the tag %s, and nothing that its path would name', async (key) => {
    const deed = await ready('REMOVE_INSTANCE_TAGS', { keys: [key] });
    const ref = await site.start(deed);
    expect(await site.judge(deed, ref)).toMatchObject({ state: 'SUCCEEDED' });
    const deleted = site.site.running.simulator.journal.requests({ method: 'DELETE' });
    expect(deleted.map(({ path }) => path)).toEqual([]);
  });

  it('shows the instance or pair that a creation made', async () => {
    const deed = await ready('ADD_PROTECTED_INSTANCE');
    const ref = await site.start(deed);
    site.work();
    const seen = await site.observe(deed, ref);
    expect(seen?.createdId).toMatch(/^otc\.[0-9a-f-]{36}$/);
    expect(seen?.resource).toMatchObject({ word: 'protected', name: 'crm-app01' });
  });

  it('clears the failures inside a group, or one alone, and leaves the rest', async () => {
    const failing = await ready('RESIZE_PROTECTED_INSTANCE');
    await site.site.control('POST', '/fail-next', { action: 'resize-protected-instance' });
    await site.start(failing);
    site.work();
    const groupId = failing.command.targetNativeId ?? '';
    const clear = await site.stage('CLEAR_FAILED_TASKS');
    const inside = await site.prepare({ ...clear, input: { protectionGroupId: groupId } });
    const [task] = await tasks(groupId);
    const single = await site.prepare({ ...clear, input: { failedTaskId: task?.id ?? '' } });
    expect(inside.call.path).toMatch(new RegExp(`/task-center/${groupId}/failure-jobs/batch$`));
    expect(single.call.path).toMatch(new RegExp(`/failure-jobs/${failing.command.partNativeId ?? ''}$`));
    const ref = await site.start(single);
    expect(await site.judge(single, ref)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await tasks(groupId)).toEqual([]);
    expect(await tasks()).toHaveLength(1);
  });

  it('watches many parts of many groups with one list for each kind of thing', async () => {
    const deeds = await Promise.all(
      (['RESIZE_PROTECTED_INSTANCE', 'EXPAND_REPLICATION_PAIR'] as const).map((action) => ready(action)),
    );
    const watched = deeds.flatMap(({ command, preparation, call }) =>
      Array.from({ length: 20 }, (_, index) => ({
        operationId: `${command.action}-${index}`,
        command,
        baseline: preparation.baseline,
        calls: [{ call, ref: { jobIds: [] } }],
      })),
    );
    const before = site.site.grip().reads().length;
    const seen = await site.driver.observe(watched, { signal: new AbortController().signal });
    expect(seen).toHaveLength(40);
    // Pages are read until one is empty (section 3): two requests for each list.
    expect(site.site.grip().reads().length - before).toBe(4);
  });

  async function ready(action: DrAction, input: object | null = null): Promise<Deed> {
    const command = await site.stage(action);
    return site.prepare({
      ...command,
      input: input ? { ...command.input, ...input } : command.input,
    });
  }

  function serverOf({ command }: Deed): string {
    return (command.input as { serverId: string }).serverId;
  }

  async function tasks(groupId?: string) {
    const where = groupId === undefined ? {} : { groupId };
    return (await site.driver.further.failedTasks?.(where, { signal: new AbortController().signal })) ?? [];
  }
});
