import type { ActionOptions, NewProtectionGroup } from '../../../src/domain/action-command.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import type { Preparation, ProviderDriver } from '../../../src/providers/provider-driver.js';
import {
  aCommand,
  aGroup,
  driverOf,
  errorOf,
  GROUP_ID,
  patiently,
  PROJECT,
  refusal,
  ScriptedUpstream,
} from './scripted-upstream.js';

const OPERATION = 'op-0197f0c0-1234-7abc-8def-0123456789ab';
const GROUP_PATH = `/v1/${PROJECT}/server-groups/${GROUP_ID}`;

describe('the preparation of sdrs', () => {
  let upstream: ScriptedUpstream;
  let driver: ProviderDriver;

  beforeEach(async () => {
    upstream = await new ScriptedUpstream().open();
    driver = driverOf(upstream);
    upstream.holds(aGroup());
    pairs([]);
    drills([]);
  });
  afterEach(() => upstream.close());

  it.each<[DrAction, string, string, unknown]>([
    ['ENABLE_PROTECTION', 'POST', `${GROUP_PATH}/action`, { 'start-server-group': {} }],
    ['REPROTECT', 'POST', `${GROUP_PATH}/action`, { 'start-server-group': {} }],
    ['DISABLE_PROTECTION', 'POST', `${GROUP_PATH}/action`, { 'stop-server-group': {} }],
    ['FAILOVER', 'POST', `${GROUP_PATH}/action`, { 'failover-server-group': {} }],
    [
      'PLANNED_FAILOVER',
      'POST',
      `${GROUP_PATH}/action`,
      { 'reverse-server-group': { priority_station: 'target' } },
    ],
    ['UPDATE_PROTECTION_GROUP', 'PUT', GROUP_PATH, { server_group: { name: 'new-name' } }],
    ['DELETE_PROTECTION_GROUP', 'DELETE', GROUP_PATH, undefined],
    [
      'START_DRILL',
      'POST',
      `/v1/${PROJECT}/disaster-recovery-drills`,
      { disaster_recovery_drill: { server_group_id: GROUP_ID, name: 'drill-0123456789ab' } },
    ],
  ])('words %s as the document does', async (action, method, path, body) => {
    const { calls, groupIds, resource } = await prepare(action);
    expect(calls).toMatchObject([{ method, path }]);
    expect(calls[0]?.body).toEqual(body);
    expect(groupIds).toEqual([`otc.${GROUP_ID}`]);
    expect(resource).toMatchObject({
      word: 'protected',
      activeSite: 'PRODUCTION',
      nextDirection: 'TO_RECOVERY',
    });
  });

  it('names the source zone as the way home', async () => {
    const command = aCommand('PLANNED_FAILOVER', { direction: 'TO_PRODUCTION' });
    const { calls } = await driver.prepare(command, OPERATION, patiently);
    expect(calls[0]?.body).toEqual({ 'reverse-server-group': { priority_station: 'source' } });
  });

  it('writes down how things stood', async () => {
    expect((await prepare('FAILOVER')).baseline).toMatchObject({
      status: 'protected',
      priorityStation: 'source',
      updatedAt: '2030-01-02 03:00:01.74',
      failureJobIds: [],
    });
  });

  it.each<DrAction>(['ENABLE_PROTECTION', 'DISABLE_PROTECTION', 'FAILOVER', 'PLANNED_FAILOVER', 'REPROTECT'])(
    'blocks %s of a group without replication pairs',
    async (action) => {
      upstream.holds(aGroup({ replication_num: 0 }));
      expect(codes(await prepare(action))).toEqual(['no-replication-pairs']);
    },
  );

  const CARRIED: DrAction[] = [
    'ENABLE_PROTECTION',
    'DISABLE_PROTECTION',
    'FAILOVER',
    'PLANNED_FAILOVER',
    'REPROTECT',
  ];
  const good = { id: 'p1', status: 'protected', progress: 100, replication_status: 'active' };
  it.each<[string, string, unknown[], unknown[]]>([
    [
      'server-deleted-natively',
      'an instance lost a server',
      [{ id: 'i1', name: 'web', status: 'invalid' }],
      [good],
    ],
    ['member-busy', 'an instance is resized', [{ id: 'i1', status: 'resizing' }], [good]],
    ['member-busy', 'an instance gets an interface', [{ id: 'i1', status: 'nic-creating' }], [good]],
    ['member-busy', 'an instance is made', [{ id: 'i1', status: 'creating' }], [good]],
    ['member-busy', 'a pair is attached', [], [good, { id: 'p2', status: 'attaching' }]],
    ['member-busy', 'a pair grows', [], [good, { id: 'p2', status: 'extending' }]],
    [
      'no-replication-pairs',
      'no pair is of use',
      [],
      ['error', 'error-deleting', 'invalid'].map((status) => ({ id: status, status })),
    ],
  ])('blocks with %s the actions that members carry out while %s', async (code, _, instances, pairs) => {
    upstream.members(instances, pairs);
    for (const action of CARRIED) expect(codes(await prepare(action))).toEqual([code]);
    expect(codes(await prepare('UPDATE_PROTECTION_GROUP'))).toEqual([]);
  });

  it('tells what passes by itself from what stays', async () => {
    upstream.members([{ id: 'i1', status: 'creating' }], [good]);
    expect((await prepare('ENABLE_PROTECTION')).blockers).toMatchObject([{ passing: true }]);
    upstream.members([{ id: 'i1', status: 'invalid' }], [good]);
    const [stays] = (await prepare('ENABLE_PROTECTION')).blockers;
    expect(stays).not.toHaveProperty('passing');
  });

  it('names the instance whose server is gone', async () => {
    upstream.members([{ id: 'i1', name: 'web', status: 'invalid' }], [good]);
    expect((await prepare('FAILOVER')).blockers[0]?.text).toContain('web');
  });

  it('lets members of every other kind be', async () => {
    upstream.members(
      [{ id: 'i1', status: 'fault' }],
      [good, { id: 'p2', status: 'error' }, { id: 'p3', status: 'fault' }],
    );
    for (const action of CARRIED) expect(codes(await prepare(action))).toEqual([]);
  });

  it.each([
    ['says so', { ...good, progress: 100, replication_status: 'copying' }, ['still-synchronising']],
    ['is at 40 %', { ...good, progress: 40, replication_status: null }, ['still-synchronising']],
    ['is at 40 % and says otherwise', { ...good, progress: 40 }, []],
    ['is off', { ...good, status: 'available', progress: 0, replication_status: undefined }, []],
  ])('blocks only disabling while a pair still copies: one that %s', async (_, pair, blockers) => {
    upstream.members([], [good, { ...pair, id: 'p9' }]);
    expect(codes(await prepare('DISABLE_PROTECTION'))).toEqual(blockers);
    expect(codes(await prepare('FAILOVER'))).toEqual([]);
  });

  it('blocks deleting a group that holds something, and says what', async () => {
    upstream.holds(aGroup({ disaster_recovery_drill_num: 1 }));
    expect(codes(await prepare('DELETE_PROTECTION_GROUP'))).toEqual([
      'group-has-instances',
      'group-has-replication-pairs',
      'group-has-drills',
    ]);
  });

  it.each(['5', 5])(
    'blocks a failover over a link that is down (%p), and warns of a planned one',
    async (level) => {
      pairs([
        { id: 'p1', fault_level: level },
        { id: 'p2', fault_level: '0' },
      ]);
      expect(codes(await prepare('FAILOVER'))).toEqual(['replication-link-down']);
      const planned = await prepare('PLANNED_FAILOVER');
      expect(planned.blockers).toEqual([]);
      expect(planned.warnings.join()).toContain('link of 1 replication pairs is down');
    },
  );

  it('warns of a replication that is behind, and of servers that the service does not stop', async () => {
    upstream.holds(aGroup({ progress: 40 }));
    const { warnings } = await prepare('PLANNED_FAILOVER');
    expect(warnings[0]).toBe('Replication is at 40 %.');
    expect(warnings[1]).toContain('must be stopped');
  });

  it.each([
    ['about another group', aGroup({ id: 'another' })],
    ['without a status', aGroup({ status: undefined })],
    ['without a station', aGroup({ priority_station: null })],
  ])('trusts no answer %s (quirk 11)', async (_, group) => {
    upstream.on(`GET /server-groups/${GROUP_ID}`, { body: { server_group: group } });
    expect(await errorOf(prepare('FAILOVER'))).toMatchObject({ kind: 'BAD_ANSWER', retry: 'TEMPORARY' });
  });

  it('says NOT_FOUND of a group that is not there', async () => {
    upstream.on(`GET /server-groups/${GROUP_ID}`, refusal('SDRS.1013'));
    expect(await errorOf(prepare('FAILOVER'))).toMatchObject({ kind: 'NOT_FOUND', retry: 'PERMANENT' });
  });

  describe('of drills', () => {
    const standing = { id: 'd1', name: 'quarterly', status: 'available', server_group_id: GROUP_ID };

    it('allows one per plan', async () => {
      drills([standing]);
      expect(codes(await prepare('START_DRILL'))).toEqual(['drill-active']);
    });

    it("takes the user's name and network, but not the group's own network", async () => {
      const { calls } = await prepare('START_DRILL', { drillName: 'Übung-1', drillNetworkId: 'vpc-2' });
      expect(calls[0]?.body).toMatchObject({
        disaster_recovery_drill: { name: 'Übung-1', drill_vpc_id: 'vpc-2' },
      });
      const error = await errorOf(prepare('START_DRILL', { drillNetworkId: 'vpc-1' }));
      expect(error).toMatchObject({ kind: 'INVALID_ARGUMENT' });
      expect(error.message).toMatch(/^drillNetworkId: /);
    });

    it('cleans up the one that stands', async () => {
      drills([standing]);
      const { calls, baseline } = await prepare('CLEAN_UP_DRILL');
      expect(calls).toMatchObject([{ method: 'DELETE', path: `/v1/${PROJECT}/disaster-recovery-drills/d1` }]);
      expect(baseline).toMatchObject({ drill: { id: 'd1', status: 'available' } });
    });

    it.each(['available', 'error', 'error-deleting'])('cleans up one that is %s', async (status) => {
      drills([{ ...standing, status }]);
      expect(codes(await prepare('CLEAN_UP_DRILL'))).toEqual([]);
    });

    it('of several takes the oldest of ours, and names those that stay', async () => {
      drills([
        { ...standing, id: 'older', created_at: '2030-01-01 00:00:00.0' },
        { ...standing, id: 'ours-2', name: 'drill-bbbbbbbbbbbb', created_at: '2030-01-03 00:00:00.0' },
        { ...standing, id: 'ours-1', name: 'drill-aaaaaaaaaaaa', created_at: '2030-01-02 00:00:00.0' },
      ]);
      const { calls, warnings } = await prepare('CLEAN_UP_DRILL');
      expect(calls[0]?.path).toMatch(/\/ours-1$/);
      expect(warnings).toEqual([
        'Removes the drill drill-aaaaaaaaaaaa; these stay: drill-bbbbbbbbbbbb, quarterly.',
      ]);
    });

    it.each([
      ['no-drill', []],
      ['no-drill', [{ ...standing, status: 'deleting' }]],
      ['drill-starting', [{ ...standing, status: 'creating' }]],
      ['drill-in-unknown-state', [{ ...standing, status: 'hibernating' }]],
      ['drill-in-unknown-state', [{ ...standing, status: undefined }]],
    ])('blocks a clean-up with %s', async (code, items) => {
      drills(items);
      expect(codes(await prepare('CLEAN_UP_DRILL'))).toEqual([code]);
    });
  });

  describe('of a creation', () => {
    const wanted: NewProtectionGroup = {
      name: 'new',
      sourceAvailabilityZone: 'eu-de-01',
      targetAvailabilityZone: 'eu-de-02',
      domainId: 'domain-1',
      sourceVpcId: 'vpc-1',
    };

    beforeEach(() => domain(false));

    it('marks the group when its user does not describe it', async () => {
      const { calls, resource, groupIds } = await create();
      expect(calls).toMatchObject([{ method: 'POST', path: `/v1/${PROJECT}/server-groups` }]);
      expect(calls[0]?.body).toEqual({
        server_group: {
          name: 'new',
          description: 'drg:0197f0c0-1234-7abc-8def-0123456789ab',
          source_availability_zone: 'eu-de-01',
          target_availability_zone: 'eu-de-02',
          domain_id: 'domain-1',
          source_vpc_id: 'vpc-1',
          dr_type: 'migration',
        },
      });
      expect({ resource, groupIds }).toEqual({ resource: null, groupIds: [] });
    });

    it("leaves the user's description as it is", async () => {
      const { calls } = await create({ description: 'for the auditors' });
      expect(calls[0]?.body).toMatchObject({ server_group: { description: 'for the auditors' } });
    });

    it.each<[string, Partial<NewProtectionGroup>]>([
      ['name', { name: 'with a space' }],
      ['name', { name: '' }],
      ['name', { name: '灾'.repeat(22) }],
      ['description', { description: 'a < b' }],
      ['description', { description: 'ü'.repeat(33) }],
      ['drType', { drType: 'across-regions' }],
      ['domainId', { domainId: 'another' }],
      ['sourceAvailabilityZone', { sourceAvailabilityZone: 'eu-de-09' }],
      ['targetAvailabilityZone', { targetAvailabilityZone: 'eu-de-01' }],
      ['sourceVpcId', { sourceVpcId: undefined }],
    ])('refuses a bad %s by its name (%#)', async (field, bad) => {
      const error = await errorOf(create(bad));
      expect(error).toMatchObject({ kind: 'INVALID_ARGUMENT', retry: 'PERMANENT', pointer: `/${field}` });
      expect(error.message.startsWith(`${field}: `)).toBe(true);
    });

    it('takes letters of every script', async () => {
      const { calls } = await create({ name: '灾备-组_1.a' });
      expect(calls).toHaveLength(1);
    });

    it('is blocked by a domain that is sold out', async () => {
      domain(true);
      expect(codes(await create())).toEqual(['domain-sold-out']);
    });

    it('goes on with a warning when the domains cannot be read', async () => {
      upstream.on('GET /active-domains', refusal('SDRS.0004', 403));
      const { calls, warnings } = await create({ domainId: 'another' });
      expect(calls).toHaveLength(1);
      expect(warnings).toEqual(['The domains could not be read; the zones are not checked.']);
    });

    it('offers the zones of the domains, and the networks that groups use', async () => {
      expect(await driver.creationOptions(patiently)).toEqual({
        domains: [
          {
            id: 'domain-1',
            name: 'AA',
            description: null,
            availabilityZones: ['eu-de-01', 'eu-de-02'],
            soldOut: false,
          },
        ],
        sourceVpcIds: ['vpc-1'],
        drTypes: ['migration'],
      });
    });

    function create(more: Partial<NewProtectionGroup> = {}): Promise<Preparation> {
      const command = aCommand('CREATE_PROTECTION_GROUP', {
        targetNativeId: null,
        group: { ...wanted, ...more },
      });
      return driver.prepare(command, OPERATION, patiently);
    }

    function domain(soldOut: boolean): void {
      const one = {
        id: 'domain-1',
        name: 'AA',
        sold_out: soldOut,
        local_replication_cluster: { availability_zone: 'eu-de-01' },
        remote_replication_cluster: { availability_zone: 'eu-de-02' },
      };
      upstream.on('GET /active-domains', { body: { domains: [one] } });
    }
  });

  function prepare(action: DrAction, options: ActionOptions = {}): Promise<Preparation> {
    const more = { direction: 'TO_RECOVERY' as const, changes: { name: 'new-name' }, options };
    return driver.prepare(aCommand(action, more), OPERATION, patiently);
  }

  function pairs(items: unknown[]): void {
    upstream.on(`GET /replications?server_group_id=${GROUP_ID}`, { body: { replications: items } });
  }

  function drills(items: unknown[]): void {
    const path = `GET /disaster-recovery-drills?server_group_id=${GROUP_ID}`;
    upstream.on(path, { body: { disaster_recovery_drills: items } });
    upstream.on(`GET /task-center/failure-jobs?server_group_id=${GROUP_ID}`, { body: { failure_jobs: [] } });
  }
});

function codes({ blockers }: Preparation): string[] {
  return blockers.map(({ code }) => code);
}
