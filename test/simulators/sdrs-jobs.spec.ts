import { startSimulator } from '../../simulators/engine/server.js';
import { sdrsSimulator } from '../../simulators/sdrs/sdrs.simulator.js';
import { list, SdrsClient, text, UNKNOWN_ID, type Answer } from './sdrs-client.js';

let client: SdrsClient;
beforeEach(async () => {
  client = await SdrsClient.start();
});
afterEach(() => client.close());

function act(groupName: string, body: object): Promise<Answer> {
  return client.call('POST', `/server-groups/${client.group(groupName).id}/action`, body);
}

async function jobOf(accepted: Answer): Promise<Answer> {
  return client.call('GET', `/jobs/${text(accepted.body.job_id)}`);
}

const STOP = { 'stop-server-group': {} };
const START = { 'start-server-group': {} };
const FAILOVER = { 'failover-server-group': {} };
const reverse = (station: string) => ({ 'reverse-server-group': { priority_station: station } });

describe('a job', () => {
  test('goes from INIT over RUNNING to SUCCESS, its times in the documented form', async () => {
    const accepted = await act('erp-dr', STOP);
    expect(accepted.status).toBe(200);
    expect(Object.keys(accepted.body)).toEqual(['job_id']);
    expect((await jobOf(accepted)).body).toMatchObject({
      job_type: 'stopProtectionGroupNoCG',
      status: 'INIT',
      begin_time: '2030-01-02T03:04:05.000Z',
      end_time: null,
      error_code: null,
      fail_reason: null,
    });
    client.advance(4000);
    expect((await jobOf(accepted)).body.status).toBe('RUNNING');
    client.advance(16_000);
    const { status, end_time: endTime } = (await jobOf(accepted)).body;
    expect(status).toBe('SUCCESS');
    expect(endTime).toMatch(/^2030-01-02T03:04:\d\d\.\d{3}Z$/);
  });

  test('has an id of 32 hexadecimal digits that holds the submission time', async () => {
    const id = text((await act('erp-dr', STOP)).body.job_id);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(parseInt(id.slice(16, 28), 16)).toBe(client.site.simulator.clock.now());
  });

  test('of a group holds one sub job per pair, and the group id only inside these', async () => {
    const { entities } = await client.finished(await act('erp-dr', STOP));
    expect(Object.keys(entities ?? {})).toEqual(['sub_jobs']);
    expect(list(entities?.sub_jobs)).toHaveLength(3);
    for (const sub of list(entities?.sub_jobs))
      expect(sub).toMatchObject({
        job_type: 'stopProtectionGroupRepNoCG',
        status: 'SUCCESS',
        entities: { server_group_id: client.group('erp-dr').id },
      });
  });

  test('of a pair has flat entities of strings, which appear with SUCCESS', async () => {
    const accepted = await client.call('POST', '/replications', {
      replication: {
        server_group_id: client.group('shop-dr').id,
        volume_id: client.volume('archive-01').id,
        name: 'archive',
      },
    });
    expect((await jobOf(accepted)).body.entities).toEqual({});
    const { entities } = await client.finished(accepted);
    expect(Object.values(entities ?? {}).every((value) => typeof value === 'string')).toBe(true);
    expect(entities).toMatchObject({ volume_ids: expect.stringMatching(/^[^,]+,[^,]+$/) as string });
  });

  test('shows its entities early when the setting says so', async () => {
    await client.control('PATCH', '/settings', { entitiesBeforeSuccess: true });
    const accepted = await client.call('DELETE', `/server-groups/${client.group('lab-empty').id}`);
    expect((await jobOf(accepted)).body.entities).toEqual({ server_group_id: client.group('lab-empty').id });
  });

  test('takes the documented time, scaled by the duration factor', async () => {
    await client.control('PATCH', '/settings', { durationFactor: 0.1 });
    const accepted = await act('erp-dr', FAILOVER);
    client.advance(2000);
    expect((await jobOf(accepted)).body.status).toBe('RUNNING');
    client.advance(10_000);
    expect((await jobOf(accepted)).body.status).toBe('SUCCESS');
  });

  test.each([
    [404, 'itemNotFound'],
    [400, 'error'],
    [500, 'error'],
  ])('that is unknown answers %i as the setting says', async (status, wrapper) => {
    await client.control('PATCH', '/settings', { unknownJob: status });
    const answer = await client.call('GET', `/jobs/${'0'.repeat(32)}`);
    expect(answer.status).toBe(status);
    expect(answer.body[wrapper]?.code).toBe('SDRS.0408');
  });

  test('is forgotten by a test, or after the retention, though its work is done', async () => {
    const accepted = await act('erp-dr', STOP);
    await client.control('DELETE', `/jobs/${text(accepted.body.job_id)}`);
    expect((await client.finished(accepted)).itemNotFound).toBeDefined();
    expect(client.group('erp-dr').status).toBe('available');

    await client.control('PATCH', '/settings', { jobRetentionMs: 60_000 });
    const second = await act('erp-dr', START);
    client.advance(20_000);
    expect((await jobOf(second)).status).toBe(200);
    client.advance(60_000);
    expect((await jobOf(second)).status).toBe(404);
  });

  test('gets stuck when a test says so, until the test ends it', async () => {
    await client.control('POST', '/stick-next', { action: 'stop' });
    const accepted = await act('erp-dr', STOP);
    expect((await client.finished(accepted)).status).toBe('RUNNING');
    expect(client.group('erp-dr').status).toBe('stopping');
    await client.control('POST', `/jobs/${text(accepted.body.job_id)}/finish`, { errorCode: 'SDRS.0401' });
    expect((await jobOf(accepted)).body).toMatchObject({ status: 'FAIL', error_code: 'SDRS.0401' });
    expect(client.group('erp-dr').status).toBe('error-stopping');
  });

  test('survives saving and restoring the world while it is in flight', async () => {
    const accepted = await act('erp-dr', FAILOVER);
    client.advance(5000);
    const saved = JSON.parse(JSON.stringify(client.site.simulator.snapshot())) as ReturnType<
      typeof client.site.simulator.snapshot
    >;
    const other = await SdrsClient.start();
    other.site.simulator.restore(saved);
    other.token = client.token;
    expect((await other.finished(accepted)).status).toBe('SUCCESS');
    expect(other.group('erp-dr')).toMatchObject({ status: 'failed-over', priority_station: 'target' });
    expect(other.site.simulator.journal.executions()).toHaveLength(1);
    await other.close();
  });

  test('is noted in the ledger once, under the operation it really is', async () => {
    const { id } = client.group('mail-dr');
    const accepted = await act('mail-dr', START);
    await act('mail-dr', START);
    expect(client.site.simulator.journal.executions()).toMatchObject([
      { action: 'reprotect', targetId: id, jobId: text(accepted.body.job_id) },
    ]);
  });
});

describe('an accepted action whose answer is lost', () => {
  test.each([
    ['a 504 from the gateway', { kind: 'status', status: 504 }, 504],
    ['a 200 without job_id', { kind: 'empty' }, 200],
  ])('goes on behind %s', async (_name, fault, status) => {
    await client.control('POST', '/faults', { ...fault, when: 'after', path: '/action$' });
    const answer = await act('erp-dr', FAILOVER);
    expect([answer.status, answer.body.job_id]).toEqual([status, undefined]);
    expect(client.group('erp-dr').status).toBe('failing-over');
    expect(client.site.simulator.journal.executions()).toHaveLength(1);
    client.advance(600_000);
    expect(client.group('erp-dr').status).toBe('failed-over');
  });

  test('goes on behind a dropped connection', async () => {
    await client.control('POST', '/faults', { kind: 'reset', when: 'after', path: '/action$' });
    await expect(act('erp-dr', FAILOVER)).rejects.toThrow();
    expect(client.group('erp-dr').status).toBe('failing-over');
  });
});

describe('a job that fails', () => {
  test('names the failed sub job, and a failed task is left in the task center', async () => {
    await client.control('POST', '/fail-next', { action: 'failover-server-group' });
    const job = await client.finished(await act('erp-dr', FAILOVER));
    expect(job).toMatchObject({ status: 'FAIL', error_code: 'SDRS.0406' });
    expect(job.fail_reason).toMatch(/Task-fail:/);
    const statuses = list(job.entities?.sub_jobs).map((sub) => text(sub.status));
    expect(statuses).toEqual(['SUCCESS', 'SUCCESS', 'FAIL']);

    const tasks = (await client.call('GET', '/task-center/failure-jobs')).body;
    expect(tasks).toMatchObject({
      count: 1,
      failure_jobs: [
        {
          job_status: 'FAIL',
          resource_id: client.group('erp-dr').id,
          resource_name: 'erp-dr',
          resource_type: 'server_groups',
          failure_status: 'failoverFail',
          job_type: 'failoverProtectionGroupNoCG',
          begin_time: '2030-01-02T03:04:05.000Z',
          error_code: 'SDRS.0406',
        },
      ],
    });
  });

  test('carries the code and the reason that a test asked for', async () => {
    await client.control('POST', '/fail-next', {
      action: 'stop',
      groupId: client.group('erp-dr').id,
      errorCode: 'EVS.2024',
      failReason: 'no disk',
    });
    await client.finished(await act('shop-dr', START));
    expect(client.group('shop-dr').status).toBe('protected');
    const job = await client.finished(await act('erp-dr', STOP));
    expect(job).toMatchObject({ status: 'FAIL', error_code: 'EVS.2024', fail_reason: 'no disk' });
  });

  test('inside a group is listed only with that group, and deleted by either of its ids', async () => {
    const { id } = client.group('shop-dr');
    const order = () =>
      client.call('POST', '/replications', {
        replication: {
          server_group_id: id,
          volume_id: client.state.volumes.find((v) => v.status === 'available' && !v.encrypted)?.id,
          name: 'spare',
        },
      });
    for (const key of ['job_id', 'resource_id'] as const) {
      await client.control('POST', '/fail-next', { action: 'create-replication' });
      await client.finished(await order());
      expect((await client.call('GET', '/task-center/failure-jobs')).body.count).toBe(0);
      const { failure_jobs: inside } = (
        await client.call('GET', `/task-center/failure-jobs?server_group_id=${id}`)
      ).body;
      expect(inside).toMatchObject([{ resource_type: 'replications', failure_status: 'createFail' }]);
      const doomed = text(list(inside)[0]?.[key]);
      expect((await client.call('DELETE', `/task-center/failure-jobs/${doomed}`)).status).toBe(204);
    }
    expect(client.state.failedTasks).toEqual([]);
    expect(client.state.pairs.filter((pair) => pair.status === 'error')).toHaveLength(2);
  });

  test('can be wiped from the task center per level', async () => {
    const { id } = client.group('erp-dr');
    await client.control('POST', '/fail-next', { groupId: id });
    await client.finished(await act('erp-dr', STOP));
    expect((await client.call('DELETE', `/task-center/${id}/failure-jobs/batch`)).status).toBe(204);
    expect(client.state.failedTasks).toHaveLength(1);
    expect((await client.call('DELETE', '/task-center/failure-jobs/batch')).status).toBe(204);
    expect(client.state.failedTasks).toEqual([]);
  });
});

describe('moving production', () => {
  test('a failover flips the station, stops the old servers and takes their NICs', async () => {
    const old = client.server('erp-app01');
    const address = old.nics[0]?.ipAddress;
    await client.finished(await act('erp-dr', FAILOVER));
    expect(client.group('erp-dr').priority_station).toBe('target');
    expect(old).toMatchObject({ powerState: 'SHUTOFF', nics: [] });
    const fresh = client.state.servers.find(({ id }) => id === client.instance('erp-app01').target_server);
    expect(fresh).toMatchObject({ powerState: 'SHUTOFF', nics: [{ ipAddress: address }] });
    await client.finished(await act('erp-dr', START));
    expect(client.server('erp-app01').nics).toHaveLength(1);
    expect(client.group('erp-dr').priority_station).toBe('target');
  });

  test('synchronisation goes on after SUCCESS, and ends before protection can be disabled', async () => {
    const { id } = client.group('shop-dr');
    const started = await act('shop-dr', START);
    client.advance(20_000);
    expect((await jobOf(started)).body.status).toBe('SUCCESS');
    const read = (await client.call('GET', `/server-groups/${id}`)).body.server_group;
    expect(read).toMatchObject({ status: 'protected' });
    expect(Number(read?.progress)).toBeLessThan(100);
    expect((await act('shop-dr', STOP)).body.error?.code).toBe('SDRS.1830');
    client.advance(60_000);
    expect((await client.call('GET', `/server-groups/${id}`)).body.server_group?.progress).toBe(100);
    expect((await act('shop-dr', STOP)).status).toBe(200);
  });

  test('reverse names the absolute destination, the current one being refused or a no-op', async () => {
    expect((await act('erp-dr', reverse('source'))).body.error?.code).toBe('SDRS.0216');
    expect((await act('erp-dr', reverse('elsewhere'))).body.error?.code).toBe('SDRS.0216');
    expect((await act('erp-dr', { 'reverse-server-group': {} })).body.error?.code).toBe('SDRS.0216');
    expect(client.jobs).toBe(0);
    await client.finished(await act('erp-dr', reverse('target')));
    expect(client.group('erp-dr')).toMatchObject({ status: 'protected', priority_station: 'target' });
    await client.control('PATCH', '/settings', { reverseToCurrent: 'no-op' });
    expect((await client.finished(await act('erp-dr', reverse('target')))).status).toBe('SUCCESS');
    expect(client.group('erp-dr').priority_station).toBe('target');
  });

  test.each([
    ['unchanged', 'source'],
    ['flipped', 'target'],
  ])('after a failed failover the station is %s', async (setting, station) => {
    await client.control('PATCH', '/settings', { priorityStationAfterFail: setting });
    await client.control('POST', '/fail-next', {});
    await client.finished(await act('erp-dr', FAILOVER));
    expect(client.group('erp-dr')).toMatchObject({ status: 'error-failing-over', priority_station: station });
  });

  test('running servers hinder reverse and re-protect when the setting insists', async () => {
    await client.control('PATCH', '/settings', { requireServersStopped: true });
    expect((await act('erp-dr', reverse('target'))).body.error?.code).toBe('SDRS.1319');
    for (const name of ['erp-app01', 'erp-db01'])
      await client.control('PATCH', `/servers/${client.server(name).id}`, { powerState: 'SHUTOFF' });
    expect((await act('erp-dr', reverse('target'))).status).toBe(200);
    await client.control('PATCH', `/servers/${client.server('mail01').id}`, { powerState: 'ACTIVE' });
    expect((await act('mail-dr', START)).body.error?.code).toBe('SDRS.1342');
  });

  test('a broken link, a native deletion and an empty group hinder a failover', async () => {
    const [pair] = client.pairsOf('erp-dr');
    await client.control('PATCH', `/pairs/${pair?.id}`, { fault_level: '5' });
    expect((await act('erp-dr', FAILOVER)).body.error?.code).toBe('SDRS.1824');
    await client.control('PATCH', `/pairs/${pair?.id}`, { fault_level: '2' });
    await client.control('DELETE', `/servers/${client.server('erp-db01').id}`);
    expect(client.instance('erp-db01').status).toBe('invalid');
    expect((await act('erp-dr', FAILOVER)).body.error?.code).toBe('SDRS.1314');
    expect((await act('lab-empty', START)).body.error?.code).toBe('SDRS.1002');
  });

  test('reads lag behind an accepted action when the setting says so', async () => {
    await client.control('PATCH', '/settings', { statusLagMs: 2000 });
    const { id } = client.group('erp-dr');
    await act('erp-dr', FAILOVER);
    const status = async () => (await client.call('GET', `/server-groups/${id}`)).body.server_group?.status;
    expect(await status()).toBe('protected');
    expect((await act('erp-dr', FAILOVER)).body.error?.code).toBe('SDRS.1002');
    client.advance(2000);
    expect(await status()).toBe('failing-over');
  });

  test('an unknown status set by a test is shown as it is and refuses every action', async () => {
    const { id } = client.group('erp-dr');
    await client.control('PATCH', `/groups/${id}`, { status: 'failed-over-back' });
    expect((await client.call('GET', `/server-groups/${id}`)).body.server_group?.status).toBe(
      'failed-over-back',
    );
    expect((await act('erp-dr', STOP)).status).toBe(400);
    expect((await client.call('GET', `/jobs/${UNKNOWN_ID}`)).status).toBe(404);
  });
});

test('the same seed gives the same ids, another seed others', async () => {
  const twin = await startSimulator(sdrsSimulator, { paused: true });
  const stranger = await startSimulator(sdrsSimulator, { paused: true, seed: 7 });
  const ids = (state: typeof client.state) => state.groups.map((group) => group.id);
  expect(ids(twin.simulator.state)).toEqual(ids(client.state));
  expect(ids(stranger.simulator.state)).not.toEqual(ids(client.state));
  await twin.close();
  await stranger.close();
});
