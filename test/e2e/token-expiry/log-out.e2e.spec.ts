import { useWorld } from '../../support/world.js';

interface LoggedIn {
  tokens?: Record<string, unknown>;
  sessions?: unknown[];
}

describe('processes that are asked to end', () => {
  const world = useWorld();
  beforeEach(() => world().reset());

  /** Every process has been to both sites. */
  async function work(): Promise<void> {
    const { api } = world();
    for (const name of ['erp-dr', 'erp-plan']) {
      const plan = await api.planNamed(name);
      await api.succeeded(await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' }));
    }
  }

  async function endAll(): Promise<(number | null)[]> {
    const codes = await Promise.all([world().stopApi(), ...world().workers.map((worker) => worker.stop())]);
    world().workers.length = 0;
    return codes;
  }

  it('give back every token and end every session', async () => {
    await work();
    expect(await endAll()).toEqual([0, 0]);
    const { sdrs, srm } = world();
    expect((await sdrs.state<LoggedIn>()).tokens).toEqual({});
    expect((await srm.state<LoggedIn>()).sessions).toEqual([]);
    for (const [site, path] of [
      [sdrs, '/v3/auth/tokens$'],
      [srm, '/v2/session$'],
    ] as const) {
      const query = `&path=${encodeURIComponent(path)}`;
      const made = await site.requests(`?method=POST${query}`);
      const ended = await site.requests(`?method=DELETE${query}`);
      expect([made.length, ended.length]).toEqual([2, 2]);
    }
  });

  it('end all the same, in good time and order, while the sites are down', async () => {
    await Promise.all([world().startApi(), world().startWorker()]);
    await work();
    const { sdrs, srm } = world();
    await Promise.all([sdrs.stop(), srm.stop()]);
    expect(await endAll()).toEqual([0, 0]);
    await Promise.all([sdrs.start(), srm.start()]);
  });

  it('end all the same while the sites take requests and answer none', async () => {
    await Promise.all([world().startApi(), world().startWorker()]);
    await work();
    for (const site of [world().sdrs, world().srm]) await site.fault({ kind: 'hang', times: -1 });
    expect(await endAll()).toEqual([0, 0]);
  });
});
