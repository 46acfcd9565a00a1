import type { UpstreamCall } from '../../../src/domain/action-command.js';
import {
  bench,
  command,
  cx,
  group,
  GROUP_ID,
  GROUPS,
  list,
  openGate,
  PAIRING,
  pairing,
  plan,
  PLAN_ID,
  PLANS,
  VC_A,
  VC_B,
  vm,
  type Bench,
} from './appliance.js';

describe('reading SRM', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
  });
  afterEach(() => site.close());

  it('pages by offset and never follows the address of the next page', async () => {
    const all = Array.from({ length: 250 }, (_, n) => plan('READY_STATE', { id: `Plan:${n}:1` }));
    site.appliance.on(`GET ${PLANS}`, ({ query }) => {
      // Caps the limit that was asked for, and repeats an entry where the pages meet.
      const offset = Number(query.get('offset'));
      const page = all.slice(offset, offset + 100);
      const next = offset + 100 < all.length ? { href: 'https://elsewhere.example/next' } : null;
      return { body: { list: page, _meta: { errors: [], limit: 100, offset, links: { next } } } };
    });
    const plans = await site.driver.listRecoveryPlans(cx());
    expect(plans.map((item) => item.upstream.id)).toEqual(all.map((item) => item.id));
    expect(site.appliance.count(`GET ${PLANS}`)).toBe(3);
    expect(site.memory.asked).toBe(1);
  });

  it.each<[string, Record<string, string>, number]>([
    ['as long as Retry-After says', { 'retry-after': '7' }, 7],
    ['for the rest of the minute', {}, 60],
  ])('leaves the appliance in peace after a 429, %s', async (_, headers, seconds) => {
    site.appliance.on(`GET ${PLANS}`, { status: 429, headers });
    await expect(site.driver.listRecoveryPlans(cx())).rejects.toMatchObject({ kind: 'RATE_LIMITED' });
    site.appliance.on(`GET ${PLANS}`, list([plan('READY_STATE')]));
    site.clock.pass(seconds - 2);
    site.appliance.forgetJournal();
    await expect(site.driver.listProtectionGroups(cx())).rejects.toMatchObject({
      kind: 'RATE_LIMITED',
      retry: 'TEMPORARY',
      retryAfterMs: 2_000,
    });
    expect(site.appliance.journal).toEqual([]);
    site.clock.pass(2);
    await expect(site.driver.listRecoveryPlans(cx())).resolves.toHaveLength(1);
  });

  it('keeps what is left of the minute for what changes something', async () => {
    await site.driver.check(cx());
    site.appliance.on(`GET ${PLANS}`, { status: 429 });
    await expect(site.driver.listRecoveryPlans(cx())).rejects.toMatchObject({ kind: 'RATE_LIMITED' });
    site.appliance.on(`POST ${PLANS}/${PLAN_ID}/actions/cancel`, { status: 204 });
    const cancel = site.driver.cancelCall?.(command('FAILOVER')) as UpstreamCall;
    await expect(site.driver.start(cancel, openGate, cx())).resolves.toEqual({ jobIds: [] });
  });

  it('takes a pairing that is not named for a fault of the site', async () => {
    const two = [pairing(VC_A, VC_B), { ...pairing(VC_A, VC_B), pairing_id: 'another' }];
    site.appliance.on('GET /pairings', list(two));
    await expect(site.driver.listRecoveryPlans(cx())).rejects.toMatchObject({
      kind: 'UNAVAILABLE',
      retry: 'PERMANENT',
      message: expect.stringContaining('Write in "pairing"') as string,
    });
  });

  it('asks the memory for a home once', async () => {
    site.appliance.on(`GET ${PLANS}`, list([plan('READY_STATE')]));
    await site.driver.listRecoveryPlans(cx());
    await site.driver.listRecoveryPlans(cx());
    expect(site.memory.asked).toBe(1);
  });

  it('keeps home where it first was when the pair turns round', async () => {
    site.appliance.on(`GET ${PLANS}`, list([plan('READY_STATE')]));
    await site.driver.listRecoveryPlans(cx());
    const turned = {
      protected_vc_guid: VC_B,
      recovery_vc_guid: VC_A,
      protected_site_name: 'site-b',
      recovery_site_name: 'site-a',
    };
    site.appliance.on(`GET ${PLANS}`, list([plan('READY_STATE', turned)]));
    const [found] = await site.secondDriver().listRecoveryPlans(cx());
    expect(found).toMatchObject({
      activeSite: 'RECOVERY',
      nextDirection: 'TO_PRODUCTION',
      production: { id: VC_A, name: 'site-a' },
      recovery: { id: VC_B, name: 'site-b' },
    });
  });

  it('tells the groups of a plan in a list only when they were read lately', async () => {
    site.appliance.on(`GET ${PLANS}`, list([plan('READY_STATE')]));
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan('READY_STATE') });
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}/protection-groups`, list([group('OK')]));
    const ids = ['site-a.DrReplicationVmProtectionGroup~g-1001~33333333'];
    expect((await site.driver.listRecoveryPlans(cx()))[0]?.protectionGroupIds).toBeNull();
    expect((await site.driver.getRecoveryPlan(PLAN_ID, cx())).protectionGroupIds).toEqual(ids);
    expect((await site.driver.listRecoveryPlans(cx()))[0]?.protectionGroupIds).toEqual(ids);
    site.clock.pass(300);
    expect((await site.driver.listRecoveryPlans(cx()))[0]?.protectionGroupIds).toBeNull();
  });

  it('never takes an empty list with gaps for an empty inventory', async () => {
    site.appliance.on(`GET ${GROUPS}`, list([], [{ code: 'X', message: 'the server is starting' }]));
    await expect(site.driver.listProtectionGroups(cx())).rejects.toThrow('the server is starting');
  });

  it('surfaces the gaps of a list that holds something', async () => {
    site.appliance.on(`GET ${GROUPS}`, list([group('OK')], [{ message: 'no site names' }]));
    const [found] = await site.driver.listProtectionGroups(cx());
    expect(found?.conditions).toEqual([expect.objectContaining({ type: 'PARTIAL_DATA' })]);
  });

  it('has no machines where the kind of group has none', async () => {
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}`, { body: group('OK') });
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, { status: 204 });
    await expect(site.driver.listProtectedInstances(GROUP_ID, cx())).resolves.toEqual([]);
  });

  it('offers the replicated machines that no group has', async () => {
    site.appliance.on(`GET ${GROUPS}`, list([group('OK')]));
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(1, 'OK')]));
    const replicated = [1, 2].map((n) => ({ ...vm(n, ''), replication_status: 'OK', template: false }));
    site.appliance.on(`GET /pairings/${PAIRING}/vcenters/${VC_A}/replicated-vms`, list(replicated));
    await expect(site.driver.creationOptions(cx())).resolves.toMatchObject({
      replicationTypes: ['HBR'],
      membershipChecked: true,
      vcenters: [{ id: VC_A, isDefault: true }, { id: VC_B }],
      candidateVms: [{ id: `VirtualMachine:vm-2:${VC_A}`, name: 'erp-2', replicationState: 'OK' }],
    });
  });

  it('finds one drill on a plan in a test and none on another', async () => {
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan('TEST_COMPLETE') });
    await expect(site.driver.listDrills(PLAN_ID, cx())).resolves.toMatchObject([
      { name: 'Test of erp-plan', state: 'ACTIVE', upstream: { id: `${PLAN_ID}:test` } },
    ]);
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan('READY_STATE') });
    await expect(site.driver.listDrills(PLAN_ID, cx())).resolves.toEqual([]);
  });

  it('warns of servers and certificates that are not in order', async () => {
    const sick = pairing(VC_A, VC_B) as Record<string, Record<string, unknown>>;
    sick.remote_srm_server = {
      ...sick.remote_srm_server,
      server_status: 'ERROR',
      certificate_warnings: ['expired'],
    };
    site.appliance.on('GET /pairings', list([sick]));
    const { warnings } = await site.driver.check(cx());
    expect(warnings).toEqual([
      'The SRM server of the other site, site-b, reports ERROR.',
      'The SRM server of the other site, site-b, has a certificate warning: expired.',
    ]);
  });

  it('wants to be told which of several pairings is meant', async () => {
    site.appliance.on(
      'GET /pairings',
      list([pairing(VC_A, VC_B), { ...pairing(VC_A, 'c'), pairing_id: 'other' }]),
    );
    await expect(site.driver.listRecoveryPlans(cx())).rejects.toThrow('Write in "pairing"');
  });
});

describe('reading an SRM site that names its pairing and its home', () => {
  it('uses the pairing by the name of the far server, and the home by the name of the site', async () => {
    const site = await bench({ pairing: 'SITE-B', home: 'site-b' });
    const stranger = { pairing_id: 'other', remote_srm_server: { name: 'site-c' } };
    site.appliance.on('GET /pairings', list([stranger, pairing(VC_A, VC_B)]));
    site.appliance.on(`GET ${PLANS}`, list([plan('READY_STATE')]));
    const [found] = await site.driver.listRecoveryPlans(cx());
    expect(found).toMatchObject({ activeSite: 'RECOVERY', nextDirection: 'TO_PRODUCTION' });
    expect(site.memory.asked).toBe(0);
    await site.close();
  });
});
