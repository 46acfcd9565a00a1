import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { Preparation } from '../../../src/providers/provider-driver.js';
import {
  bench,
  command,
  cx,
  group,
  GROUP_ID,
  GROUPS,
  list,
  plan,
  PLAN_ID,
  PLANS,
  task,
  VC_A,
  VC_B,
  vm,
  type Bench,
  type Reply,
} from './appliance.js';

describe('preparing an action on SRM', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
    const other = group('OK', { id: 'DrReplicationVmProtectionGroup:g-1002:33333333', name: 'crm' });
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan('READY_STATE') });
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}/protection-groups`, list([group('OK'), other]));
    site.appliance.on(`GET ${GROUPS}`, list([group('OK'), other]));
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}`, { body: group('OK') });
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/recovery-plans`, list([plan('READY_STATE')]));
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(1, 'OK'), vm(2, 'NOT_CONFIGURED')]));
  });
  afterEach(() => site.close());

  const prepare = (wanted: ActionCommand): Promise<Preparation> => site.driver.prepare(wanted, 'op-1', cx());
  const codes = async (wanted: ActionCommand): Promise<string[]> =>
    (await prepare(wanted)).blockers.map((blocker) => blocker.code);

  it('tells every group that the plan touches and where it can go', async () => {
    const preparation = await prepare(command('FAILOVER'));
    expect(preparation.groupIds).toEqual([
      'site-a.DrReplicationVmProtectionGroup~g-1001~33333333',
      'site-a.DrReplicationVmProtectionGroup~g-1002~33333333',
    ]);
    expect(preparation.resource).toEqual({
      exists: true,
      name: 'erp-plan',
      state: 'PROTECTED',
      word: 'READY_STATE',
      activeSite: 'PRODUCTION',
      nextDirection: 'TO_RECOVERY',
    });
    expect(preparation.blockers).toEqual([]);
    expect(JSON.parse(JSON.stringify(preparation.baseline))).toEqual(preparation.baseline);
  });

  it.each<[ActionCommand['action'], ActionCommand['options'], string, object]>([
    ['START_DRILL', {}, 'test', { sync_data: true }],
    ['START_DRILL', { syncData: false }, 'test', { sync_data: false }],
    ['CLEAN_UP_DRILL', {}, 'cleanup', { forced: false }],
    ['CLEAN_UP_DRILL', { forced: true }, 'cleanup', { forced: true }],
    ['PLANNED_FAILOVER', {}, 'recovery', flags({ planned_failover: true, sync_data: true })],
    [
      'PLANNED_FAILOVER',
      { migrateEligibleVms: true },
      'recovery',
      flags({ planned_failover: true, sync_data: true, migrate_eligible_vms: true }),
    ],
    ['FAILOVER', {}, 'recovery', flags({})],
    ['FAILOVER', { syncData: true }, 'recovery', flags({ sync_data: true })],
    [
      'FAILOVER',
      { skipProtectionSiteOperations: true },
      'recovery',
      flags({ skip_protection_site_operations: true }),
    ],
    ['REPROTECT', {}, 'reprotect', { forced: false }],
  ])('says every flag of %s with %j', async (action, options, word, body) => {
    const { calls } = await prepare(command(action, { options }));
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ method: 'POST', body });
    expect(calls[0]?.path.endsWith(`/actions/${word}`)).toBe(true);
  });

  it('reports a task under way on the plan, and none on another', async () => {
    site.appliance.on('GET /tasks', list([task('t-1', 'RUNNING', { entity: 'another' })]));
    await expect(codes(command('FAILOVER'))).resolves.toEqual([]);
    site.appliance.on('GET /tasks', list([task('t-1', 'QUEUED')]));
    await expect(codes(command('FAILOVER'))).resolves.toEqual(['upstream-busy']);
    expect((await prepare(command('FAILOVER'))).blockers).toMatchObject([{ passing: true }]);
  });

  it('changes nothing', async () => {
    await prepare(command('FAILOVER'));
    const changes = site.appliance.journal.filter((e) => e.method !== 'GET' && !e.path.endsWith('session'));
    expect(changes).toEqual([]);
  });

  it('refuses to go on without knowing all groups of the plan', async () => {
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}/protection-groups`, list([group('OK')], [{ message: 'gap' }]));
    await expect(prepare(command('FAILOVER'))).rejects.toMatchObject({ retry: 'TEMPORARY' });
  });

  it('of an absent plan is NOT_FOUND', async () => {
    await expect(prepare(command('FAILOVER', { targetNativeId: 'Plan:none:1' }))).rejects.toMatchObject({
      kind: 'NOT_FOUND',
      retry: 'PERMANENT',
    });
  });

  it('removes protection machine by machine, only where it stands', async () => {
    const { calls, groupIds } = await prepare(command('DISABLE_PROTECTION'));
    expect(calls.map((call) => decodeURIComponent(call.path))).toEqual([
      expect.stringMatching(`/vms/VirtualMachine:vm-1:${VC_A}/actions/remove-protection$`),
    ]);
    expect(groupIds).toHaveLength(1);
  });

  it('finds nothing to do where every machine, or none, is protected', async () => {
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(1, 'OK')]));
    await expect(codes(command('ENABLE_PROTECTION'))).resolves.toEqual(['already-protected']);
    expect((await prepare(command('ENABLE_PROTECTION'))).blockers).toMatchObject([{ alreadyDone: true }]);
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(1, 'NOT_CONFIGURED')]));
    await expect(codes(command('DISABLE_PROTECTION'))).resolves.toEqual(['already-unprotected']);
    await expect(codes(command('ENABLE_PROTECTION'))).resolves.toEqual([]);
  });

  it.each(['TEST_COMPLETE', 'RECOVERY_IN_PROGRESS'])(
    'keeps a group alone while a plan is in %s',
    async (status) => {
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/recovery-plans`, list([plan(status)]));
      await expect(codes(command('DELETE_PROTECTION_GROUP'))).resolves.toEqual(['plan-running']);
    },
  );

  it('says the whole member list again when a group is renamed', async () => {
    const { calls } = await prepare(command('UPDATE_PROTECTION_GROUP', { changes: { name: 'erp-2' } }));
    expect(calls[0]?.body).toEqual({
      name: 'erp-2',
      description: '',
      hbr_spec: { vms: [`VirtualMachine:vm-1:${VC_A}`, `VirtualMachine:vm-2:${VC_A}`] },
    });
  });

  it('never sends a member list that has gaps', async () => {
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(1, 'OK')], [{ message: 'remote down' }]));
    await expect(
      prepare(command('UPDATE_PROTECTION_GROUP', { changes: { name: 'erp-2' } })),
    ).rejects.toMatchObject({ retry: 'TEMPORARY' });
  });

  describe('with a list of machines that leaves out a field', () => {
    const without = (field: string): Reply =>
      list([vm(1, 'OK'), vm(2, 'NOT_CONFIGURED')], [{ message: 'remote down', field }]);
    const membersAre = (reply: Reply): void => site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, reply);

    it('removes protection where the field is none that it takes', async () => {
      membersAre(without('$.list[0].protection_info'));
      await expect(prepare(command('DISABLE_PROTECTION'))).resolves.toMatchObject({
        blockers: [],
        calls: [{ label: 'Stop protecting machine erp-1 of group erp' }],
      });
    });

    it('says the members again where only their protection is not told', async () => {
      membersAre(without('$.list[*].protection_status_details.status'));
      const { calls } = await prepare(command('UPDATE_PROTECTION_GROUP', { changes: { name: 'erp-2' } }));
      expect(calls[0]?.body).toMatchObject({ hbr_spec: { vms: [expect.any(String), expect.any(String)] } });
    });

    it.each(['$.list[1].id', '$.list[0].protection_status_details', '$.list', 'list[0].protection_info'])(
      'does not remove protection without %s',
      async (field) => {
        membersAre(without(field));
        await expect(prepare(command('DISABLE_PROTECTION'))).rejects.toMatchObject({ retry: 'TEMPORARY' });
      },
    );
  });

  describe('with a list of machines that is shorter than the group counts', () => {
    it.each([
      ['nothing', { status: 204 }],
      ['an empty list', list([])],
      ['one of two', list([vm(1, 'OK')])],
      ['three of two', list([vm(1, 'OK'), vm(2, 'OK'), vm(3, 'OK')])],
    ])('says no members again from %s: that would throw machines out', async (_what, reply) => {
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, reply);
      for (const action of [
        command('UPDATE_PROTECTION_GROUP', { changes: { name: 'erp-2' } }),
        command('ADD_PROTECTED_INSTANCE', {
          targetNativeId: GROUP_ID,
          input: { serverId: `VirtualMachine:vm-9:${VC_A}` },
        }),
      ]) {
        await expect(prepare(action)).rejects.toMatchObject({ retry: 'TEMPORARY' });
      }
    });
  });

  describe('creating a group', () => {
    const VM = `VirtualMachine:vm-7:${VC_A}`;
    const creation = (fields: object): ActionCommand =>
      command('CREATE_PROTECTION_GROUP', {
        targetNativeId: null,
        group: { name: 'web', hbrSpec: { vms: [VM] }, ...fields },
      });

    it('protects at the local vCenter and marks the group with the operation', async () => {
      const { calls, resource, groupIds } = await prepare(creation({}));
      expect({ resource, groupIds }).toEqual({ resource: null, groupIds: [] });
      expect(calls[0]?.body).toEqual({
        name: 'web',
        description: 'drg:op-1',
        replication_type: 'HBR',
        protected_vc_guid: VC_A,
        hbr_spec: { vms: [VM] },
      });
    });

    it('keeps the words of the user', async () => {
      const { calls } = await prepare(creation({ description: 'the web', protectedVcenterId: VC_B }));
      expect(calls[0]?.body).toMatchObject({ description: 'the web', protected_vc_guid: VC_B });
    });

    it('sees that the name is taken', async () => {
      await expect(codes(creation({ name: 'ERP' }))).resolves.toEqual(['name-taken']);
    });

    it.each([
      [{ name: 'x'.repeat(81) }, 'name', '/name'],
      [{ replicationType: 'ABR' }, 'replicationType', '/replicationType'],
      [{ hbrSpec: { vms: [] } }, 'hbrSpec', '/hbrSpec/vms'],
      [{ hbrSpec: { vms: [VM, 'vm-7'] } }, 'vm-7', '/hbrSpec/vms/1'],
      [{ protectedVcenterId: 'elsewhere' }, 'elsewhere', '/protectedVcenterId'],
    ])('is an invalid argument with %j, and says where', async (fields, word, pointer) => {
      await expect(prepare(creation(fields))).rejects.toMatchObject({ kind: 'INVALID_ARGUMENT', pointer });
      await expect(prepare(creation(fields))).rejects.toThrow(word);
    });
  });
});

function flags(more: object): object {
  return {
    planned_failover: false,
    sync_data: false,
    migrate_eligible_vms: false,
    skip_protection_site_operations: false,
    ...more,
  };
}
