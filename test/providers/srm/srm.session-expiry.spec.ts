import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { command, openGate } from './appliance.js';
import { ACCOUNT, shown, SimulatedAppliance } from './simulated-appliance.js';

const PLAN = 'erp-plan';
const TEST = { sync_data: true };
const LISTS = '/(plans|groups)$';

describe('a login of srm that dies', () => {
  let site: SimulatedAppliance;
  let driver: ProviderDriver;
  beforeEach(async () => {
    site = await SimulatedAppliance.open();
    driver = site.driver();
    await driver.check(cx());
    site.sim.journal.clear();
  });
  afterEach(() => site.close());

  const start = (planName = PLAN) => driver.start(site.run(planName, 'test', TEST), openGate, cx());
  const passing = (seconds: number) => site.sim.clock.advance(seconds * 1000);
  const spoil = (body: object, path: string) =>
    site.sim.faults.add({ kind: 'body', method: 'GET', path, body, times: -1 });

  it('is made again once for many readers, and the far one not at all for what needs it not', async () => {
    site.loseSessions();
    await Promise.all(Array.from({ length: 10 }, () => driver.listRecoveryPlans(cx())));
    expect(site.logIns).toEqual({ local: 1, far: 0 });
  });

  it('is made again once at each end for many readers of both', async () => {
    site.loseSessions();
    const [group] = site.sim.state.groups;
    await Promise.all(Array.from({ length: 10 }, () => driver.listProtectedInstances(group?.id ?? '', cx())));
    expect(site.logIns).toEqual({ local: 1, far: 1 });
  });

  it('is made again at the far end alone when only that one is lost', async () => {
    site.loseFarLogins();
    const [group] = site.sim.state.groups;
    const instances = await driver.listProtectedInstances(group?.id ?? '', cx());
    expect(site.logIns).toEqual({ local: 0, far: 1 });
    expect(instances.flatMap(({ conditions }) => conditions)).toEqual([]);
  });

  it('is not made again at the near end by ten readers while only the far one is lost', async () => {
    site.loseFarLogins();
    const [group] = site.sim.state.groups;
    await Promise.all(Array.from({ length: 10 }, () => driver.listProtectedInstances(group?.id ?? '', cx())));
    expect(site.logIns).toEqual({ local: 0, far: 1 });
  });

  it('has a change refused with a bare 401, which is sent once and can be sent later', async () => {
    site.loseSessions();
    await expect(start()).rejects.toMatchObject({
      delivery: 'REFUSED',
      retry: 'TEMPORARY',
      kind: 'UNAUTHENTICATED',
    });
    expect(site.requests('POST', '/actions/test$')).toMatchObject([{ status: 401 }]);
    expect(site.sim.journal.executions()).toEqual([]);
    await expect(start()).resolves.toMatchObject({ jobIds: [expect.any(String)] });
    expect(site.logIns).toEqual({ local: 1, far: 1 });
  });

  it.each([400, 401, 403, 500] as const)(
    'is seen before a change when the far one was lost a while ago, though the change would be told %i',
    async (missingRemoteStatus) => {
      site.sim.settings.missingRemoteStatus = missingRemoteStatus;
      site.loseFarLogins();
      passing(40);
      await expect(start()).resolves.toMatchObject({ jobIds: [expect.any(String)] });
      expect(site.requests('POST', '/actions/test$')).toMatchObject([{ status: 202 }]);
      expect(site.logIns).toEqual({ local: 0, far: 1 });
    },
  );

  it.each([401, 403] as const)(
    'has a change refused with %i when the far one was lost just now, and is made again there alone',
    async (missingRemoteStatus) => {
      site.sim.settings.missingRemoteStatus = missingRemoteStatus;
      site.loseFarLogins();
      await expect(start()).rejects.toMatchObject({
        delivery: 'REFUSED',
        retry: 'TEMPORARY',
        kind: 'UNAUTHENTICATED',
      });
      expect(site.requests('POST', '/actions/test$')).toHaveLength(1);
      await start();
      expect(site.logIns.far).toBe(1);
    },
  );

  it('leaves a change that was answered with 500 ambiguous, whatever was lost', async () => {
    site.sim.settings.missingRemoteStatus = 500;
    site.loseFarLogins();
    await expect(start()).rejects.toMatchObject({ delivery: 'AMBIGUOUS' });
    expect(site.requests('POST', '/actions/test$')).toHaveLength(1);
  });

  it.each([
    ['answered with 500', { kind: 'status' as const, status: 500, body: { error_code: 'X', message: 'no' } }],
    ['answered with 503', { kind: 'status' as const, status: 503, body: '' }],
    ['cut off', { kind: 'reset' as const }],
    ['refused', { kind: 'status' as const, status: 401, body: '' }],
  ])('sends no change that needs it while the far log-in is %s', async (_, fault) => {
    site.loseFarLogins();
    passing(40);
    site.sim.faults.add({ ...fault, method: 'POST', path: '/remote-session$', times: -1 });
    const id = encodeURIComponent(site.plan(PLAN));
    const path = `/pairings/{pairing}/recovery-management/plans/${id}/actions/reprotect`;
    const call = { label: 'x', method: 'POST' as const, path, body: { forced: false } };
    await expect(driver.start(call, openGate, cx())).rejects.toMatchObject({ delivery: 'NOT_SENT' });
    expect(site.requests('POST', '/actions/')).toEqual([]);
  });

  it('does not let log-ins rain on an appliance that takes none of its sessions', async () => {
    site.sim.faults.add({ kind: 'status', status: 401, body: '', method: 'GET', times: -1 });
    for (let reads = 0; reads < 20; reads += 1) {
      const error: unknown = await driver.listRecoveryPlans(cx()).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ kind: 'UNAUTHENTICATED', retry: 'TEMPORARY' });
    }
    expect(site.logIns.local).toBe(3);
    site.sim.faults.clear();
    passing(30);
    await expect(driver.listRecoveryPlans(cx())).resolves.not.toHaveLength(0);
  });

  it('is replaced by age before it can die under a request', async () => {
    const young = site.driver({}, { sessionMaxAgeSeconds: 60 });
    for (let minutes = 0; minutes < 3; minutes += 1) {
      await young.listRecoveryPlans(cx());
      passing(60);
    }
    expect(site.logIns.local).toBe(3);
    expect(site.requests('GET', LISTS).every(({ status }) => status === 200)).toBe(true);
  });

  const EMPTY = { links: { next: null, previous: null }, offset: 0, limit: 200 };

  it.each([
    [
      'says why it is empty',
      { list: [], _meta: { ...EMPTY, total: 0, errors: [{ message: 'no far site' }] } },
    ],
    ['counts what it does not show', { list: [], _meta: { ...EMPTY, total: 3, errors: [] } }],
    ['holds things without a name', { list: [{}, { name: 'x' }], _meta: { ...EMPTY, total: 2, errors: [] } }],
    ['has no list in it', { _meta: { errors: [] } }],
    ['is a nothing', {}],
  ])('shows as a 200 that %s: no empty inventory', async (_, body) => {
    spoil(body, LISTS);
    for (const read of [driver.listRecoveryPlans(cx()), driver.listProtectionGroups(cx())])
      await expect(read).rejects.toMatchObject({ name: 'ProviderError', retry: 'TEMPORARY' });
  });

  it.each([200, 204])('shows as a bare %i: no empty inventory, and no plan', async (status) => {
    site.sim.faults.add({ kind: 'status', status, body: '', method: 'GET', path: '/plans', times: -1 });
    for (const read of [driver.listRecoveryPlans(cx()), driver.getRecoveryPlan(site.plan(PLAN), cx())])
      await expect(read).rejects.toMatchObject({ kind: 'BAD_ANSWER', retry: 'TEMPORARY' });
  });

  it('shows as a thing without an id: not a thing', async () => {
    spoil(
      { name: 'erp-plan', status: null, _meta: { errors: [{ message: 'nothing could be read' }] } },
      '/plans/[^/]+$',
    );
    await expect(driver.getRecoveryPlan(site.plan(PLAN), cx())).rejects.toMatchObject({ kind: 'BAD_ANSWER' });
    await expect(
      driver.prepare(command('FAILOVER', { targetNativeId: site.plan(PLAN) }), 'op', cx()),
    ).rejects.toMatchObject({ kind: 'BAD_ANSWER' });
  });

  it('is ended at the end, once, with what hangs on it', async () => {
    await driver.close();
    expect(site.requests('DELETE', '/session$')).toMatchObject([{ status: 204 }]);
    expect(site.sim.state.sessions).toEqual([]);
    await expect(driver.listRecoveryPlans(cx())).rejects.toBeInstanceOf(ProviderError);
    expect(site.logIns.local).toBe(0);
  });

  it('is ended also when it is still on its way', async () => {
    const late = site.driver();
    const reading = late.listRecoveryPlans(cx()).catch(() => null);
    await late.close();
    await reading;
    expect(site.logIns.local).toBe(1);
    expect(site.requests('DELETE', '/session$')).toHaveLength(1);
  });

  it('is not waited for when the appliance does not answer, nor when it is gone', async () => {
    site.sim.faults.add({ kind: 'hang', method: 'DELETE', times: -1 });
    await expect(driver.close()).resolves.toBeUndefined();
    const other = site.driver();
    await other.listRecoveryPlans(cx());
    await site.running.close();
    await expect(other.close()).resolves.toBeUndefined();
  });

  it('is told without a secret', async () => {
    const errors: unknown[] = [];
    for (const wrong of [{ password: 'a-wrong-password' }, { remotePassword: 'a-wrong-far-password' }]) {
      const refused = site.driver(wrong);
      errors.push(await refused.check(cx()).catch((error: unknown) => error));
      const call = site.run(PLAN, 'test', TEST);
      errors.push(await refused.start(call, openGate, cx()).catch((error: unknown) => error));
    }
    const secrets = ['a-wrong', 'demo-password', 'demo-remote-password', 'Basic '];
    const coded = Object.values(ACCOUNT).map((text) => Buffer.from(text).toString('base64').slice(0, 12));
    for (const text of [...errors.map(shown), site.logged])
      for (const secret of [...secrets, ...coded]) expect(text).not.toContain(secret);
  });
});

function cx(): { signal: AbortSignal } {
  return { signal: new AbortController().signal };
}
