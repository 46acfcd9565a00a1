import type { ActionCommand, UpstreamCall } from '../../../src/domain/action-command.js';
import type { Preparation } from '../../../src/providers/provider-driver.js';
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
  refusal,
  task,
  VC_A,
  VC_B,
  vm,
  type Bench,
  type Reply,
} from './appliance.js';

const REMOTE = `POST /pairings/${PAIRING}/remote-session`;
const WORDS = {
  START_DRILL: 'test',
  CLEAN_UP_DRILL: 'cleanup',
  PLANNED_FAILOVER: 'recovery',
  FAILOVER: 'recovery',
};
const RUNS = Object.entries(WORDS) as [keyof typeof WORDS, string][];
const SILENCE: readonly (readonly [string, Reply])[] = [
  ['a 500', { status: 500, body: refusal('The remote server is down') }],
  ['a 502 of its gateway', { status: 502 }],
  ['a cut connection', { cut: true }],
  ['a 403 that names a connection', { status: 403, body: refusal('no', 'ConnectionDownFault') }],
];

describe('the far site of SRM', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
    planThatRecoversAt(VC_A);
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}/protection-groups`, list([group('OK')]));
    site.appliance.on(`GET ${GROUPS}`, list([group('OK')]));
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}`, { body: group('OK') });
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/recovery-plans`, list([plan('READY_STATE')]));
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(1, 'OK'), vm(2, 'NOT_CONFIGURED')]));
    for (const word of new Set(Object.values(WORDS))) {
      site.appliance.on(`POST ${PLANS}/${PLAN_ID}/actions/${word}`, {
        status: 202,
        body: task('t-1', 'QUEUED'),
      });
    }
  });
  afterEach(() => site.close());

  function planThatRecoversAt(vcenter: string): void {
    const other = vcenter === VC_A ? VC_B : VC_A;
    const ends = { protected_vc_guid: other, recovery_vc_guid: vcenter };
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan('READY_STATE', ends) });
  }
  const farServerIs = (status: string): void =>
    site.appliance.on('GET /pairings', list([pairing(VC_A, VC_B, status)]));
  const prepare = (wanted: ActionCommand): Promise<Preparation> => site.driver.prepare(wanted, 'op-1', cx());
  const codes = async (wanted: ActionCommand): Promise<string[]> =>
    (await prepare(wanted)).blockers.map((blocker) => blocker.code);
  const start = (call: UpstreamCall | undefined): Promise<unknown> =>
    site.driver.start(call as UpstreamCall, openGate, cx());

  describe.each(SILENCE)('that answers the login with %s', (_, reply) => {
    beforeEach(() => site.appliance.on(REMOTE, reply));

    it.each(RUNS)('does not keep %s from beginning at the recovery site, with a warning', async (action) => {
      const { blockers, warnings, calls } = await prepare(command(action));
      expect(blockers).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining('login at this site alone')]);
      await expect(start(calls[0])).resolves.toEqual({ jobIds: ['t-1'] });
    });

    it('does not keep a cancel from being sent', async () => {
      site.appliance.on(`POST ${PLANS}/${PLAN_ID}/actions/cancel`, { status: 204 });
      await expect(start(site.driver.cancelCall?.(command('FAILOVER')))).resolves.toEqual({ jobIds: [] });
    });

    it('blocks a reprotection, which is never sent', async () => {
      const { blockers, calls } = await prepare(command('REPROTECT'));
      expect(blockers.map((blocker) => blocker.code)).toEqual(['far-site-down']);
      await expect(start(calls[0])).rejects.toMatchObject({ delivery: 'NOT_SENT', retry: 'TEMPORARY' });
    });

    it('blocks a run that it would have to carry out', async () => {
      planThatRecoversAt(VC_B);
      await expect(codes(command('FAILOVER'))).resolves.toEqual(['far-site-down']);
    });
  });

  it.each([400, 401, 403])('that refuses the login with %i stops every run', async (status) => {
    site.appliance.on(REMOTE, { status, body: refusal('bad login') });
    farServerIs('ERROR');
    for (const [action] of RUNS) {
      const { blockers, calls } = await prepare(command(action));
      expect(blockers.map((blocker) => blocker.code)).toEqual(['remote-session-missing']);
      await expect(start(calls[0])).rejects.toMatchObject({ delivery: 'NOT_SENT' });
    }
    expect(site.appliance.count(REMOTE)).toBe(1);
  });

  it('that keeps the login waiting is not asked again for half a minute', async () => {
    site.appliance.on(REMOTE, () => {
      site.clock.pass(8);
      return { status: 504 };
    });
    const { calls } = await prepare(command('FAILOVER'));
    await expect(start(calls[0])).resolves.toEqual({ jobIds: ['t-1'] });
    expect(site.appliance.count(REMOTE)).toBe(1);
    site.clock.pass(30);
    await start(calls[0]);
    expect(site.appliance.count(REMOTE)).toBe(2);
  });

  describe('that is down while its login is still in hand', () => {
    beforeEach(async () => {
      await site.driver.check(cx());
      farServerIs('ERROR');
    });

    it.each(RUNS)('lets %s begin at the recovery site', async (action) => {
      const { blockers, warnings } = await prepare(command(action));
      expect(blockers).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining('cannot be reached')]);
    });

    it.each(RUNS)('blocks %s of a plan that recovers there', async (action) => {
      planThatRecoversAt(VC_B);
      await expect(codes(command(action))).resolves.toEqual(['far-site-down']);
    });

    it.each<ActionCommand['action']>([
      'REPROTECT',
      'ENABLE_PROTECTION',
      'UPDATE_PROTECTION_GROUP',
      'DELETE_PROTECTION_GROUP',
    ])('blocks %s', async (action) => {
      await expect(codes(command(action))).resolves.toEqual(['far-site-down']);
    });

    it('blocks the creation of a group', async () => {
      const wanted = { name: 'web', hbrSpec: { vms: [`VirtualMachine:vm-7:${VC_A}`] } };
      const creation = command('CREATE_PROTECTION_GROUP', { targetNativeId: null, group: wanted });
      await expect(codes(creation)).resolves.toEqual(['far-site-down']);
    });

    it('does not keep protection from being removed', async () => {
      await expect(codes(command('DISABLE_PROTECTION'))).resolves.toEqual([]);
    });
  });
});
