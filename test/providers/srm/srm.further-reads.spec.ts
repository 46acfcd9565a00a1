import type { FurtherReads } from '../../../src/providers/further-reads.js';
import {
  bench,
  cx,
  group,
  GROUP_ID,
  GROUPS,
  list,
  PAIRING,
  plan,
  PLAN_ID,
  PLANS,
  refusal,
  VC_A,
  VC_B,
  vm,
  type Bench,
} from './appliance.js';

const VM_ID = `VirtualMachine:vm-1:${VC_A}`;
const GAP = [{ code: 'X', message: 'the far site is silent.', field: '$.list' }];

describe('reading the parts of SRM', () => {
  let site: Bench;
  let read: FurtherReads;
  beforeEach(async () => {
    site = await bench();
    read = site.driver.further as FurtherReads;
  });
  afterEach(() => site.close());

  it('offers exactly what its capabilities name', () => {
    const { reads } = site.driver.descriptor.capabilities;
    expect([...reads].sort()).toEqual(Object.keys(site.driver.further).sort());
  });

  describe('machines', () => {
    const where = { groupId: GROUP_ID, instanceId: VM_ID };
    const planned = { planId: PLAN_ID, instanceId: VM_ID };
    const SETTINGS = `GET ${PLANS}/${PLAN_ID}/vms/${VM_ID}/recovery-settings`;

    it('say what the answer left out', async () => {
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}`, { body: group('OK') });
      const body = { ...vm(1, 'OK'), _meta: { errors: [{ message: 'no protection_info' }] } };
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms/${VM_ID}`, { body });
      await expect(read.protectedInstance(where, cx())).resolves.toMatchObject({
        state: 'PROTECTED',
        productionInstanceId: VM_ID,
        conditions: [{ type: 'PARTIAL_DATA' }],
      });
    });

    it('are none of a plan only when the list says so', async () => {
      site.appliance.on(`GET ${PLANS}/${PLAN_ID}/vms`, list([], GAP));
      await expect(read.plannedInstances({ planId: PLAN_ID }, cx())).rejects.toMatchObject({
        kind: 'UNAVAILABLE',
      });
      site.appliance.on(`GET ${PLANS}/${PLAN_ID}/vms`, list([{ id: VM_ID }], GAP));
      await expect(read.plannedInstances({ planId: PLAN_ID }, cx())).resolves.toMatchObject([
        { conditions: [{ type: 'PARTIAL_DATA' }] },
      ]);
    });

    it('have settings and those that start before them, or neither', async () => {
      site.appliance.on(SETTINGS, { body: { recovery_settings: { priority: 'P2' }, status: 'OK' } });
      site.appliance.on(`${SETTINGS}/dependent-vms`, list([{ id: 'VirtualMachine:vm-2:x' }]));
      await expect(read.recoverySettings(planned, cx())).resolves.toMatchObject({
        priority: 2,
        dependsOn: ['site-a.VirtualMachine~vm-2~x'],
      });
      site.appliance.on(`${SETTINGS}/dependent-vms`, list([], GAP));
      await expect(read.recoverySettings(planned, cx())).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
      site.appliance.on(SETTINGS, { body: {} });
      site.appliance.on(`${SETTINGS}/dependent-vms`, list([]));
      await expect(read.recoverySettings(planned, cx())).rejects.toMatchObject({ kind: 'BAD_ANSWER' });
    });

    it('have settings of protection, whole or not at all', async () => {
      const route = `GET ${GROUPS}/${GROUP_ID}/vms/${VM_ID}/protection-settings`;
      site.appliance.on(route, { body: { folder: null, devices: [], change_version: '3' } });
      await expect(read.protectionSettings(where, cx())).resolves.toMatchObject({ changeVersion: '3' });
      expect(site.appliance.remoteSessions.size).toBe(1);
      site.appliance.on(route, { body: { devices: [], _meta: { errors: GAP } } });
      await expect(read.protectionSettings(where, cx())).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
      site.appliance.on(route, { body: {} });
      await expect(read.protectionSettings(where, cx())).rejects.toMatchObject({ kind: 'BAD_ANSWER' });
    });
  });

  describe('issues', () => {
    const ISSUES = `GET /pairings/${PAIRING}/issues`;
    const server = (id: string): string => `GET /pairings/${PAIRING}/srms/${id}/issues`;
    const issue = (description: string): object => ({ description, status: 'ERROR', issue_type: 'SRM' });

    it('of the site are those of the pair and of both servers, each once', async () => {
      site.appliance.on(ISSUES, list([issue('one'), issue('two')]));
      site.appliance.on(server('33333333'), list([issue('one')]));
      site.appliance.on(server('44444444'), list([issue('three')]));
      const issues = await read.siteIssues({}, cx());
      expect(issues.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    });

    it('of a server that cannot be asked are an issue themselves', async () => {
      site.appliance.on(ISSUES, list([issue('one')], [{ message: 'half of it is missing.' }]));
      site.appliance.on(server('33333333'), list([]));
      site.appliance.on(server('44444444'), { status: 500, body: refusal('the far server is down') });
      const issues = await read.siteIssues({}, cx());
      expect(issues.map(({ kind }) => kind)).toEqual(['SRM', 'UNREAD', 'UNREAD']);
      expect(issues[1]?.text).toBe(
        'The issues of the pair of sites could not be read: half of it is missing.',
      );
      expect(issues[2]?.text).toContain('the far server is down');
    });

    it('are not "none" when nobody can be asked', async () => {
      for (const route of [ISSUES, server('33333333'), server('44444444')])
        site.appliance.on(route, { status: 503 });
      await expect(read.siteIssues({}, cx())).rejects.toMatchObject({ retry: 'TEMPORARY' });
    });

    it.each([
      ['groupIssues', `GET ${GROUPS}/${GROUP_ID}/issues`],
      ['planIssues', `GET ${PLANS}/${PLAN_ID}/issues`],
    ] as const)('%s are whole or not told', async (name, route) => {
      const ask = (): Promise<unknown[]> =>
        name === 'groupIssues'
          ? read.groupIssues({ groupId: GROUP_ID }, cx())
          : read.planIssues({ planId: PLAN_ID }, cx());
      site.appliance.on(route, list([issue('one'), issue('one')]));
      await expect(ask()).resolves.toHaveLength(2);
      site.appliance.on(route, list([issue('one')], GAP));
      await expect(ask()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    });
  });

  describe('servers', () => {
    const SRMS = `GET /pairings/${PAIRING}/srms`;
    const VCENTERS = `GET /pairings/${PAIRING}/vcenters`;
    const server = (id: string, name: string): object => ({ id, name, server_status: 'OK' });

    it('are told with their end', async () => {
      site.appliance.on(SRMS, list([server('44444444', 'site-b'), server('33333333', 'site-a')]));
      site.appliance.on(VCENTERS, list([server(VC_A, 'vc-a'), server(VC_B, 'vc-b')]));
      const servers = await read.siteServers({}, cx());
      expect(servers.map(({ name, role, end }) => [name, role, end])).toEqual([
        ['site-b', 'RECOVERY_MANAGER', 'REMOTE'],
        ['site-a', 'RECOVERY_MANAGER', 'LOCAL'],
        ['vc-a', 'VCENTER', 'LOCAL'],
        ['vc-b', 'VCENTER', 'REMOTE'],
      ]);
    });

    it('at the far end are unknown, not absent, while it is silent', async () => {
      site.appliance.on(SRMS, list([server('33333333', 'site-a')], GAP));
      site.appliance.on(VCENTERS, list([server(VC_A, 'vc-a')], GAP));
      const servers = await read.siteServers({}, cx());
      expect(servers.filter(({ end }) => end === 'REMOTE')).toMatchObject([
        { id: '44444444', state: 'UNKNOWN', warnings: [expect.stringContaining('silent')] },
        { id: VC_B, name: 'vc-b', state: 'UNKNOWN' },
      ]);
    });
  });

  it('has the drill that stands, and no other', async () => {
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan('TEST_COMPLETE') });
    const drill = await read.drill({ planId: PLAN_ID, drillId: `${PLAN_ID}:test` }, cx());
    expect(drill).toMatchObject({ state: 'ACTIVE' });
    await expect(read.drill({ planId: PLAN_ID, drillId: 'other' }, cx())).rejects.toMatchObject({
      kind: 'NOT_FOUND',
    });
  });

  it('has test networks, whole', async () => {
    const route = `GET ${PLANS}/${PLAN_ID}/test-networks`;
    const network = { id: 'n-1', target_network: 'Network:a:b', test_network: 'Network:c:d' };
    const noName = [{ message: 'no name', field: '$.list[0].test_network_name' }];
    site.appliance.on(route, list([network], noName));
    await expect(read.testNetworks({ planId: PLAN_ID }, cx())).resolves.toEqual([
      { id: 'n-1', networkId: 'Network:a:b', testNetworkId: 'Network:c:d', testNetworkName: null },
    ]);
    site.appliance.on(route, list([network], [{ message: 'x', field: '$.list[0].test_network' }]));
    await expect(read.testNetworks({ planId: PLAN_ID }, cx())).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  });
});
