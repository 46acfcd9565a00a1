import { list, SdrsClient, text } from './sdrs-client.js';

describe("the simulated SDRS's ledger of executions", () => {
  let client: SdrsClient;
  beforeEach(async () => (client = await SdrsClient.start()));
  afterEach(() => client.close());

  const ledger = () =>
    client.site.simulator.journal.executions().map(({ action, targetId }) => [action, targetId]);

  it('names every instance of a batch, once', async () => {
    const { id } = client.group('shop-dr');
    const servers = ['crm-app01', 'crm-db01'].map((name) => ({ server_id: client.server(name).id }));
    await client.done('POST', '/protected-instances/batch', {
      protected_instances: { name_prefix: 'crm', server_group_id: id, servers },
    });
    const made = ['crm-0001', 'crm-0002'].map((name) => client.instance(name).id);
    expect(ledger()).toEqual(made.map((each) => ['batch-create-protected-instances', each]));
    await client.done('POST', '/protected-instances/delete', {
      protected_instances: made.map((each) => ({ id: each })),
    });
    expect(ledger().slice(2)).toEqual(made.map((each) => ['batch-delete-protected-instances', each]));
  });

  it('names the failed task that was deleted, the group, or the group level', async () => {
    const { id } = client.group('erp-dr');
    await client.control('POST', '/fail-next', {});
    const job = await client.finished(
      await client.call('POST', `/server-groups/${id}/action`, { 'stop-server-group': {} }),
    );
    await client.call('DELETE', `/task-center/failure-jobs/${text(job.job_id)}`);
    await client.call('DELETE', '/task-center/failure-jobs/batch');
    await client.call('DELETE', `/task-center/${id}/failure-jobs/batch`);
    expect(ledger().slice(1)).toEqual([
      ['delete-failed-tasks', job.job_id],
      ['delete-failed-tasks', 'group-level'],
      ['delete-failed-tasks', id],
    ]);
  });

  it('has no entry for what a quota refuses, which counts a pair for each disk', async () => {
    await client.control('PATCH', '/settings', { quotas: { replications: client.state.pairs.length + 1 } });
    const { body } = await client.call('POST', '/protected-instances', {
      protected_instance: {
        server_group_id: client.group('erp-dr').id,
        server_id: client.server('crm-app01').id,
        name: 'crm',
      },
    });
    expect(body.error?.code).toBe('SDRS.0306');
    expect(ledger()).toEqual([]);
  });

  it('has no entry for a query by tag, whose total is that of all instances when told so', async () => {
    const query = { action: 'filter', tags: [{ key: 'tier', values: ['db'] }] };
    const path = '/protected-instances/resource_instances/action';
    expect((await client.call('POST', path, query)).body.total_count).toBe(1);
    await client.control('PATCH', '/settings', { tagTotal: 'all' });
    const { body } = await client.call('POST', path, query);
    expect([list(body.resources).length, body.total_count]).toEqual([1, client.state.instances.length]);
    expect(ledger()).toEqual([]);
  });
});
