import { Bench, GROUPS, PAIRING, pick, word } from './srm-bench.js';

describe('the controls of the simulated SRM', () => {
  let bench: Bench;
  beforeAll(async () => (bench = await Bench.open()));
  beforeEach(async () => {
    bench.sim.reset();
    await bench.logIn();
  });
  afterAll(() => bench.close());

  it('end all sessions, or only the remote ones', async () => {
    await bench.control('DELETE', '/remote-sessions');
    expect((await bench.get('/session')).status).toBe(200);
    expect((await bench.start('erp-plan', 'test')).status).toBe(403);
    await bench.control('DELETE', '/sessions');
    expect((await bench.get('/session')).status).toBe(401);
  });

  it('forget a task while its run goes on', async () => {
    const { body } = await bench.start('erp-plan', 'test');
    await bench.control('DELETE', `/tasks/${word(body, 'id')}`);
    expect((await bench.get(`/tasks/${word(body, 'id')}`)).status).toBe(404);
    bench.advance(60_000);
    expect(await bench.status('erp-plan')).toBe('TEST_COMPLETE');
  });

  it('set a plan and a group to a word nobody knows, and back', async () => {
    await bench.control('PATCH', `/plans/${bench.plan('erp-plan').id}`, { status: 'ASTONISHED' });
    await bench.control('PATCH', `/groups/${bench.group('erp').id}`, { status: 'BEWILDERED' });
    expect(await bench.status('erp-plan')).toBe('ASTONISHED');
    expect((await bench.get(bench.groupPath('erp'))).body).toMatchObject({ status: 'BEWILDERED' });
    await bench.control('PATCH', `/plans/${bench.plan('erp-plan').id}`, { status: null });
    expect(await bench.status('erp-plan')).toBe('READY_STATE');
  });

  it('start an action as somebody at the console, known at the recovery site', async () => {
    const { body } = await bench.control('POST', '/console', {
      planId: bench.plan('erp-plan').id,
      action: 'test',
    });
    expect(await bench.status('erp-plan')).toBe('TEST_IN_PROGRESS');
    expect((await bench.get(`/tasks/${word(body, 'taskId')}`)).status).toBe(404);
    expect((await bench.start('erp-plan', 'test')).status).toBe(400);
    const again = await bench.control('POST', '/console', {
      planId: bench.plan('erp-plan').id,
      action: 'test',
      site: 'a',
    });
    expect(again.status).toBe(409);
  });

  it('make only the named kind of task fail, and only once', async () => {
    await bench.control('POST', '/fail-next', { action: 'delete-plan', message: 'No.' });
    await bench.run('erp-plan', 'test');
    expect(await bench.status('erp-plan')).toBe('TEST_COMPLETE');
    const { body } = await bench.delete(bench.planPath('empty-plan'));
    bench.advance(2_000);
    expect((await bench.get(`/tasks/${word(body, 'id')}`)).body).toMatchObject({
      status: 'ERROR',
      error: { message: 'No.' },
    });
    expect(await bench.status('empty-plan')).toBe('NO_PROTECTION_GROUPS');
    await bench.delete(bench.planPath('empty-plan'));
    bench.advance(2_000);
    expect(bench.sim.state.plans).toHaveLength(4);
  });

  it('hold up a task that is not a run', async () => {
    await bench.control('POST', '/fail-next', { action: 'protect-vm', how: 'stuck' });
    const { body } = await bench.post(`${bench.groupPath('archive')}/actions/configure-all-vms`);
    const id = word(body, 'list.0.id');
    bench.advance(600_000);
    expect((await bench.get(`/tasks/${id}`)).body).toMatchObject({ status: 'RUNNING', progress: 50 });
    await bench.control('POST', `/tasks/${id}/release`);
    bench.advance(2_000);
    expect((await bench.get(`/tasks/${id}`)).body).toMatchObject({ status: 'SUCCESS' });
  });

  it('refuse a run before anything is made, and put everything back as it stood', async () => {
    await bench.control('POST', '/fail-next', { action: 'recovery' });
    await bench.run('erp-plan', 'recovery', { planned_failover: true });
    const before = structuredClone({ groups: bench.sim.state.groups, vms: bench.sim.state.vms });
    await bench.control('POST', '/fail-next', { how: 'early' });
    expect(pick(await bench.run('erp-plan', 'recovery', { planned_failover: true }), 'status')).toBe('ERROR');
    expect(await bench.status('erp-plan')).toBe('INCOMPLETE_RECOVERY');
    expect({ groups: bench.sim.state.groups, vms: bench.sim.state.vms }).toEqual(before);
  });

  it('let a request be accepted and its answer be lost', async () => {
    await bench.control('POST', '/faults', { kind: 'reset', when: 'after', path: '/actions/test$' });
    await expect(bench.start('erp-plan', 'test')).rejects.toThrow();
    expect(await bench.status('erp-plan')).toBe('TEST_IN_PROGRESS');
    expect(bench.sim.journal.executions()).toMatchObject([{ action: 'test' }]);
  });

  it('never write a credential into the journal', async () => {
    const { body } = await bench.control('GET', '/journal');
    const text = JSON.stringify(body);
    expect(text).not.toContain('Basic ');
    expect(text).not.toContain(bench.session);
  });

  it('leave v1 without the operations it never had', async () => {
    const base = '/api/rest/srm/v1';
    expect((await bench.get(`${PAIRING}/protection-management/inventory`, { base })).status).toBe(404);
    expect((await bench.post('/pairings', {}, { base })).status).toBe(404);
    expect((await bench.get(GROUPS, { base })).status).toBe(200);
  });
});
