import { Bench } from './srm-bench.js';
import { SdrsClient } from './sdrs-client.js';

describe('the console of the simulated SDRS', () => {
  let client: SdrsClient;
  beforeAll(async () => (client = await SdrsClient.start()));
  afterAll(() => client.site.close());

  const order = async (body: object): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${client.site.url}/_sim/console`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const drills = () => client.site.simulator.state.drills.map(({ name, status }) => [name, status]);

  it('creates and deletes a drill by the rules of the service', async () => {
    expect((await order({ group: 'erp-dr', action: 'delete-drill' })).status).toBe(404);
    expect((await order({ group: 'erp-dr', action: 'create-drill' })).status).toBe(200);
    expect(drills()).toEqual([['erp-dr-drill', 'creating']]);
    client.site.simulator.clock.advance(900_000);
    expect((await order({ group: 'erp-dr', action: 'delete-drill' })).status).toBe(200);
    expect(drills()).toEqual([['erp-dr-drill', 'deleting']]);
    client.site.simulator.clock.advance(900_000);
    client.site.simulator.settle();
    expect(drills()).toEqual([]);
    expect(client.site.simulator.journal.executions()).toMatchObject([
      { action: 'create-drill', by: 'console' },
      { action: 'delete-drill', by: 'console' },
    ]);
  });

  it('deletes a group that is empty, and refuses one that is not', async () => {
    expect((await order({ group: 'shop-dr', action: 'delete-server-group' })).status).toBe(409);
    expect((await order({ group: 'lab-empty', action: 'delete-server-group' })).status).toBe(200);
  });
});

describe('the console of the simulated SRM', () => {
  let bench: Bench;
  beforeAll(async () => (bench = await Bench.open()));
  beforeEach(async () => {
    bench.sim.reset();
    await bench.logIn();
  });
  afterAll(() => bench.close());

  it('takes protection from the machines of a group and gives it back', async () => {
    const unprotected = await bench.control('POST', '/console', { group: 'erp', action: 'unprotect' });
    expect(unprotected.body).toEqual({ taskIds: [expect.any(String), expect.any(String)] });
    bench.advance(10_000);
    const statuses = () =>
      bench.sim.state.vms.filter(({ name }) => /^erp/.test(name)).map((vm) => vm.protection);
    expect(statuses()).toEqual(['NOT_CONFIGURED', 'NOT_CONFIGURED']);
    await bench.control('POST', '/console', { group: 'erp', action: 'protect' });
    bench.advance(10_000);
    expect(statuses()).toEqual(['OK', 'OK']);
  });

  it('cancels a run, and refuses to cancel what does not run', async () => {
    expect((await bench.control('POST', '/console', { plan: 'erp-plan', action: 'cancel' })).status).toBe(
      409,
    );
    await bench.control('POST', '/console', { plan: 'erp-plan', action: 'test' });
    bench.advance(5_000);
    await bench.control('POST', '/console', { plan: 'erp-plan', action: 'cancel' });
    bench.advance(60_000);
    expect(bench.sim.state.history).toMatchObject([{ planName: 'erp-plan', result: 'CANCELLED' }]);
  });

  it('wants a plan for what is done to plans, and a group for what is done to groups', async () => {
    for (const order of [
      { plan: 'erp-plan', action: 'protect' },
      { group: 'erp', action: 'test' },
    ])
      expect((await bench.control('POST', '/console', order)).status).toBe(400);
  });

  it('brings a run to its end at once, but not past a prompt', async () => {
    await bench.control('POST', '/plans/erp-plan/prompts', { action: 'test' });
    await bench.control('POST', '/console', { plan: 'erp-plan', action: 'test' });
    await bench.control('POST', '/plans/erp-plan/finish');
    expect(await bench.status('erp-plan')).toBe('WAITING_FOR_USER_INPUT');
    await bench.control('POST', '/console', { plan: 'web-plan', action: 'test' });
    await bench.control('POST', '/plans/web-plan/finish');
    expect(await bench.status('web-plan')).toBe('TEST_COMPLETE');
  });
});
