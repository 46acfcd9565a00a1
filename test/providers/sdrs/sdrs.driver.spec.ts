import type { UpstreamCall } from '../../../src/domain/action-command.js';
import { ACTION_FACTS } from '../../../src/domain/action-facts.js';
import { lifecycleFaults } from '../../../src/domain/lifecycle.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { sdrsDescriptor } from '../../../src/providers/sdrs/sdrs.descriptor.js';
import {
  aGroup,
  driverOf,
  errorOf,
  GROUP_ID,
  openGate,
  patiently,
  PROJECT,
  refusal,
  ScriptedUpstream,
  type Answer,
} from './scripted-upstream.js';

const JOB = 'ff8080826b45d4a5016b5036242c0025';

describe('the driver of sdrs', () => {
  let upstream: ScriptedUpstream;
  let driver: ProviderDriver;

  beforeEach(async () => {
    upstream = await new ScriptedUpstream().open();
    driver = driverOf(upstream);
    upstream.holds(aGroup());
  });
  afterEach(() => upstream.close());

  it('has a whole lifecycle table', () => {
    expect(lifecycleFaults(sdrsDescriptor.lifecycle, (action) => ACTION_FACTS[action].targetType)).toEqual(
      [],
    );
  });

  it('projects a group to a plan of the same id', async () => {
    const [plan] = await driver.listPlansOfGroup(GROUP_ID, patiently);
    const [group] = await driver.listGroupsOfPlan(GROUP_ID, patiently);
    expect(plan).toMatchObject({ id: group?.id, implicit: true, protectionGroupIds: [group?.id] });
  });

  it('tells the version, and does without it', async () => {
    upstream.on('GET /v1', { status: 503 });
    expect(await driver.check(patiently)).toEqual({ version: null, warnings: [] });
    upstream.on('GET /v1', { body: { version: { id: 'v1', status: 'CURRENT' } } });
    expect(await driver.check(patiently)).toEqual({ version: 'v1', warnings: [] });
  });

  it('tells an empty group from an unknown one', async () => {
    upstream.on(`GET /replications?server_group_id=${GROUP_ID}`, { body: { replications: [], count: 0 } });
    expect(await driver.listReplicationPairs(GROUP_ID, patiently)).toEqual([]);
    upstream.on(`GET /server-groups/${GROUP_ID}`, refusal('SDRS.1013'));
    expect((await errorOf(driver.listReplicationPairs(GROUP_ID, patiently))).kind).toBe('NOT_FOUND');
  });

  it('sends strange ids percent-encoded', async () => {
    upstream.on('GET /server-groups/..%2Fjobs%3Fx', refusal('SDRS.0207'));
    expect((await errorOf(driver.getProtectionGroup('../jobs?x', patiently))).kind).toBe('NOT_FOUND');
  });

  describe('pages', () => {
    it.each<[string, number | undefined]>([
      ['is of the page alone', 2],
      ['is of all', 5],
      ['is missing', undefined],
    ])(
      'are read until one is empty, however short the server makes them, when the count %s',
      async (_, count) => {
        pages([many(0, 2), many(2, 2), many(4, 1)], count);
        const groups = await driver.listProtectionGroups(patiently);
        expect(groups.map(({ id }) => id)).toEqual(['otc.g0', 'otc.g1', 'otc.g2', 'otc.g3', 'otc.g4']);
        expect(
          upstream.asked.filter(({ path }) => path === '/server-groups').map(({ offset }) => offset),
        ).toEqual([0, 2, 4, 5]);
      },
    );

    it('are read on when one brings only what is known already', async () => {
      pages([many(0, 2), many(1, 1), many(2, 1)]);
      expect(await driver.listProtectionGroups(patiently)).toHaveLength(3);
    });

    it('end when a server that ignores the offset sends the same short one again', async () => {
      pages([many(0, 3), many(0, 3), many(0, 3)], 3);
      expect(await driver.listProtectionGroups(patiently)).toHaveLength(3);
      expect(upstream.count('GET /server-groups')).toBe(2);
    });

    it('are a bad answer when the same one comes again although there are more', async () => {
      pages([many(0, 2), many(0, 2)], 5);
      expect((await errorOf(driver.listProtectionGroups(patiently))).kind).toBe('BAD_ANSWER');
    });

    it('show a group once that two pages hold', async () => {
      pages([many(0, 999), many(998, 2)]);
      expect(await driver.listProtectionGroups(patiently)).toHaveLength(1000);
    });

    it('are a bad answer when the same full one comes again', async () => {
      pages([many(0, 999), many(0, 999)]);
      expect((await errorOf(driver.listProtectionGroups(patiently))).kind).toBe('BAD_ANSWER');
    });

    function pages(all: unknown[][], count?: number): void {
      let next = 0;
      upstream.on('GET /server-groups', () => ({ body: { server_groups: all[next++] ?? [], count } }));
    }

    function many(from: number, length: number): unknown[] {
      return Array.from({ length }, (_, index) => aGroup({ id: `g${from + index}` }));
    }
  });

  describe('start', () => {
    const action = aCall('POST', `server-groups/${GROUP_ID}/action`, { 'failover-server-group': {} });
    const rename = aCall('PUT', `server-groups/${GROUP_ID}`, { server_group: { name: 'new' } });

    it('sends the body as it is, and takes 200 with a job for an acceptance', async () => {
      expect(await answered(action, { body: { job_id: JOB } })).toEqual({ jobIds: [JOB] });
      expect(upstream.changes).toMatchObject([{ body: { 'failover-server-group': {} } }]);
    });

    it.each<[string, UpstreamCall, Answer]>([
      ['its group', rename, { body: { server_group: aGroup({ name: 'new' }) } }],
      [
        'its instance',
        aCall('PUT', 'protected-instances/i1', {}),
        { body: { protected_instance: { id: 'i1' } } },
      ],
      ['its pair', aCall('PUT', 'replications/p1', {}), { body: { replication: { id: 'p1' } } }],
      [
        'its drill',
        aCall('PUT', 'disaster-recovery-drills/d1', {}),
        { body: { disaster_recovery_drill: { id: 'd1' } } },
      ],
      ['nothing after a tag', aCall('POST', 'protected-instances/i1/tags', {}), { status: 204 }],
      ['nothing after tags', aCall('POST', 'protected-instances/i1/tags/action', {}), { status: 204 }],
      ['nothing after a lost tag', aCall('DELETE', 'protected-instances/i1/tags/a%2Fb', {}), { status: 204 }],
      ['nothing after a task', aCall('DELETE', 'task-center/failure-jobs/t1', {}), { status: 204 }],
      ['nothing after all tasks', aCall('DELETE', 'task-center/g1/failure-jobs/batch', {}), { status: 204 }],
    ])('takes %s for an acceptance without a job', async (_, call, answer) => {
      expect(await answered(call, answer)).toEqual({ jobIds: [] });
    });

    it.each<[string, UpstreamCall, Answer]>([
      ['200 without a job', action, { body: {} }],
      ['200 with an error', action, { body: { error: { code: 'SDRS.1002', message: 'no' } } }],
      ['200 with an error and a job', action, { body: { job_id: JOB, code: 'SDRS.1002', message: 'no' } }],
      ['200 with nothing', rename, { body: {} }],
      ['204 for a rename', rename, { status: 204 }],
      ['204 for work', action, { status: 204 }],
      ["another's object for a rename", rename, { body: { server_group: aGroup({ id: 'other' }) } }],
      ['200 for a tag', aCall('POST', 'protected-instances/i1/tags', {}), { body: { job_id: JOB } }],
      ["a proxy's 404", action, { status: 404, body: 'gone' }],
      ['an inner error', action, refusal('SDRS.0404', 500)],
      ['a dead token told as 500', action, refusal('SDRS.0014', 500)],
      ['a dead token told as 200', action, refusal('SDRS.0002', 200)],
      ['a backend timeout', action, { status: 504, body: { error_code: 'APIGW.0201', error_msg: 'late' } }],
    ])('calls %s AMBIGUOUS', async (_, call, answer) => {
      expect(await errorOf(answered(call, answer))).toMatchObject({ delivery: 'AMBIGUOUS' });
    });

    it.each<[Answer, string, string]>([
      [refusal('SDRS.1022'), 'WRONG_STATE', 'PERMANENT'],
      [refusal('SDRS.1830'), 'WRONG_STATE', 'PERMANENT'],
      [refusal('SDRS.1831'), 'CONFLICT', 'PERMANENT'],
      [refusal('SDRS.0002'), 'UNAUTHENTICATED', 'TEMPORARY'],
      [{ status: 429, body: { error_code: 'APIGW.0308', error_msg: 'slow' } }, 'RATE_LIMITED', 'TEMPORARY'],
    ])('calls a refusal in good form REFUSED (%#)', async (answer, kind, retry) => {
      expect(await errorOf(answered(action, answer))).toMatchObject({ delivery: 'REFUSED', kind, retry });
    });

    it('forgets a token that was refused', async () => {
      await errorOf(answered(action, refusal('SDRS.0002')));
      await answered(action, { body: { job_id: JOB } });
      expect(upstream.changes.map(({ token }) => token)).toEqual(['token-1', 'token-2']);
    });

    it.each<[string, Answer, string]>([
      ['gone', refusal('SDRS.1902'), 'NOT_FOUND'],
      ['there', { body: { disaster_recovery_drill: { id: 'd1', status: 'creating' } } }, 'WRONG_STATE'],
    ])('looks which it is when removing a drill is refused over its state: %s', async (_, drill, kind) => {
      upstream.on('GET /disaster-recovery-drills/d1', drill);
      const removal = aCall('DELETE', 'disaster-recovery-drills/d1', undefined);
      const error = await errorOf(answered(removal, refusal('SDRS.1913')));
      expect(error).toMatchObject({ kind, delivery: 'REFUSED' });
      expect(upstream.changes).toHaveLength(1);
    });

    it.each<[string, Answer, string]>([
      ['gone', refusal('SDRS.1320'), 'NOT_FOUND'],
      ['there', { body: { protected_instance: { id: 'i1', status: 'deleting' } } }, 'WRONG_STATE'],
    ])(
      'looks which it is when removing an instance is refused over its state: %s',
      async (_, instance, kind) => {
        upstream.on('GET /protected-instances/i1', instance);
        const removal = aCall('DELETE', 'protected-instances/i1', { delete_target_server: false });
        const error = await errorOf(answered(removal, refusal('SDRS.1301')));
        expect(error).toMatchObject({ kind, delivery: 'REFUSED' });
        expect(upstream.changes).toHaveLength(1);
      },
    );

    function answered(call: UpstreamCall, answer: Answer) {
      upstream.on(`${call.method} ${call.path.replace(`/v1/${PROJECT}`, '')}`, answer);
      return driver.start(call, openGate, patiently);
    }

    function aCall(method: UpstreamCall['method'], path: string, body: unknown): UpstreamCall {
      return { label: 'x', method, path: `/v1/${PROJECT}/${path}`, body };
    }
  });
});
