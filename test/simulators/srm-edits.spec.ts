import { Bench, pick, word } from './srm-bench.js';

describe('edits at the simulated SRM', () => {
  let bench: Bench;
  beforeEach(async () => (bench = await Bench.open()));
  afterEach(() => bench.close());

  const vmPath = (plan: string, vm: string) => `${bench.planPath(plan)}/vms/${bench.vm(vm).ids.a}`;
  const settings = (more: object = {}) => ({
    ip_customization_type: 'AUTO',
    priority: 'P1',
    startup_action: 'POWER_ON',
    shutdown_action_settings: { timeout_seconds: 60 },
    ...more,
  });

  it('of recovery settings are refused with a change_version that is old', async () => {
    const path = `${vmPath('erp-plan', 'erp-db')}/recovery-settings`;
    const version = pick((await bench.get(path)).body, 'recovery_settings.change_version');
    expect((await bench.post(`${path}/actions/update`, settings({ change_version: version }))).status).toBe(
      202,
    );
    bench.advance(10_000);
    const late = await bench.post(`${path}/actions/update`, settings({ change_version: version }));
    expect([late.status, pick(late.body, 'error_code')]).toEqual([400, 'VersionConflict']);
    expect((await bench.post(`${path}/actions/update`, settings())).status).toBe(202);
    expect(bench.sim.journal.executions().map(({ action }) => action)).toEqual([
      'vm-recovery',
      'vm-recovery',
    ]);
  });

  it('of recovery settings are refused when the dependencies would go round', async () => {
    const path = (vm: string) => `${vmPath('erp-plan', vm)}/recovery-settings/actions/update`;
    const on = (vm: string) => settings({ dependent_vms: [{ id: bench.vm(vm).ids.a }] });
    expect((await bench.post(path('erp-db'), on('erp-app'))).status).toBe(202);
    bench.advance(10_000);
    const round = await bench.post(path('erp-app'), on('erp-db'));
    expect([round.status, pick(round.body, 'error_code')]).toEqual([400, 'DependencyConflict']);
  });

  it('of protection settings are refused with a change_version that is old', async () => {
    const path = `${bench.vmPath('erp', 'erp-db')}/protection-settings`;
    const version = pick((await bench.get(path)).body, 'change_version');
    expect((await bench.put(path, { change_version: version })).status).toBe(202);
    bench.advance(10_000);
    const late = await bench.put(path, { change_version: version });
    expect([late.status, pick(late.body, 'error_code')]).toEqual([400, 'VersionConflict']);
  });

  it('show a prompt only while the plan waits, and take its answer once', async () => {
    await bench.control('POST', '/plans/erp-plan/prompts', { action: 'test' });
    const prompts = `${bench.planPath('erp-plan')}/recovery-steps/user-prompts`;
    expect(pick((await bench.get(prompts)).body, '_meta.total')).toBe(0);
    await bench.start('erp-plan', 'test');
    bench.advance(60_000);
    expect(await bench.status('erp-plan')).toBe('WAITING_FOR_USER_INPUT');
    const id = word((await bench.get(prompts)).body, 'list.0.id');
    expect((await bench.get(`${prompts}/${id}`)).body).toMatchObject({ id, prompt_text: 'Go on?' });
    const dismiss = `${prompts}/${id}/actions/dismiss-prompt`;
    expect([(await bench.post(dismiss)).status, (await bench.post(dismiss)).status]).toEqual([204, 404]);
    expect(bench.sim.journal.executions().map(({ action }) => action)).toEqual(['test', 'dismiss-prompt']);
  });

  it('show no prompt of a run that is being cancelled', async () => {
    await bench.control('POST', '/plans/erp-plan/prompts', { action: 'test' });
    await bench.start('erp-plan', 'test');
    bench.advance(60_000);
    expect((await bench.start('erp-plan', 'cancel')).status).toBe(204);
    expect(await bench.status('erp-plan')).toBe('CANCEL_IN_PROGRESS');
    const prompts = `${bench.planPath('erp-plan')}/recovery-steps/user-prompts`;
    expect(pick((await bench.get(prompts)).body, 'list')).toEqual([]);
  });
});
