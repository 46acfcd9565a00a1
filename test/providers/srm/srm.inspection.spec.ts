import type { Concern } from '../../../src/domain/site-finding.js';
import {
  bench,
  cx,
  group,
  GROUP_ID,
  GROUPS,
  list,
  pairing,
  PAIRING,
  plan,
  PLAN_ID,
  PLANS,
  VC_A,
  VC_B,
  vm,
  type Bench,
} from './appliance.js';

const DAY_MS = 86_400_000;
const numbers = (size: number): number[] => Array.from({ length: size }, (_, n) => n);
const groupId = (n: number): string => `DrReplicationVmProtectionGroup:g-${n}:33333333`;

describe('an inspection of an SRM site', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
    kept = [];
    const { appliance } = site;
    appliance.on(`GET ${GROUPS}`, list([group('OK')]));
    appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(1, 'OK'), vm(2, 'OK')]));
    appliance.on(`GET ${PLANS}`, list([plan('READY_STATE')]));
    appliance.on(`GET ${PLANS}/${PLAN_ID}/vms`, list([]));
    for (const path of ['issues', 'srms/33333333/issues', 'srms/44444444/issues'])
      appliance.on(`GET /pairings/${PAIRING}/${path}`, list([]));
  });
  afterEach(() => site.close());

  /** What was told the last time, as the gateway keeps it. */
  let kept: Concern[] = [];
  const inspected = async (driver = site.driver): Promise<Concern[]> =>
    (kept = await driver.inspect(cx(), kept));
  /** What is said, for short. */
  const told = async (): Promise<string[]> =>
    (await inspected()).map(({ type, severity, detailKey }) => `${severity} ${type} ${detailKey}`.trim());

  it('has nothing to say of a site that is in order, and asks little', async () => {
    await site.driver.survey(cx());
    site.appliance.forgetJournal();
    await expect(inspected()).resolves.toEqual([]);
    const { length } = site.appliance.journal.filter(({ path }) => !path.endsWith('session'));
    expect(length).toBeLessThanOrEqual(8);
  });

  it('asks no more of a large site', async () => {
    const groups = numbers(50).map((n) => group('OK', { id: groupId(n) }));
    site.appliance.on(`GET ${GROUPS}`, list(groups));
    for (const n of numbers(50)) site.appliance.on(`GET ${GROUPS}/${groupId(n)}/vms`, list([vm(n, 'OK')]));
    for (let times = 0; times < 3; times += 1) {
      await site.driver.survey(cx());
      site.appliance.forgetJournal();
      await inspected();
      const { length } = site.appliance.journal.filter(({ path }) => !path.endsWith('session'));
      expect(length).toBeLessThanOrEqual(8);
      site.clock.pass(60);
    }
  });

  it.each([
    [40, []],
    [20, ['WARNING CERTIFICATE_EXPIRING expiry/srm-there']],
    [6, ['CRITICAL CERTIFICATE_EXPIRING expiry/srm-there']],
    [-1, ['CRITICAL CERTIFICATE_EXPIRING expiry/srm-there']],
  ])('warns of a certificate with %i days left, also of the far end', async (days, expected) => {
    const both = pairing(VC_A, VC_B) as { remote_srm_server: object };
    const certificates = [{ not_after: site.clock.now() + days * DAY_MS }];
    const remote = { ...both.remote_srm_server, certificates };
    site.appliance.on('GET /pairings', list([{ ...both, remote_srm_server: remote }]));
    await expect(told()).resolves.toEqual(expected);
  });

  it('tells of servers that are not in order', async () => {
    const both = pairing(VC_A, VC_B, 'ERROR') as { local_vc_server: object };
    const local = { ...both.local_vc_server, server_status: 'WARNING' };
    site.appliance.on('GET /pairings', list([{ ...both, local_vc_server: local }]));
    await expect(told()).resolves.toEqual([
      'WARNING SITE_UNREACHABLE state/srm-there',
      'WARNING UPSTREAM_ISSUE state/vcenter-here',
    ]);
  });

  it('tells that the far site lets nobody in', async () => {
    site.appliance.on(`POST /pairings/${PAIRING}/remote-session`, { status: 401 });
    await expect(told()).resolves.toContain('WARNING SITE_UNREACHABLE far-login');
  });

  it('passes on what SRM itself reports, each once, with what it is about', async () => {
    const issue = { entity: PLAN_ID, entity_name: 'erp-plan', description: 'Direction differs.' };
    const ofPlan = { ...issue, status: 'ERROR', issue_type: 'RECOVERY_PLAN', timestamp: 1767225600000 };
    const ofServer = { description: 'Disk is full.', status: 'WARNING', issue_type: 'SRM' };
    site.appliance.on(`GET /pairings/${PAIRING}/issues`, list([ofPlan, ofServer]));
    site.appliance.on(`GET /pairings/${PAIRING}/srms/33333333/issues`, list([ofServer]));
    const id = 'site-a.DrRecoveryRecoveryPlan~5a0f3f0e~33333333';
    await expect(inspected()).resolves.toMatchObject([
      { severity: 'CRITICAL', target: { type: 'RECOVERY_PLAN', id, name: 'erp-plan' }, sinceTime: null },
      { severity: 'WARNING', target: { type: 'SITE', id: 'site-a' }, text: 'Disk is full.' },
    ]);
  });

  it.each([
    ['NOT_CONFIGURED', 'CRITICAL NOT_REALLY_PROTECTED'],
    ['PLACEHOLDER_VM_DELETED', 'CRITICAL NOT_REALLY_PROTECTED'],
    ['REPLICATION_ERROR', 'CRITICAL REPLICATION_LAG'],
    ['REPLICATION_WARNING', 'WARNING REPLICATION_LAG'],
    ['VVOL_CONFIGURATION_WARNING', 'WARNING NOT_REALLY_PROTECTED'],
  ])('tells of a machine in %s of a group that says that it is protected', async (word, expected) => {
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(1, 'OK'), vm(2, word)]));
    await expect(told()).resolves.toEqual([expected]);
    const [concern] = await inspected();
    expect(concern?.target).toMatchObject({
      type: 'PROTECTED_INSTANCE',
      name: 'erp-2',
      within: { type: 'PROTECTION_GROUP' },
    });
    expect(concern?.text).toContain(word);
  });

  it('says nothing of the machines of a group that does not claim to protect them', async () => {
    site.appliance.on(`GET ${GROUPS}`, list([group('NOT_CONFIGURED')]));
    await expect(inspected()).resolves.toEqual([]);
  });

  it('comes to every group in turn, and lets stand what it saw of the others', async () => {
    const groups = numbers(9).map((n) => group('OK', { id: groupId(n), name: `group-${n}` }));
    site.appliance.on(`GET ${GROUPS}`, list(groups));
    for (const n of numbers(9))
      site.appliance.on(`GET ${GROUPS}/${groupId(n)}/vms`, list([vm(n, 'INVALID')]));
    const counts = [];
    for (let times = 0; times < 4; times += 1) counts.push((await inspected()).length);
    expect(counts).toEqual([3, 6, 9, 9]);
    // Another process has not looked at any of them yet.
    await expect(inspected(site.secondDriver())).resolves.toHaveLength(9);
    site.appliance.on(`GET ${GROUPS}`, list(groups.slice(0, 2)));
    await site.driver.survey(cx());
    await expect(inspected()).resolves.toHaveLength(2);
  });

  it('passes on what a plan that waits asks', async () => {
    site.appliance.on(`GET ${PLANS}`, list([plan('WAITING_FOR_USER_INPUT', { is_running: true })]));
    const prompt = { id: 'p-1', raised_time: 1767225600000, prompt_text: 'Is DNS moved?' };
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}/recovery-steps/user-prompts`, list([prompt]));
    await expect(inspected()).resolves.toMatchObject([
      {
        type: 'PROMPT_WAITING',
        detailKey: 'p-1',
        text: expect.stringContaining('Is DNS moved?') as string,
        sinceTime: '2026-01-01T00:00:00.000Z',
      },
    ]);
  });

  it('looks soon for what a test left behind that was cleaned up', async () => {
    const plans = numbers(20).map((n) => plan('READY_STATE', { id: `DrRecoveryRecoveryPlan:p-${n}:x` }));
    const tested = plan('TEST_COMPLETE');
    for (const { id } of plans) site.appliance.on(`GET ${PLANS}/${String(id)}/vms`, list([]));
    const left = [
      { id: 'vm-1', name: 'erp-1', status: 'CLEANUP_ERROR' },
      { id: 'vm-2', name: 'erp-2', status: 'READY_TO_RECOVER' },
    ];
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}/vms`, list(left));
    site.appliance.on(`GET ${PLANS}`, list([...plans, tested]));
    await site.driver.survey(cx());
    await expect(inspected()).resolves.toEqual([]);
    site.appliance.on(`GET ${PLANS}`, list([...plans, plan('READY_STATE')]));
    await site.driver.survey(cx());
    await expect(inspected()).resolves.toMatchObject([
      { type: 'DRILL_LEFTOVERS', severity: 'WARNING', target: { name: 'erp-plan' }, detailKey: 'vm-1' },
    ]);
  });

  it('lets a part stand that cannot be looked at, and fails only when nothing can', async () => {
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(2, 'INVALID')]));
    await expect(told()).resolves.toEqual(['CRITICAL NOT_REALLY_PROTECTED']);
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, { status: 503 });
    await expect(told()).resolves.toEqual(['CRITICAL NOT_REALLY_PROTECTED']);
    for (const path of ['GET /pairings', `GET ${GROUPS}`, `GET ${PLANS}`])
      site.appliance.on(path, { status: 503 });
    for (const path of ['issues', 'srms/33333333/issues', 'srms/44444444/issues'])
      site.appliance.on(`GET /pairings/${PAIRING}/${path}`, { status: 503 });
    site.clock.pass(600);
    await expect(inspected()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  });
});
