import type { Concern } from '../../../src/domain/site-finding.js';
import { isoTime } from '../../../src/platform/clock.js';
import {
  bench,
  command,
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
  task,
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
    for (let times = 0; times < 6; times += 1) counts.push((await inspected()).length);
    // Some of the places are for those of which something was told.
    expect(counts).toEqual([3, 4, 6, 7, 9, 9]);
    // Another process has not looked at any of them yet.
    await expect(inspected(site.secondDriver())).resolves.toHaveLength(9);
    site.appliance.on(`GET ${GROUPS}`, list(groups.slice(0, 2)));
    await site.driver.survey(cx());
    await expect(inspected()).resolves.toHaveLength(2);
  });

  describe('of more groups than it can look at', () => {
    const size = 60;
    const groups = (words: Record<number, string> = {}): object[] =>
      numbers(size).map((n) => group(words[n] ?? 'OK', { id: groupId(n), name: `group-${n}` }));
    const machines = (n: number, word: string): void =>
      site.appliance.on(`GET ${GROUPS}/${groupId(n)}/vms`, list([vm(n, word)]));
    const looks = (n: number): number => site.appliance.count(`GET ${GROUPS}/${groupId(n)}/vms`);
    const listed = async (words: Record<number, string> = {}): Promise<void> => {
      site.appliance.on(`GET ${GROUPS}`, list(groups(words)));
      await site.driver.survey(cx());
    };
    const names = (): string[] => kept.map(({ target }) => target.name);

    beforeEach(async () => {
      for (const n of numbers(size)) machines(n, 'OK');
      await listed();
    });

    it('sees soon that a machine was mended, and says of each when it was looked at', async () => {
      for (const n of [0, 1, 2]) machines(n, 'INVALID');
      const first = isoTime(site.clock.now());
      await inspected();
      expect(kept.map(({ seenTime }) => seenTime)).toEqual([first, first, first]);
      site.clock.pass(300);
      await listed();
      const second = isoTime(site.clock.now());
      await inspected();
      expect(kept.map(({ seenTime }) => seenTime).sort()).toEqual([first, second, second]);
      for (const n of [0, 1, 2]) machines(n, 'OK');
      for (let times = 0; times < 3; times += 1) await inspected();
      expect(kept).toEqual([]);
    });

    it('goes on with the others while many stand', async () => {
      for (const n of numbers(20)) machines(n, 'INVALID');
      for (let times = 0; times < 60; times += 1) await inspected();
      expect(numbers(size).filter((n) => looks(n) === 0)).toEqual([]);
    });

    it('takes up where another process has looked longest ago', async () => {
      for (const n of [0, 1, 2]) machines(n, 'INVALID');
      await inspected();
      kept = kept.map((one, i) => ({
        ...one,
        seenTime: isoTime(site.clock.now() - (i === 1 ? 900_000 : 1_000)),
      }));
      machines(1, 'OK');
      await inspected(site.secondDriver());
      expect(names().sort()).toEqual(['erp-0', 'erp-2']);
    });

    it.each<[string, string[]]>([
      ['is ready again', ['PARTIALLY_RECOVERED', 'OK']],
      ['says that it is well protected since', ['READY']],
    ])('looks at once at a group that %s', async (_, words) => {
      await inspected();
      machines(40, 'INVALID');
      for (const word of words) await listed({ 40: word });
      await inspected();
      expect(names()).toEqual(['erp-40']);
      const looked = looks(40);
      await inspected();
      await inspected();
      expect(looks(40) - looked).toBeLessThanOrEqual(2);
    });

    it('looks at once at a group on which an operation ended, though its word is what it was', async () => {
      machines(40, 'INVALID');
      site.appliance.on('GET /tasks', list([task('t-1', 'SUCCESS', { entity: groupId(40) })]));
      const call = { label: 'Something', method: 'POST' as const, path: '', body: undefined };
      const calls = [{ call, ref: { jobIds: ['t-1'] } }];
      const asked = command('ENABLE_PROTECTION', { targetNativeId: groupId(40) });
      await site.driver.observe([{ operationId: 'op-1', command: asked, baseline: null, calls }], cx());
      await inspected();
      expect(names()).toEqual(['erp-40']);
    });

    it('looks at others, too, while many change', async () => {
      machines(0, 'INVALID');
      await inspected();
      machines(0, 'OK');
      await listed(Object.fromEntries(numbers(50).map((n) => [n + 5, 'READY'])));
      await inspected();
      expect(kept).toEqual([]);
    });
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
