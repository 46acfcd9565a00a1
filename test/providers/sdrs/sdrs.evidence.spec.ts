import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import type { Finding } from '../../../src/domain/observation.js';
import type { ProviderDriver, SentCall } from '../../../src/providers/provider-driver.js';
import {
  aCommand,
  aGroup,
  driverOf,
  errorOf,
  GROUP_ID,
  patiently,
  refusal,
  ScriptedUpstream,
} from './scripted-upstream.js';

const OPERATION = 'op-0197f0c0-1234-7abc-8def-0123456789ab';
const LATER = '2030-01-02 03:09:00.5';
const FAILURES = 'GET /task-center/failure-jobs';
const DRILLS = `GET /disaster-recovery-drills?server_group_id=${GROUP_ID}`;

type Fields = Record<string, unknown>;

describe('the evidence of sdrs', () => {
  let upstream: ScriptedUpstream;
  let driver: ProviderDriver;

  beforeEach(async () => {
    upstream = await new ScriptedUpstream().open();
    driver = driverOf(upstream);
    upstream.on(`GET /replications?server_group_id=${GROUP_ID}`, { body: { replications: [] } });
  });
  afterEach(() => upstream.close());

  const cases: [string, DrAction, Fields, Fields, Finding['verdict']][] = [
    ['its passing word', 'FAILOVER', {}, { status: 'failing-over' }, 'STARTED'],
    ['its good end', 'FAILOVER', {}, { status: 'failed-over', priority_station: 'target' }, 'STARTED'],
    ['its bad end', 'FAILOVER', {}, { status: 'error-failing-over' }, 'STARTED'],
    ['nothing new', 'FAILOVER', {}, {}, 'NOT_SEEN'],
    ['only a newer time', 'FAILOVER', {}, { updated_at: LATER }, 'NOT_SEEN'],
    ["another action's passing word", 'FAILOVER', {}, { status: 'stopping' }, 'UNDECIDABLE'],
    ['a planned move by somebody else', 'FAILOVER', {}, { priority_station: 'target' }, 'UNDECIDABLE'],
    ['a word that is not known', 'FAILOVER', {}, { status: 'failing-sideways' }, 'UNDECIDABLE'],
    [
      'the same failure, untouched',
      'FAILOVER',
      { status: 'error-failing-over' },
      { status: 'error-failing-over' },
      'NOT_SEEN',
    ],
    [
      'the same failure at a later time',
      'FAILOVER',
      { status: 'error-failing-over' },
      { status: 'error-failing-over', updated_at: LATER },
      'STARTED',
    ],
    [
      'the same failure of a group that was renamed meanwhile',
      'FAILOVER',
      { status: 'error-failing-over' },
      { status: 'error-failing-over', updated_at: LATER, name: 'other' },
      'UNDECIDABLE',
    ],
    ['its passing word', 'PLANNED_FAILOVER', {}, { status: 'reversing' }, 'STARTED'],
    ['the station asked for', 'PLANNED_FAILOVER', {}, { priority_station: 'target' }, 'STARTED'],
    ['the station as before', 'PLANNED_FAILOVER', {}, { updated_at: LATER }, 'NOT_SEEN'],
    [
      'the station where it ran already',
      'PLANNED_FAILOVER',
      { priority_station: 'target' },
      { updated_at: LATER },
      'NOT_SEEN',
    ],
    [
      'a recovery without a move',
      'PLANNED_FAILOVER',
      { status: 'error-reversing' },
      { status: 'protected', updated_at: LATER },
      'UNDECIDABLE',
    ],
    ['protection', 'ENABLE_PROTECTION', { status: 'available' }, { status: 'protected' }, 'STARTED'],
    ['protection', 'REPROTECT', { status: 'failed-over' }, { status: 'protected' }, 'STARTED'],
    ['the old state', 'REPROTECT', { status: 'failed-over' }, { status: 'failed-over' }, 'NOT_SEEN'],
    ['no protection', 'DISABLE_PROTECTION', {}, { status: 'available' }, 'STARTED'],
    ['the new name', 'UPDATE_PROTECTION_GROUP', {}, { name: 'new-name' }, 'STARTED'],
    ['the old name', 'UPDATE_PROTECTION_GROUP', {}, {}, 'NOT_SEEN'],
    [
      'its passing word',
      'DELETE_PROTECTION_GROUP',
      { status: 'available' },
      { status: 'deleting' },
      'STARTED',
    ],
    ['the group', 'DELETE_PROTECTION_GROUP', { status: 'available' }, { status: 'available' }, 'NOT_SEEN'],
  ];

  it.each(cases)('sees %s after %s', async (_, action, before, after, verdict) => {
    const sent = await prepared(action, before);
    upstream.holds(aGroup({ ...before, ...after }));
    expect((await driver.findStarted(sent, patiently)).verdict).toBe(verdict);
  });

  it('takes a group that is gone for deleted, and for nothing else', async () => {
    const deletion = await prepared('DELETE_PROTECTION_GROUP', { status: 'available' });
    const failover = await prepared('FAILOVER', {});
    upstream.on(`GET /server-groups/${GROUP_ID}`, refusal('SDRS.1013'));
    expect((await driver.findStarted(deletion, patiently)).verdict).toBe('STARTED');
    expect((await driver.findStarted(failover, patiently)).verdict).toBe('UNDECIDABLE');
  });

  it('adopts the job of a failure that the task center did not hold before', async () => {
    const before = { status: 'error-failing-over' };
    const old = aFailure({ job_id: 'old', begin_time: '2099-01-01T00:00:00.000Z' });
    upstream.on(FAILURES, { body: { failure_jobs: [old] } });
    const sent = await prepared('FAILOVER', before);
    expect((await driver.findStarted(sent, patiently)).verdict).toBe('NOT_SEEN');
    upstream.on(FAILURES, { body: { failure_jobs: [old, aFailure({ job_id: 'new' })] } });
    expect(await driver.findStarted(sent, patiently)).toMatchObject({
      verdict: 'STARTED',
      ref: { jobIds: ['new'] },
    });
  });

  it('leaves two new failures undecided', async () => {
    const sent = await prepared('FAILOVER', { status: 'error-failing-over' });
    const failures = [aFailure({ job_id: 'one' }), aFailure({ job_id: 'two' })];
    upstream.on(FAILURES, { body: { failure_jobs: failures } });
    expect((await driver.findStarted(sent, patiently)).verdict).toBe('UNDECIDABLE');
  });

  it('goes by the time of a failure only where the task center could not be read before', async () => {
    upstream.on(FAILURES, { status: 403, body: { error: { code: 'SDRS.0004', message: 'no' } } });
    const sent = await prepared('FAILOVER', { status: 'error-failing-over' });
    const failures = [
      aFailure({ job_id: 'old', begin_time: '2030-01-02T03:03:59.000Z' }),
      aFailure({ job_id: 'new', begin_time: '2030-01-02T03:04:01.000Z' }),
    ];
    upstream.on(FAILURES, { body: { failure_jobs: failures } });
    expect(await driver.findStarted(sent, patiently)).toMatchObject({ ref: { jobIds: ['new'] } });
  });

  it("is not taken in by other groups' failures or other actions'", async () => {
    const sent = await prepared('FAILOVER', { status: 'error-failing-over' });
    const failures = [
      aFailure({ job_id: 'a', resource_id: 'another' }),
      aFailure({ job_id: 'b', failure_status: 'reverseFail' }),
    ];
    upstream.on(FAILURES, { body: { failure_jobs: failures } });
    expect((await driver.findStarted(sent, patiently)).verdict).toBe('NOT_SEEN');
  });

  it.each([502, 503, 429])(
    'throws rather than guesses when the group cannot be read (%s)',
    async (status) => {
      const sent = await prepared('FAILOVER', {});
      upstream.on(`GET /server-groups/${GROUP_ID}`, { status });
      expect((await errorOf(driver.findStarted(sent, patiently))).retry).toBe('TEMPORARY');
    },
  );

  it('takes an answer about another group for none (quirk 11)', async () => {
    const sent = await prepared('FAILOVER', {});
    const other = aGroup({ id: 'another', status: 'failed-over' });
    upstream.on(`GET /server-groups/${GROUP_ID}`, { body: { server_group: other } });
    expect((await errorOf(driver.findStarted(sent, patiently))).kind).toBe('BAD_ANSWER');
  });

  describe('of a creation', () => {
    const made = aGroup({ id: 'made', name: 'new', description: 'drg:0197f0c0-1234-7abc-8def-0123456789ab' });

    it('finds the group by our mark', async () => {
      const sent = await preparedCreation();
      list([aGroup(), aGroup({ id: 'namesake', name: 'new', description: null })]);
      expect((await driver.findStarted(sent, patiently)).verdict).toBe('NOT_SEEN');
      list([aGroup(), made]);
      expect(await driver.findStarted(sent, patiently)).toMatchObject({
        verdict: 'STARTED',
        evidence: 'group made was made as asked',
      });
    });

    it("finds the group by its newness and its fields where the description is the user's", async () => {
      const old = aGroup({ id: 'old', name: 'new', description: 'mine', status: 'available' });
      list([old]);
      const sent = await preparedCreation('mine');
      expect((await driver.findStarted(sent, patiently)).verdict).toBe('NOT_SEEN');
      list([old, { ...old, id: 'second' }]);
      expect((await driver.findStarted(sent, patiently)).verdict).toBe('STARTED');
      list([old, { ...old, id: 'second' }, { ...old, id: 'third' }]);
      expect((await driver.findStarted(sent, patiently)).verdict).toBe('UNDECIDABLE');
    });

    it('finds a creation that failed without leaving a group', async () => {
      const sent = await preparedCreation();
      const failure = aFailure({ job_id: 'f', failure_status: 'createFail', resource_name: 'new' });
      upstream.on(FAILURES, { body: { failure_jobs: [failure] } });
      expect(await driver.findStarted(sent, patiently)).toMatchObject({ ref: { jobIds: ['f'] } });
    });

    async function preparedCreation(description?: string): Promise<SentCall> {
      upstream.on('GET /active-domains', {
        body: {
          domains: [
            {
              id: 'domain-1',
              sold_out: false,
              local_replication_cluster: { availability_zone: 'eu-de-01' },
              remote_replication_cluster: { availability_zone: 'eu-de-02' },
            },
          ],
        },
      });
      if (description === undefined) list([aGroup()]);
      const group = {
        name: 'new',
        sourceAvailabilityZone: 'eu-de-01',
        targetAvailabilityZone: 'eu-de-02',
        domainId: 'domain-1',
        sourceVpcId: 'vpc-1',
        ...(description === undefined ? {} : { description }),
      };
      return sentOf(aCommand('CREATE_PROTECTION_GROUP', { targetNativeId: null, group }));
    }

    function list(groups: unknown[]): void {
      upstream.on('GET /server-groups', { body: { server_groups: groups, count: groups.length } });
    }
  });

  describe('of a drill', () => {
    const drill = { id: 'd1', name: 'drill-0123456789ab', status: 'available', server_group_id: GROUP_ID };

    beforeEach(() =>
      upstream.on(`GET /task-center/failure-jobs?server_group_id=${GROUP_ID}`, {
        body: { failure_jobs: [] },
      }),
    );

    it('finds a new one by its name', async () => {
      drills([]);
      const sent = await prepared('START_DRILL', {});
      expect((await driver.findStarted(sent, patiently)).verdict).toBe('NOT_SEEN');
      drills([{ ...drill, status: 'creating' }]);
      expect((await driver.findStarted(sent, patiently)).verdict).toBe('STARTED');
    });

    it('does not take an older namesake for it', async () => {
      drills([drill]);
      const sent = await prepared('START_DRILL', {});
      expect((await driver.findStarted(sent, patiently)).verdict).toBe('NOT_SEEN');
    });

    it.each([
      [{ body: { disaster_recovery_drill: { ...drill, status: 'deleting' } } }, 'STARTED'],
      [{ body: { disaster_recovery_drill: { ...drill, status: 'error-deleting' } } }, 'STARTED'],
      [{ body: { disaster_recovery_drill: drill } }, 'NOT_SEEN'],
      [refusal('SDRS.1902'), 'STARTED'],
    ] as const)('judges its removal by what is left (%#)', async (answer, verdict) => {
      drills([drill]);
      const sent = await prepared('CLEAN_UP_DRILL', {});
      upstream.on('GET /disaster-recovery-drills/d1', answer);
      expect((await driver.findStarted(sent, patiently)).verdict).toBe(verdict);
    });

    function drills(items: unknown[]): void {
      upstream.on(DRILLS, { body: { disaster_recovery_drills: items, count: items.length } });
    }
  });

  function prepared(action: DrAction, before: Fields): Promise<SentCall> {
    upstream.holds(aGroup(before));
    return sentOf(aCommand(action, { direction: 'TO_RECOVERY', changes: { name: 'new-name' } }));
  }

  /** As the record gives it back: through JSON. */
  async function sentOf(command: ActionCommand): Promise<SentCall> {
    const { baseline, calls } = await driver.prepare(command, OPERATION, patiently);
    const sent = { operationId: OPERATION, command, call: calls[0], baseline };
    return { ...JSON.parse(JSON.stringify(sent)), sentTime: '2030-01-02T03:04:05.000Z' } as SentCall;
  }

  function aFailure(more: Fields): Fields {
    return {
      job_status: 'FAIL',
      resource_id: GROUP_ID,
      resource_name: 'erp-dr',
      resource_type: 'server_groups',
      failure_status: 'failoverFail',
      begin_time: '2030-01-02T03:04:05.000Z',
      ...more,
    };
  }
});
