import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import {
  aCommand,
  aGroup,
  driverOf,
  errorOf,
  GROUP_ID,
  patiently,
  refusal,
  ScriptedUpstream,
} from './scripted-upstream.js';

const INSTANCE = 'c3000000-0000-4000-8000-000000000001';
const PAIR = '65000000-0000-4000-8000-000000000001';

describe('the preparation of sdrs for parts of a group', () => {
  let upstream: ScriptedUpstream;
  let driver: ProviderDriver;

  beforeEach(async () => {
    upstream = await new ScriptedUpstream().open();
    driver = driverOf(upstream);
    upstream.holds(aGroup());
    upstream.on('GET /protected-instances', { body: { protected_instances: [anInstance()] } });
    upstream.on('GET /replications', { body: { replications: [aPair()] } });
    upstream.on(`GET /protected-instances/${INSTANCE}`, { body: { protected_instance: anInstance() } });
    upstream.on(`GET /replications/${PAIR}`, { body: { replication: aPair() } });
    upstream.on(`GET /task-center/failure-jobs?server_group_id=${GROUP_ID}`, { body: { failure_jobs: [] } });
  });
  afterEach(() => upstream.close());

  const server = { serverId: 's1', name: 'app01' };
  const disk = { volumeId: 'v1', name: 'data' };

  it.each<[string, DrAction, object, string]>([
    ['a name with a blank', 'ADD_PROTECTED_INSTANCE', { ...server, name: 'a b' }, '/name'],
    ['no name', 'ADD_PROTECTED_INSTANCE', { serverId: 's1' }, '/name'],
    [
      'a description that holds a mark',
      'ADD_PROTECTED_INSTANCE',
      { ...server, description: '<b>' },
      '/description',
    ],
    [
      'an address without its subnet',
      'ADD_PROTECTED_INSTANCE',
      { ...server, recoveryIpAddress: '10.0.0.9' },
      '/recoveryIpAddress',
    ],
    [
      'no address',
      'ADD_PROTECTED_INSTANCE',
      { ...server, recoverySubnetId: 'n1', recoveryIpAddress: '10.0.0' },
      '/recoveryIpAddress',
    ],
    [
      'a host that is not dedicated',
      'ADD_PROTECTED_INSTANCE',
      { ...server, dedicatedHostId: 'h1' },
      '/dedicatedHostId',
    ],
    ['eleven tags', 'ADD_PROTECTED_INSTANCE', { ...server, tags: tags(11) }, '/tags'],
    ['a name too long', 'UPDATE_PROTECTED_INSTANCE', { name: 'x'.repeat(65) }, '/name'],
    ['no flavor', 'RESIZE_PROTECTED_INSTANCE', {}, '/flavor'],
    ['no address', 'ADD_NETWORK_INTERFACE', { subnetId: 'n1', ipAddress: 'ten' }, '/ipAddress'],
    ['no tags', 'SET_INSTANCE_TAGS', { tags: [] }, '/tags'],
    ['a key twice', 'SET_INSTANCE_TAGS', { tags: [...tags(1), ...tags(1)] }, '/tags'],
    ['a key with a slash', 'SET_INSTANCE_TAGS', { tags: [{ key: 'a/b', value: '' }] }, '/tags'],
    ['a value too long', 'SET_INSTANCE_TAGS', { tags: [{ key: 'a', value: 'x'.repeat(44) }] }, '/tags'],
    ['no keys', 'REMOVE_INSTANCE_TAGS', { keys: [] }, '/keys'],
    ['an empty key', 'REMOVE_INSTANCE_TAGS', { keys: [''] }, '/keys'],
    ['a name with a slash', 'CREATE_REPLICATION_PAIR', { ...disk, name: 'a/b' }, '/name'],
    ['a name of nothing', 'UPDATE_REPLICATION_PAIR', { name: '' }, '/name'],
    ['half a gigabyte', 'EXPAND_REPLICATION_PAIR', { sizeGigabytes: 100.5 }, '/sizeGigabytes'],
    [
      'a device of no kind',
      'ATTACH_REPLICATION_PAIR',
      { protectedInstanceId: INSTANCE, device: 'vdb' },
      '/device',
    ],
    [
      'an instance that is not there',
      'ATTACH_REPLICATION_PAIR',
      { protectedInstanceId: 'nobody', device: '/dev/vdb' },
      '/protectedInstanceId',
    ],
    [
      'an instance that is not there',
      'DETACH_REPLICATION_PAIR',
      { protectedInstanceId: 'nobody' },
      '/protectedInstanceId',
    ],
  ])('refuses %s of %s by the name of its field', async (_, action, input, pointer) => {
    upstream.on('GET /protected-instances/nobody', refusal('SDRS.1320'));
    const error = await errorOf(prepared(action, input));
    expect(error).toMatchObject({ kind: 'INVALID_ARGUMENT', pointer });
    expect(upstream.changes).toEqual([]);
  });

  it('does not find a part under another group than its own', async () => {
    const other = { server_group_id: 'another' };
    upstream.on(`GET /protected-instances/${INSTANCE}`, { body: { protected_instance: anInstance(other) } });
    upstream.on(`GET /replications/${PAIR}`, { body: { replication: aPair(other) } });
    for (const [action, input] of [
      ['UPDATE_PROTECTED_INSTANCE', { name: 'x' }],
      ['UPDATE_REPLICATION_PAIR', { name: 'x' }],
    ] as const) {
      expect((await errorOf(prepared(action, input))).kind).toBe('NOT_FOUND');
    }
  });

  it('takes an instance of another group for none to attach to', async () => {
    const elsewhere = anInstance({ server_group_id: 'another' });
    upstream.on(`GET /protected-instances/${INSTANCE}`, { body: { protected_instance: elsewhere } });
    const input = { protectedInstanceId: INSTANCE, device: '/dev/vdb' };
    expect(await errorOf(prepared('ATTACH_REPLICATION_PAIR', input))).toMatchObject({
      kind: 'INVALID_ARGUMENT',
      pointer: '/protectedInstanceId',
    });
  });

  it('locks the group, and shows the group and the instance whose states matter too', async () => {
    const input = { protectedInstanceId: INSTANCE, device: '/dev/vdc' };
    const { resource, companions, groupIds } = await prepared('ATTACH_REPLICATION_PAIR', input);
    expect(resource).toMatchObject({ word: 'protected', name: 'app01-data' });
    expect(companions).toMatchObject([
      { kind: 'PROTECTION_GROUP', facts: { word: 'protected', name: 'erp-dr' } },
      { kind: 'PROTECTED_INSTANCE', facts: { word: 'protected', name: 'app01' } },
    ]);
    expect(groupIds).toEqual([`otc.${GROUP_ID}`]);
  });

  it('marks what it makes with the operation, unless the user describes it', async () => {
    const marked = await prepared('ADD_PROTECTED_INSTANCE', server);
    expect(marked.calls[0]?.body).toMatchObject({
      protected_instance: { description: expect.stringMatching(/^drg:/) as string },
    });
    const described = await prepared('ADD_PROTECTED_INSTANCE', { ...server, description: 'mine' });
    expect(described.calls[0]?.body).toMatchObject({ protected_instance: { description: 'mine' } });
  });

  it('warns of what the service demands and does not show', async () => {
    const texts = async (action: DrAction, input: object) =>
      (await prepared(action, input)).warnings.join(' ');
    expect(await texts('ADD_PROTECTED_INSTANCE', server)).toContain('eu-de-01');
    expect(await texts('RESIZE_PROTECTED_INSTANCE', { flavor: 'f' })).toContain('stopped');
    expect(await texts('REMOVE_NETWORK_INTERFACE', { networkInterfaceId: 'p' })).toContain('primary');
    expect(await texts('DETACH_REPLICATION_PAIR', { protectedInstanceId: INSTANCE })).toBe('');
    const bootable = aPair({ attachment: [{ device: '/dev/sda', protected_instance: INSTANCE }] });
    upstream.on(`GET /replications/${PAIR}`, { body: { replication: bootable } });
    expect(await texts('DETACH_REPLICATION_PAIR', { protectedInstanceId: INSTANCE })).toContain(
      'system disk',
    );
  });

  it('does not judge what the pair does not tell', async () => {
    upstream.on(`GET /replications/${PAIR}`, { body: { replication: aPair({ record_metadata: null }) } });
    expect((await prepared('EXPAND_REPLICATION_PAIR', { sizeGigabytes: 1 })).blockers).toEqual([]);
  });

  it('knows a size that is told as a string', async () => {
    const told = aPair({ record_metadata: { volume_size: '100' } });
    upstream.on(`GET /replications/${PAIR}`, { body: { replication: told } });
    const { blockers } = await prepared('EXPAND_REPLICATION_PAIR', { sizeGigabytes: 100 });
    expect(blockers).toMatchObject([{ code: 'size-not-larger' }]);
  });

  describe('of failed tasks', () => {
    const task = { job_id: 'j1', resource_id: 'r1', resource_name: 'app01', failure_status: 'createFail' };

    it('addresses one by the resource it is about, and says what else may go with it', async () => {
      listed([task, { ...task, job_id: 'j2', failure_status: 'deleteFail' }]);
      const { calls, warnings, baseline } = await cleared({ failedTaskId: `${GROUP_ID}_j1` });
      expect(calls).toMatchObject([
        { method: 'DELETE', path: expect.stringMatching(/failure-jobs\/r1$/) as string },
      ]);
      expect(warnings).toEqual(['The 1 other failed tasks of app01 may be cleared with it.']);
      expect(baseline).toMatchObject({ tasks: { groupId: GROUP_ID, keys: ['j1'] } });
    });

    it('finds none that is not listed', async () => {
      listed([task]);
      expect((await errorOf(cleared({ failedTaskId: `${GROUP_ID}_j9` }))).kind).toBe('NOT_FOUND');
      expect((await errorOf(cleared({ failedTaskId: 'j1' }))).kind).toBe('NOT_FOUND');
    });

    it('refuses a task of one group as one of another', async () => {
      const error = await errorOf(cleared({ failedTaskId: `g2_j1`, protectionGroupId: GROUP_ID }));
      expect(error).toMatchObject({ kind: 'INVALID_ARGUMENT', pointer: '/failedTaskId' });
    });

    it('locks the group that the tasks are in, so that it is left alone while something runs there', async () => {
      listed([task]);
      const inGroup = { protectionGroupId: GROUP_ID };
      for (const input of [inGroup, { failedTaskId: `${GROUP_ID}_j1` }])
        expect((await cleared(input)).groupIds).toEqual([`otc.${GROUP_ID}`]);
      listed([]);
      expect((await cleared(inGroup)).groupIds).toEqual([`otc.${GROUP_ID}`]);
    });

    it('locks the groups that the tasks of groups are about, each once', async () => {
      const ofGroup = (job_id: string, resource_id: string) => ({ ...task, job_id, resource_id });
      upstream.on('GET /task-center/failure-jobs', {
        body: { failure_jobs: [ofGroup('j1', 'g1'), ofGroup('j2', 'g2'), ofGroup('j3', 'g1')] },
      });
      expect((await cleared({})).groupIds).toEqual(['otc.g1', 'otc.g2']);
      expect((await cleared({ failedTaskId: 'j2' })).groupIds).toEqual(['otc.g2']);
      upstream.on('GET /task-center/failure-jobs', { body: { failure_jobs: [] } });
      expect((await cleared({})).groupIds).toEqual([]);
    });

    function listed(tasks: unknown[]): void {
      upstream.on(`GET /task-center/failure-jobs?server_group_id=${GROUP_ID}`, {
        body: { failure_jobs: tasks },
      });
    }

    function cleared(input: object) {
      return prepared('CLEAR_FAILED_TASKS', input, { targetNativeId: null, partNativeId: null });
    }
  });

  function prepared(action: DrAction, input: object, more: Partial<ActionCommand> = {}) {
    const partNativeId = /_PAIR$/.test(action) ? PAIR : INSTANCE;
    const command = aCommand(action, { partNativeId, input: input as never, ...more });
    return driver.prepare(command, 'op-0197f0c0-1234-7abc-8def-0123456789ab', patiently);
  }
});

function tags(count: number): { key: string; value: string }[] {
  return Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: 'v' }));
}

function anInstance(more: object = {}) {
  return {
    id: INSTANCE,
    name: 'app01',
    server_group_id: GROUP_ID,
    status: 'protected',
    source_server: 'other',
    target_server: 'other-dr',
    attachment: [{ replication: PAIR, device: '/dev/vdb' }],
    tags: [],
    ...more,
  };
}

function aPair(more: object = {}) {
  return {
    id: PAIR,
    name: 'app01-data',
    server_group_id: GROUP_ID,
    status: 'protected',
    attachment: [{ device: '/dev/vdb', protected_instance: INSTANCE }],
    volume_ids: 'v8,v9',
    record_metadata: { multiattach: false, volume_size: 100, volume_type: 'SAS' },
    ...more,
  };
}
