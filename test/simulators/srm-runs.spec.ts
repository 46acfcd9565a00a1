import { Simulator } from '../../simulators/engine/simulator.js';
import { srmSimulator } from '../../simulators/srm/srm.simulator.js';
import { Bench, PAIRING, SITE_A, SITE_B, pick, word } from './srm-bench.js';

const PLANNED = { planned_failover: true, sync_data: true };

describe('runs of the simulated SRM', () => {
  let bench: Bench;
  beforeAll(async () => (bench = await Bench.open()));
  beforeEach(async () => {
    bench.sim.reset();
    await bench.logIn({ base: SITE_A });
  });
  afterAll(() => bench.close());

  const group = async (name: string) => (await bench.get(bench.groupPath(name))).body;
  const vmStatuses = async (plan: string) => {
    const { body } = await bench.get(`${bench.planPath(plan)}/vms`);
    return (pick(body, 'list') as unknown[]).map((vm) => pick(vm, 'status'));
  };
  const history = async (plan: string) => {
    const { status, body } = await bench.get(`${bench.planPath(plan)}/history-reports`);
    expect(status).toBe(202);
    bench.advance(2_000);
    return pick((await bench.get(`/tasks/${word(body, 'id')}`)).body, 'result') as unknown[];
  };

  describe('on one plan', () => {
    it.each([
      ['test', {}, 'TESTING', 'TEST_IN_PROGRESS', 'TEST_COMPLETE', 'TEST_COMPLETE', 'TEST_SUCCEEDED'],
      [
        'recovery',
        PLANNED,
        'RECOVERING',
        'RECOVERY_IN_PROGRESS',
        'RECOVERED',
        'RECOVERY_COMPLETE',
        'RECOVERY_SUCCEEDED',
      ],
    ])('%s takes its group and VMs through the documented states', async (action, body, ...words) => {
      const [running, recovering, done, recovered, vm] = words;
      await bench.start('erp-plan', action, body);
      expect(await group('erp')).toMatchObject({ status: running, recovery_status: recovering });
      bench.advance(120_000);
      expect(await group('erp')).toMatchObject({ status: done, recovery_status: recovered });
      expect(await vmStatuses('erp-plan')).toEqual([vm, vm]);
    });

    it('a cleanup puts everything back', async () => {
      await bench.run('erp-plan', 'test');
      await bench.start('erp-plan', 'cleanup');
      expect(await group('erp')).toMatchObject({ status: 'CLEANING_UP', recovery_status: 'CLEANUP' });
      bench.advance(120_000);
      expect(await group('erp')).toMatchObject({ status: 'OK', recovery_status: 'READY' });
      expect(await vmStatuses('erp-plan')).toEqual(['READY_TO_RECOVER', 'READY_TO_RECOVER']);
    });

    it('the direction turns at reprotect, not at recovery', async () => {
      await bench.run('erp-plan', 'recovery', PLANNED);
      const a = { protected_site_name: 'site-a', recovery_site_name: 'site-b' };
      expect((await bench.get(bench.planPath('erp-plan'))).body).toMatchObject(a);
      await bench.run('erp-plan', 'reprotect');
      const b = {
        protected_site_name: 'site-b',
        recovery_site_name: 'site-a',
        protected_vc_guid: '22222222-bbbb-4bbb-8bbb-222222222222',
        recovery_vc_guid: '11111111-aaaa-4aaa-8aaa-111111111111',
      };
      expect((await bench.get(bench.planPath('erp-plan'))).body).toMatchObject({
        status: 'READY_STATE',
        ...b,
      });
      expect(await group('erp')).toMatchObject({ status: 'OK', ...b });
    });

    it('plan and group ids stay at reprotect, VM ids do not', async () => {
      const ids = async () => {
        const { body } = await bench.get(`${bench.groupPath('erp')}/vms`);
        return (pick(body, 'list') as unknown[]).map((vm) => word(vm, 'id'));
      };
      const before = [await ids(), bench.plan('erp-plan').id, bench.group('erp').id] as const;
      await bench.run('erp-plan', 'recovery', PLANNED);
      expect(await ids()).toEqual(before[0]);
      await bench.run('erp-plan', 'reprotect');
      const after = await ids();
      expect(after.every((id) => id.endsWith('22222222-bbbb-4bbb-8bbb-222222222222'))).toBe(true);
      expect([bench.plan('erp-plan').id, bench.group('erp').id]).toEqual(before.slice(1));
      expect((await bench.get(`${bench.groupPath('erp')}/vms/${before[0][0]}`)).status).toBe(404);

      // There and back again: placeholders are registered anew, so the first ids never return.
      await bench.run('erp-plan', 'recovery', PLANNED);
      await bench.run('erp-plan', 'reprotect');
      expect(await ids()).not.toEqual(before[0]);
      expect((await bench.get(bench.planPath('erp-plan'))).body).toMatchObject({
        protected_site_name: 'site-a',
      });
    });

    it('a failed recovery can be run again, and shows what was done already', async () => {
      await bench.control('POST', '/fail-next', {
        action: 'recovery',
        message: 'Storage is gone.',
        details: 'LUN 7',
      });
      const task = await bench.run('erp-plan', 'recovery', PLANNED);
      expect(task).toMatchObject({
        status: 'ERROR',
        error: { message: 'Storage is gone.', details: 'LUN 7' },
      });
      expect(pick(task, 'progress')).toBeLessThan(100);
      expect(await bench.status('erp-plan')).toBe('INCOMPLETE_RECOVERY');
      expect(await group('erp')).toMatchObject({ status: 'PARTIALLY_RECOVERED' });
      await bench.start('erp-plan', 'recovery', PLANNED);
      const { body } = await bench.get(`${bench.planPath('erp-plan')}/recovery-steps/recovery`);
      expect(pick(body, 'list.0.status')).toBe('ALREADY_DONE');
      bench.advance(120_000);
      expect(await bench.status('erp-plan')).toBe('RECOVERY_COMPLETE');
    });

    it('a forced cleanup and a forced reprotect come through all the same', async () => {
      await bench.run('erp-plan', 'test');
      await bench.control('POST', '/fail-next', { action: 'cleanup' });
      await bench.run('erp-plan', 'cleanup');
      expect(await bench.status('erp-plan')).toBe('CLEANUP_INCOMPLETE');
      await bench.control('POST', '/fail-next', { action: 'cleanup' });
      expect(await bench.run('erp-plan', 'cleanup', { forced: true })).toMatchObject({ status: 'SUCCESS' });
      await bench.run('erp-plan', 'recovery', PLANNED);
      await bench.control('POST', '/fail-next', { action: 'reprotect' });
      await bench.run('erp-plan', 'reprotect');
      expect(await bench.status('erp-plan')).toBe('INCOMPLETE_REPROTECT');
      await bench.control('POST', '/fail-next', { action: 'reprotect' });
      await bench.run('erp-plan', 'reprotect', { forced: true });
      expect((await bench.get(bench.planPath('erp-plan'))).body).toMatchObject({
        status: 'READY_STATE',
        protected_site_name: 'site-b',
      });
    });

    it('a recovery can succeed although one VM has errors', async () => {
      await bench.control('POST', '/fail-next', { how: 'vm' });
      expect(await bench.run('erp-plan', 'recovery', PLANNED)).toMatchObject({ status: 'SUCCESS' });
      expect(await bench.status('erp-plan')).toBe('RECOVERY_COMPLETE');
      expect(await vmStatuses('erp-plan')).toEqual(['RECOVERY_ERROR', 'RECOVERY_SUCCEEDED']);
      expect(await history('erp-plan')).toMatchObject([{ result_state: 'WARNINGS', error_count: 1 }]);
    });

    it('a test refused before anything was made leaves the plan as it was', async () => {
      await bench.control('POST', '/fail-next', { how: 'early' });
      expect(await bench.run('erp-plan', 'test')).toMatchObject({ status: 'ERROR' });
      expect(await bench.status('erp-plan')).toBe('READY_STATE');
      expect(await group('erp')).toMatchObject({ status: 'OK' });
    });

    it('a stuck run goes on when it is released', async () => {
      await bench.control('POST', '/fail-next', { how: 'stuck' });
      const { body } = await bench.start('erp-plan', 'test');
      bench.advance(3_600_000 / 4);
      expect(await bench.status('erp-plan')).toBe('TEST_IN_PROGRESS');
      await bench.control('POST', `/tasks/${word(body, 'id')}/release`);
      bench.advance(60_000);
      expect(await bench.status('erp-plan')).toBe('TEST_COMPLETE');
    });

    it('the death of the server interrupts it and loses its task', async () => {
      const { body } = await bench.start('erp-plan', 'recovery', PLANNED);
      bench.advance(20_000);
      await bench.control('POST', '/server-death', { keepSessions: true });
      expect((await bench.get(`/tasks/${word(body, 'id')}`)).status).toBe(404);
      expect(await bench.status('erp-plan')).toBe('RECOVERY_INTERRUPTED');
      bench.advance(120_000);
      expect(await bench.status('erp-plan')).toBe('RECOVERY_INTERRUPTED');
      await bench.run('erp-plan', 'recovery', PLANNED);
      expect(await bench.status('erp-plan')).toBe('RECOVERY_COMPLETE');
    });

    it('refuses options that do not go together', async () => {
      expect((await bench.start('erp-plan', 'recovery', { migrate_eligible_vms: true })).status).toBe(400);
      bench.sim.settings.forceRecovery = false;
      const skip = { skip_protection_site_operations: true };
      expect((await bench.start('erp-plan', 'recovery', skip)).status).toBe(400);
      expect((await bench.start('erp-plan', 'recovery', { ...skip, ...PLANNED })).status).toBe(202);
    });
  });

  describe('when cancelled', () => {
    const cancel = (plan: string) => bench.start(plan, 'cancel');

    it.each([
      ['test', 'TEST_COMPLETE', 'TEST_INCOMPLETE'],
      ['recovery', 'INCOMPLETE_RECOVERY', 'RECOVERY_INCOMPLETE'],
    ])('a %s finishes the step at hand and ends %s', async (action, end, vm) => {
      const { body } = await bench.start('erp-plan', action, action === 'test' ? {} : PLANNED);
      bench.advance(10_000);
      expect((await cancel('erp-plan')).status).toBe(204);
      expect(await bench.status('erp-plan')).toBe('CANCEL_IN_PROGRESS');
      expect((await cancel('erp-plan')).status).toBe(400);
      bench.advance(10_000);
      expect(await bench.status('erp-plan')).toBe(end);
      expect((await bench.get(`/tasks/${word(body, 'id')}`)).body).toMatchObject({
        status: 'CANCELLED',
        error: null,
      });
      expect(await vmStatuses('erp-plan')).toEqual([vm, vm]);
      expect(await history('erp-plan')).toMatchObject([{ result_state: 'CANCELLED' }]);
    });

    it('in its last step, a run simply completes', async () => {
      await bench.start('erp-plan', 'test');
      bench.advance(39_500);
      expect((await cancel('erp-plan')).status).toBe(204);
      bench.advance(60_000);
      expect(await history('erp-plan')).toMatchObject([{ result_state: 'SUCCESS' }]);
    });

    it.each([
      ['cleanup', 'test', 'READY_STATE'],
      ['reprotect', 'recovery', 'READY_STATE'],
    ])('a %s takes the request and completes all the same', async (action, first, end) => {
      await bench.run('erp-plan', first, first === 'test' ? {} : PLANNED);
      await bench.start('erp-plan', action);
      expect((await cancel('erp-plan')).status).toBe(204);
      bench.advance(120_000);
      expect(await bench.status('erp-plan')).toBe(end);
    });
  });

  describe('with a prompt', () => {
    const prompts = () => bench.get(`${bench.planPath('erp-plan')}/recovery-steps/user-prompts`);

    beforeEach(async () => {
      await bench.control('POST', `/plans/${bench.plan('erp-plan').id}/prompts`, {
        text: 'Is the router up?',
      });
      await bench.start('erp-plan', 'recovery', PLANNED);
      bench.advance(1_000_000);
    });

    it('wait for a person, however long it takes, and go on when it is dismissed', async () => {
      expect(await bench.status('erp-plan')).toBe('WAITING_FOR_USER_INPUT');
      const { body } = await prompts();
      expect(body).toMatchObject({ list: [{ prompt_text: 'Is the router up?' }] });
      const id = word(body, 'list.0.id');
      const dismiss = `${bench.planPath('erp-plan')}/recovery-steps/user-prompts/${id}/actions/dismiss-prompt`;
      const answer = await bench.post(dismiss);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(await bench.status('erp-plan')).toBe('RECOVERY_IN_PROGRESS');
      expect((await bench.post(dismiss)).status).toBe(404);
      expect((await prompts()).body).toMatchObject({ list: [] });
      bench.advance(120_000);
      expect(await bench.status('erp-plan')).toBe('RECOVERY_COMPLETE');
    });

    it('can be cancelled while it waits', async () => {
      expect((await bench.start('erp-plan', 'cancel')).status).toBe(204);
      expect(await bench.status('erp-plan')).toBe('CANCEL_IN_PROGRESS');
      bench.advance(3_000);
      expect(await bench.status('erp-plan')).toBe('INCOMPLETE_RECOVERY');
    });
  });

  describe('in the books', () => {
    it('are history under the name of whoever started them', async () => {
      await bench.control('POST', '/console', {
        planId: bench.plan('erp-plan').id,
        action: 'test',
        username: 'ops@vsphere.local',
      });
      bench.advance(60_000);
      const start = bench.sim.clock.now();
      await bench.run('erp-plan', 'cleanup');
      const [cleanup, test] = await history('erp-plan');
      expect(test).toMatchObject({
        operation_type: 'TEST',
        username: 'ops@vsphere.local',
        result_state: 'SUCCESS',
      });
      expect(cleanup).toMatchObject({
        plan_name: 'erp-plan',
        operation_type: 'CLEANUP',
        username: 'administrator@vsphere.local',
        start_time_ms: start,
        human_friendly_duration: '20 s',
        error_count: 0,
      });
      const single = await bench.get(
        `${bench.planPath('erp-plan')}/history-reports/${word(test, 'run_key')}`,
      );
      expect([single.status, pick(single.body, 'operation_type')]).toEqual([200, 'TEST']);
    });

    it('are looked for in the last week unless other dates are given', async () => {
      const before = bench.sim.clock.now();
      await bench.run('erp-plan', 'test');
      bench.advance(8 * 86_400_000);
      await bench.logIn();
      expect(await history('erp-plan')).toEqual([]);
      const all = await bench.get(`${PAIRING}/recovery-management/history-reports?start_date=${before}`);
      bench.advance(2_000);
      const task = await bench.get(`/tasks/${word(all.body, 'id')}`);
      expect(pick(task.body, 'result')).toMatchObject([{ plan_name: 'erp-plan' }]);
    });
  });

  describe('across a restart', () => {
    it('go on where they were saved, to the same end', async () => {
      await bench.start('erp-plan', 'recovery', PLANNED);
      bench.advance(25_000);
      const saved = structuredClone(bench.sim.snapshot());
      const second = new Simulator(srmSimulator, { clock: bench.sim.clock });
      second.restore(JSON.parse(JSON.stringify(saved)) as typeof saved);
      bench.advance(60_000);
      second.settle();
      expect(second.state).toEqual(bench.sim.state);
      expect(second.state.plans[0]?.status).toBe('RECOVERY_COMPLETE');
    });
  });

  describe('in a disaster', () => {
    it('end in DISASTER_RECOVERY_COMPLETE when the protected site is down, and are mended when it is back', async () => {
      await bench.control('PATCH', '/sites/a', { up: false });
      expect((await bench.get('/session')).status).toBe(503);
      await bench.logIn({ base: SITE_B, remote: false });
      const planned = await bench.run('erp-plan', 'recovery', PLANNED);
      expect(planned).toMatchObject({ status: 'ERROR' });
      expect(await bench.status('erp-plan')).toBe('INCOMPLETE_RECOVERY');
      await bench.run('erp-plan', 'recovery', { planned_failover: false });
      expect(await bench.status('erp-plan')).toBe('DISASTER_RECOVERY_COMPLETE');
      expect((await bench.start('erp-plan', 'reprotect')).status).toBe(500);

      await bench.control('PATCH', '/sites/a', { up: true });
      await bench.logIn();
      expect((await bench.start('erp-plan', 'reprotect')).status).toBe(400);
      await bench.run('erp-plan', 'recovery', PLANNED);
      expect(await bench.status('erp-plan')).toBe('RECOVERY_COMPLETE');
    });

    it('leave a split brain when the second recovery fails', async () => {
      await bench.control('POST', '/fail-next', { how: 'disaster' });
      await bench.run('erp-plan', 'recovery');
      expect(await bench.status('erp-plan')).toBe('DISASTER_RECOVERY_COMPLETE');
      await bench.control('POST', '/fail-next', { action: 'recovery' });
      await bench.run('erp-plan', 'recovery', PLANNED);
      expect(await bench.status('erp-plan')).toBe('RECOVERY_SPLIT_BRAIN');
    });

    it('cannot be started at the protected site, which sees only that something began', async () => {
      await bench.control('PATCH', '/link', { up: false });
      expect((await bench.start('erp-plan', 'recovery')).status).toBe(500);
      await bench.control('POST', '/console', { planId: bench.plan('erp-plan').id, action: 'recovery' });
      bench.advance(120_000);
      expect(await bench.status('erp-plan')).toBe('RECOVERY_STARTED');
      await bench.control('PATCH', '/link', { up: true });
      expect(await bench.status('erp-plan')).toBe('DISASTER_RECOVERY_COMPLETE');
    });
  });
});
