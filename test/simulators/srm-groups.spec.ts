import { Bench, GROUPS, PAIRING, PLANS, pick, word } from './srm-bench.js';

const VC_A = '11111111-aaaa-4aaa-8aaa-111111111111';
const VC_B = '22222222-bbbb-4bbb-8bbb-222222222222';

describe('groups and plans of the simulated SRM', () => {
  let bench: Bench;
  beforeAll(async () => (bench = await Bench.open()));
  beforeEach(async () => {
    bench.sim.reset();
    await bench.logIn();
  });
  afterAll(() => bench.close());

  const settled = async (task: unknown): Promise<unknown> => {
    bench.advance(1_200);
    return (await bench.get(`/tasks/${word(task, 'id')}`)).body;
  };
  const statusOf = async (name: string) => word((await bench.get(bench.groupPath(name))).body, 'status');
  const crm = (more: object = {}) => ({
    name: 'crm',
    replication_type: 'HBR',
    protected_vc_guid: VC_A,
    hbr_spec: { vms: [bench.vm('crm-1').ids.a, bench.vm('crm-2').ids.a] },
    ...more,
  });

  describe('at first', () => {
    it('are four groups and five plans', async () => {
      const groups = (await bench.get(GROUPS)).body;
      expect(groups).toMatchObject({
        list: [
          {
            id: 'DrReplicationVmProtectionGroup:vm-protection-group-1001:33333333-cccc-4ccc-8ccc-333333333333',
            name: 'erp',
            description: null,
            protected_site_name: 'site-a',
            recovery_site_name: 'site-b',
            protected_vc_guid: VC_A,
            recovery_vc_guid: VC_B,
            location: 'DrFolder:DrReplicationRootFolder:33333333-cccc-4ccc-8ccc-333333333333',
            location_name: 'Protection Groups',
            total_vms: 2,
            replication_type: 'HBR',
            recovery_status: 'READY',
            status: 'OK',
            array_pair: null,
            domain_id: null,
          },
          { name: 'web', total_vms: 3, status: 'OK' },
          { name: 'mail', total_vms: 1, status: 'OK' },
          { name: 'archive', total_vms: 2, status: 'NOT_CONFIGURED' },
        ],
      });
      expect((await bench.get(PLANS)).body).toMatchObject({
        list: [
          {
            id: 'DrRecoveryRecoveryPlan:5a0f3f0e-1d0a-4a31-8a1b-3c7f0f6f2b11:33333333-cccc-4ccc-8ccc-333333333333',
            name: 'erp-plan',
            status: 'READY_STATE',
            location_name: 'Recovery Plans',
            progress: 0,
            is_running: false,
          },
          { name: 'web-plan', status: 'READY_STATE' },
          { name: 'campus-plan', status: 'READY_STATE' },
          { name: 'archive-plan', status: 'READY_STATE' },
          { name: 'empty-plan', status: 'NO_PROTECTION_GROUPS' },
        ],
      });
    });

    it('name the plans of a group and the groups of a plan', async () => {
      const plans = await bench.get(`${bench.groupPath('web')}/recovery-plans`);
      expect(plans.body).toMatchObject({ list: [{ name: 'web-plan' }, { name: 'campus-plan' }] });
      const groups = await bench.get(`${bench.planPath('campus-plan')}/protection-groups`);
      expect(groups.body).toMatchObject({ list: [{ name: 'web' }, { name: 'mail' }] });
    });

    it('have replicated VMs as candidates for more', async () => {
      const { body } = await bench.get(
        `${PAIRING}/vcenters/${VC_A}/replicated-vms?filter_property=name&filter=crm-1`,
      );
      expect(body).toMatchObject({ list: [{ name: 'crm-1', replication_status: 'OK' }] });
    });
  });

  describe('when created', () => {
    it('give their moref as the result, and are ready a little later', async () => {
      const { status, body } = await bench.post(GROUPS, crm());
      expect(status).toBe(202);
      const task = await settled(body);
      const id = pick(task, 'result');
      expect(task).toMatchObject({
        status: 'SUCCESS',
        result: expect.stringMatching(/^\w+:[^:]+:[^:]+$/) as string,
      });
      expect((await bench.get(`${GROUPS}/${String(id)}`)).body).toMatchObject({
        name: 'crm',
        status: 'LOADING',
        total_vms: 2,
      });
      bench.advance(2_000);
      expect(await statusOf('crm')).toBe('OK');
      const plan = await bench.post(PLANS, {
        name: 'crm-plan',
        protected_vc_guid: VC_A,
        protection_groups: [id],
      });
      expect(pick(await settled(plan.body), 'result')).toBe(bench.plan('crm-plan').id);
      expect(await bench.status('crm-plan')).toBe('READY_STATE');
      expect(bench.sim.journal.executions()).toMatchObject([
        { action: 'create-group', targetId: id },
        { action: 'create-plan', targetId: bench.plan('crm-plan').id },
      ]);
    });

    it.each([
      ['no name', { name: undefined }],
      ['too long a name', { name: 'x'.repeat(81) }],
      ['an unknown type', { replication_type: 'MAGIC' }],
      ['an unknown vCenter', { protected_vc_guid: 'none' }],
      ['no spec', { hbr_spec: undefined }],
      ['a second spec', { vvol_spec: { replication_groups: [] } }],
      ['the spec of another type', { replication_type: 'ABR' }],
      ['no VMs', { hbr_spec: { vms: [] } }],
      ['a VM that is not replicated', { hbr_spec: { vms: ['VirtualMachine:vm-1:none'] } }],
      [
        'an array pair there is not',
        { replication_type: 'ABR', hbr_spec: null, abr_spec: { replicated_array_pair: 'x', datastores: [] } },
      ],
      ['a folder there is not', { location: 'DrFolder:none:none' }],
      ['a name that is taken', { name: 'erp' }],
    ])('refuse %s', async (_what, more) => {
      expect((await bench.post(GROUPS, crm(more))).status).toBe(400);
      expect(bench.sim.journal.executions()).toEqual([]);
    });

    it('refuse a VM of another group', async () => {
      const { body } = await bench.post(GROUPS, crm({ hbr_spec: { vms: [bench.vm('erp-db').ids.a] } }));
      expect(pick(body, 'error_code')).toBe('GroupProtectionOverlapped');
    });

    it('need both sites', async () => {
      await bench.logIn({ remote: false });
      expect((await bench.post(GROUPS, crm())).status).toBe(403);
      await bench.logIn();
      await bench.control('PATCH', '/link', { up: false });
      expect((await bench.post(GROUPS, crm())).status).toBe(500);
    });

    it('refuse a plan over groups that point another way', async () => {
      const protection_groups = [bench.group('erp').id];
      const { body } = await bench.post(PLANS, { name: 'x', protected_vc_guid: VC_B, protection_groups });
      expect(pick(body, 'error_code')).toBe('DirectionError');
    });
  });

  describe('when changed', () => {
    const reconfigure = (path: string, body: object) => bench.post(`${path}/actions/reconfigure`, body);

    it('take the new list of VMs for the whole list', async () => {
      await bench.post(GROUPS, crm());
      bench.advance(5_000);
      await reconfigure(bench.groupPath('crm'), {
        name: 'crm2',
        hbr_spec: { vms: [bench.vm('crm-2').ids.a] },
      });
      bench.advance(2_000);
      expect(bench.vm('crm-1').groupId).toBeNull();
      expect(bench.vm('crm-2').groupId).toBe(bench.group('crm2').id);
    });

    it('leave alone what a plan edit does not name', async () => {
      await reconfigure(bench.planPath('erp-plan'), { description: 'owner: finance', name: null });
      bench.advance(2_000);
      const { body } = await bench.get(bench.planPath('erp-plan'));
      expect(body).toMatchObject({ name: 'erp-plan', description: 'owner: finance', status: 'READY_STATE' });
      expect(bench.plan('erp-plan').groupIds).toHaveLength(1);
    });

    it('turn an emptied plan into NO_PROTECTION_GROUPS, and only then let its direction change', async () => {
      const path = bench.planPath('erp-plan');
      const refused = await reconfigure(path, { protected_vc_guid: VC_B });
      expect(pick(refused.body, 'error_code')).toBe('DirectionError');
      await reconfigure(path, { protection_groups: [] });
      bench.advance(2_000);
      expect(await bench.status('erp-plan')).toBe('NO_PROTECTION_GROUPS');
      expect((await reconfigure(path, { protected_vc_guid: VC_B })).status).toBe(202);
    });

    it('may not change while a plan runs or is in TEST_COMPLETE', async () => {
      await bench.start('erp-plan', 'test');
      expect((await reconfigure(bench.groupPath('erp'), { name: 'x' })).status).toBe(400);
      expect((await reconfigure(bench.planPath('erp-plan'), { name: 'x' })).status).toBe(400);
      expect((await bench.delete(bench.planPath('erp-plan'))).status).toBe(400);
      expect((await bench.delete(bench.groupPath('erp'))).status).toBe(400);
      bench.advance(60_000);
      expect((await reconfigure(bench.groupPath('erp'), { name: 'x' })).status).toBe(400);
    });

    it('are DELETING, then gone', async () => {
      const { body } = await bench.delete(bench.planPath('erp-plan'));
      const path = bench.planPath('erp-plan');
      expect(await bench.status('erp-plan')).toBe('DELETING');
      expect(await settled(body)).toMatchObject({ status: 'SUCCESS' });
      expect((await bench.get(path)).status).toBe(404);
    });

    it('take a deleted group out of its plans', async () => {
      await bench.delete(bench.groupPath('web'));
      bench.advance(2_000);
      expect(await bench.status('web-plan')).toBe('NO_PROTECTION_GROUPS');
      expect(await bench.status('campus-plan')).toBe('READY_STATE');
    });
  });

  describe('as to single VMs', () => {
    it('configure-all gives one task per unprotected VM, and none when there is nothing to do', async () => {
      const { status, body } = await bench.post(`${bench.groupPath('archive')}/actions/configure-all-vms`);
      expect(status).toBe(202);
      expect(body).toMatchObject({
        list: [{ entity_name: 'archive-2', status: 'QUEUED' }],
        _meta: { total: 1 },
      });
      expect(await statusOf('archive')).toBe('CONFIGURING_PROTECTION');
      bench.advance(2_000);
      expect(await statusOf('archive')).toBe('OK');
      const again = await bench.post(`${bench.groupPath('archive')}/actions/configure-all-vms`);
      expect(again.body).toMatchObject({ list: [] });
    });

    it('protection can be taken from all of a group side by side, and given back', async () => {
      for (const vm of ['erp-db', 'erp-app']) {
        const answer = await bench.post(`${bench.vmPath('erp', vm)}/actions/remove-protection`);
        expect(answer.status).toBe(202);
      }
      expect(await statusOf('erp')).toBe('REMOVING_PROTECTION');
      bench.advance(2_000);
      expect(await statusOf('erp')).toBe('NOT_CONFIGURED');
      const { body } = await bench.post(`${bench.groupPath('erp')}/actions/configure-all-vms`);
      expect(pick(body, 'list')).toHaveLength(2);
      bench.advance(2_000);
      expect(await statusOf('erp')).toBe('OK');
    });

    it('a VM that no mapping covers is protected by its own settings', async () => {
      await bench.post(GROUPS, crm({ hbr_spec: { vms: [bench.vm('kiosk-1').ids.a] } }));
      bench.advance(4_000);
      expect(await statusOf('crm')).toBe('NOT_CONFIGURED');
      const all = await bench.post(`${bench.groupPath('crm')}/actions/configure-all-vms`);
      expect(await settled(pick(all.body, 'list.0'))).toMatchObject({
        status: 'ERROR',
        error: { details: 'MissingMapping' },
      });
      const path = `${bench.vmPath('crm', 'kiosk-1')}/protection-settings`;
      await bench.put(path, (await bench.get(path)).body);
      bench.advance(2_000);
      expect(await statusOf('crm')).toBe('OK');
    });

    it('settings of a protected VM need the latest change_version', async () => {
      const path = `${bench.vmPath('erp', 'erp-db')}/protection-settings`;
      const { body } = await bench.get(path);
      expect((await bench.put(path, { change_version: 'old' })).status).toBe(400);
      expect((await bench.put(path, body)).status).toBe(202);
      bench.advance(2_000);
      expect((await bench.put(path, body)).status).toBe(400);
    });

    it('lost placeholders are made again', async () => {
      await bench.control('PATCH', '/vms/web-1', { status: 'PLACEHOLDER_VM_DELETED' });
      const { status, body } = await bench.post(`${bench.groupPath('web')}/actions/restore-all-placeholders`);
      expect(status).toBe(202);
      expect(body).toMatchObject({ errors: [], tasks: [{ entity_name: 'web-1' }] });
      bench.advance(2_000);
      expect(await statusOf('web')).toBe('OK');
    });

    it('a failing task leaves the VM as it was', async () => {
      await bench.control('POST', '/fail-next', { action: 'unprotect-vm' });
      const { body } = await bench.post(`${bench.vmPath('erp', 'erp-db')}/actions/remove-protection`);
      expect(await settled(body)).toMatchObject({ status: 'ERROR' });
      expect(await statusOf('erp')).toBe('OK');
    });
  });

  describe('as to recovery steps and settings', () => {
    const steps = (mode: string, query = '') =>
      bench.get(`${bench.planPath('erp-plan')}/recovery-steps/${mode}${query}`);

    it('name the steps of a view, and the VMs below a step that is expanded', async () => {
      const { body } = await steps('test');
      const list = pick(body, 'list') as unknown[];
      const power = list.find((step) => pick(step, 'title') === 'Power on priority 1 VMs');
      expect(power).toMatchObject({ child_count: 1, depth: 0, status: 'INACTIVE', expanded: false });
      const opened = (await steps('test', `?expanded_step_ids=${word(power, 'id')}`)).body;
      const children = (pick(opened, 'list') as unknown[]).filter((step) => pick(step, 'depth') === 1);
      expect(children).toMatchObject([{ title: 'erp-db', step_number: `${word(power, 'step_number')}.1` }]);
    });

    it('are there only for what the plan could do or has done', async () => {
      expect((await steps('cleanup')).status).toBe(400);
      expect((await steps('sideways')).status).toBe(400);
      await bench.run('erp-plan', 'test');
      expect((await steps('cleanup')).status).toBe(200);
      expect(pick((await steps('test')).body, 'list.0.status')).toBe('SUCCESS');
    });

    it('take in a prompt without a timeout, at its place', async () => {
      const callout = { name: 'Wait', content: 'Ready?', callout_type: 'PROMPT', position: 1 };
      await bench.post(`${bench.planPath('erp-plan')}/recovery-steps/recovery`, callout);
      bench.advance(2_000);
      const { body } = await steps('recovery');
      expect(pick(body, 'list.1')).toMatchObject({
        title: 'Wait',
        step_number: '2',
        plan_callout_position_spec: { position_spec_index: 0 },
      });
      const data = await bench.get(
        `${bench.planPath('erp-plan')}/recovery-steps/recovery/${word(body, 'list.1.id')}/callout-data`,
      );
      expect(data.body).toMatchObject({
        content: 'Ready?',
        callout_type: 'PROMPT',
        step_type: 'RECOVERY_STEP',
      });
    });

    it('follow the priority of a VM', async () => {
      const path = `${bench.planPath('erp-plan')}/vms/${bench.vm('erp-db').ids.a}/recovery-settings`;
      expect((await bench.put(`${path}/priority`, { priority: 'P9' })).status).toBe(400);
      await bench.put(`${path}/priority`, { priority: 'P5' });
      bench.advance(2_000);
      expect((await bench.get(`${path}/summary`)).body).toMatchObject({
        priority: 'P5',
        startup_action: 'POWER_ON',
      });
    });

    it('refuse dependencies in a circle', async () => {
      const path = (vm: string) =>
        `${bench.planPath('erp-plan')}/vms/${bench.vm(vm).ids.a}/recovery-settings/dependent-vms/actions`;
      const on = (vm: string) => ({ dependent_vms: [bench.vm(vm).ids.a] });
      await bench.post(`${path('erp-app')}/update`, on('erp-db'));
      bench.advance(2_000);
      const { status, body } = await bench.post(`${path('erp-db')}/validate`, on('erp-app'));
      expect([status, body]).toEqual([200, { valid: false, issue_type: 'CYCLE_DETECTED' }]);
      expect((await bench.post(`${path('erp-db')}/update`, on('erp-app'))).status).toBe(400);
    });
  });
});
