import type { Concern } from '../../../src/domain/site-finding.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { aGroup, driverOf, errorOf, GROUP_ID, patiently, ScriptedUpstream } from './scripted-upstream.js';

describe('the inspection of sdrs', () => {
  let upstream: ScriptedUpstream;
  let driver: ProviderDriver;

  beforeEach(async () => {
    upstream = await new ScriptedUpstream().open();
    driver = driverOf(upstream);
    holds({});
  });
  afterEach(() => upstream.close());

  it('finds nothing wrong where nothing is, in five lists of the whole project', async () => {
    expect(await driver.inspect(patiently)).toEqual([]);
    expect(upstream.asked.filter(({ path }) => !path.startsWith('/v3/'))).toHaveLength(8);
  });

  it.each([
    ['an instance whose server is gone', { instances: [instance({ status: 'invalid' })] }, 'word'],
    ['an instance that was never enabled', { instances: [instance({ status: 'available' })] }, 'word'],
    ['an instance without a disk', { instances: [instance({ attachment: [] })], pairs: [] }, 'disks'],
    ['a pair that is disturbed', { pairs: [pair({ status: 'fault' })] }, 'word'],
    ['a pair whose link is down', { pairs: [pair({ fault_level: 5 })] }, 'fault-level'],
    ['a pair that does not replicate', { pairs: [pair({ replication_status: 'inactive' })] }, 'replication'],
  ])('says of %s in a protected group that it is not really protected', async (_, parts, detailKey) => {
    holds(parts);
    const [only, another] = await driver.inspect(patiently);
    expect(another).toBeUndefined();
    expect(only).toMatchObject({ type: 'NOT_REALLY_PROTECTED', severity: 'CRITICAL', detailKey });
    expect(only?.target.within).toEqual({ type: 'PROTECTION_GROUP', id: `otc.${GROUP_ID}` });
  });

  it('tells of a pair that is behind only where its group does not', async () => {
    const pairs = [pair({ progress: 40, replication_status: 'copying' })];
    holds({ pairs });
    expect(await kinds()).toEqual(['REPLICATION_LAG otc.p1']);
    holds({ pairs, group: { progress: 40 } });
    expect(await kinds()).toEqual([]);
  });

  it('tells what stopped half way where nothing is protected', async () => {
    holds({ group: { status: 'available' }, pairs: [pair({ status: 'error-extending' })], instances: [] });
    expect(await kinds()).toEqual(['INCOMPLETE_ACTION otc.p1']);
  });

  it('tells of what goes along with its group nothing, and of a new word that it is new', async () => {
    const group = { status: 'failing-over' };
    holds({ group, pairs: [pair(group)], instances: [instance({ status: 'failing-over' })] });
    expect(await kinds()).toEqual([]);
    holds({ instances: [instance({ status: 'levitating' })] });
    expect(await kinds()).toEqual(['UNKNOWN_STATE otc.i1']);
  });

  it('tells of failed tasks once for each group, and of those of groups that are no more together', async () => {
    const tasks = [task('j1', GROUP_ID, '01'), task('j2', GROUP_ID, '02'), task('j3', 'gone', '03')];
    upstream.on('GET /task-center/failure-jobs', { body: { failure_jobs: tasks, count: 3 } });
    const concerns = await driver.inspect(patiently);
    expect(concerns).toMatchObject([
      { target: { type: 'PROTECTION_GROUP', id: `otc.${GROUP_ID}` }, sinceTime: '2030-01-01T00:00:00.000Z' },
      { target: { type: 'SITE', id: 'otc' } },
    ]);
    expect(concerns[0]?.text).toContain('2 tasks');
    expect(concerns[0]?.text).toContain('EVS.2024');
  });

  it('tells of a drill whose removal failed, and which servers may have stayed', async () => {
    const drill = { id: 'd1', name: 'spring', server_group_id: GROUP_ID, status: 'error-deleting' };
    holds({
      drills: [
        { ...drill, drill_servers: [{ drill_server_id: 's9' }] },
        { ...drill, id: 'd2', status: 'available' },
      ],
    });
    const concerns = await driver.inspect(patiently);
    expect(concerns).toMatchObject([{ type: 'DRILL_LEFTOVERS', target: { type: 'DRILL', id: 'otc.d1' } }]);
    expect(concerns[0]?.text).toContain('s9');
  });

  it('keeps what was told of a list that cannot be read now', async () => {
    holds({ pairs: [pair({ status: 'fault' })] });
    const told = await driver.inspect(patiently);
    upstream.on('GET /replications', { status: 503 });
    expect(await driver.inspect(patiently, told)).toEqual(told);
    upstream.on('GET /server-groups', { status: 503 });
    expect((await errorOf(driver.inspect(patiently, told))).kind).toBe('UNAVAILABLE');
  });

  async function kinds(): Promise<string[]> {
    return (await driver.inspect(patiently)).map(({ type, target }: Concern) => `${type} ${target.id}`);
  }

  interface World {
    group?: object;
    instances?: object[];
    pairs?: object[];
    drills?: object[];
  }

  function holds({ group = {}, instances = [instance({})], pairs = [pair({})], drills = [] }: World): void {
    upstream.on('GET /server-groups', { body: { server_groups: [aGroup({ ...group })], count: 1 } });
    upstream.on('GET /protected-instances', { body: { protected_instances: instances } });
    upstream.on('GET /replications', { body: { replications: pairs } });
    upstream.on('GET /disaster-recovery-drills', { body: { disaster_recovery_drills: drills } });
  }
});

function instance(more: object): object {
  const attachment = [{ replication: 'p1', device: '/dev/vda' }];
  return { id: 'i1', name: 'app', status: 'protected', server_group_id: GROUP_ID, attachment, ...more };
}

function pair(more: object): object {
  const attachment = [{ protected_instance: 'i1', device: '/dev/vda' }];
  const replication = { replication_status: 'active', progress: 100, fault_level: '0' };
  return {
    id: 'p1',
    name: 'disk',
    status: 'protected',
    server_group_id: GROUP_ID,
    attachment,
    ...replication,
    ...more,
  };
}

function task(jobId: string, groupId: string, day: string): object {
  return {
    ...{ job_id: jobId, resource_id: groupId, resource_name: 'erp', resource_type: 'server_groups' },
    ...{ failure_status: 'startFail', error_code: 'EVS.2024', begin_time: `2030-01-${day}T00:00:00.000Z` },
  };
}
