import { Bench } from './srm-bench.js';

const PLANNED = { planned_failover: true, sync_data: true };

/** web-plan = web; campus-plan = web and mail (srm reference 4.4, last paragraph). */
describe('two plans of the simulated SRM that share a group', () => {
  let bench: Bench;
  beforeAll(async () => (bench = await Bench.open()));
  beforeEach(async () => {
    bench.sim.reset();
    await bench.logIn();
  });
  afterAll(() => bench.close());

  const direction = (name: string) => bench.group(name).protectedSite;

  it('block each other while one runs', async () => {
    await bench.start('web-plan', 'test');
    expect(await bench.status('campus-plan')).toBe('PROTECTION_GROUPS_IN_USE');
    expect((await bench.start('campus-plan', 'recovery', PLANNED)).status).toBe(400);
    expect(await bench.status('erp-plan')).toBe('READY_STATE');
  });

  it('block each other while a test is not cleaned up, and no longer', async () => {
    await bench.run('web-plan', 'test');
    expect(await bench.status('campus-plan')).toBe('PROTECTION_GROUPS_IN_USE');
    await bench.run('web-plan', 'cleanup');
    expect(await bench.status('campus-plan')).toBe('READY_STATE');
    expect((await bench.start('campus-plan', 'test')).status).toBe(202);
  });

  it('leave PARTIAL_RECOVERY behind, which the other plan completes', async () => {
    await bench.run('web-plan', 'recovery', PLANNED);
    expect(await bench.status('campus-plan')).toBe('PARTIAL_RECOVERY');
    await bench.start('campus-plan', 'recovery', PLANNED);
    expect(bench.group('web').phase).toBe('recovered');
    expect(bench.group('mail').phase).toBe('recovering');
    bench.advance(120_000);
    expect(await bench.status('campus-plan')).toBe('RECOVERY_COMPLETE');
    expect(await bench.status('web-plan')).toBe('RECOVERY_COMPLETE');
  });

  it('leave PARTIAL_REPROTECT behind, which the other plan completes', async () => {
    await bench.run('campus-plan', 'recovery', PLANNED);
    await bench.run('web-plan', 'reprotect');
    expect(await bench.status('web-plan')).toBe('READY_STATE');
    expect(await bench.status('campus-plan')).toBe('PARTIAL_REPROTECT');
    expect([direction('web'), direction('mail')]).toEqual(['b', 'a']);
    await bench.run('campus-plan', 'reprotect');
    expect([direction('web'), direction('mail')]).toEqual(['b', 'b']);
    expect(await bench.status('campus-plan')).toBe('READY_STATE');
  });

  it('leave DIRECTION_ERROR behind when the groups then point different ways', async () => {
    await bench.run('web-plan', 'recovery', PLANNED);
    await bench.run('web-plan', 'reprotect');
    expect(await bench.status('campus-plan')).toBe('DIRECTION_ERROR');
    expect((await bench.start('campus-plan', 'recovery', PLANNED)).status).toBe(400);
    await bench.run('web-plan', 'recovery', PLANNED);
    await bench.run('web-plan', 'reprotect');
    expect(await bench.status('campus-plan')).toBe('READY_STATE');
  });

  it('turn round together, and the smaller plan follows its group', async () => {
    await bench.run('campus-plan', 'recovery', PLANNED);
    await bench.run('campus-plan', 'reprotect');
    expect(await bench.status('web-plan')).toBe('READY_STATE');
    const { body } = await bench.get(bench.planPath('web-plan'));
    expect(body).toMatchObject({ protected_site_name: 'site-b', recovery_site_name: 'site-a' });
  });

  it('see a failed recovery of the other as partial', async () => {
    await bench.control('POST', '/fail-next', { action: 'recovery' });
    await bench.run('web-plan', 'recovery', PLANNED);
    expect(await bench.status('web-plan')).toBe('INCOMPLETE_RECOVERY');
    expect(await bench.status('campus-plan')).toBe('PARTIAL_RECOVERY');
  });
});
