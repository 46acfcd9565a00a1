import {
  bench,
  cx,
  group,
  GROUP_ID,
  GROUPS,
  list,
  openGate,
  pairing,
  PAIRING,
  PASSWORDS,
  plan,
  PLAN_ID,
  PLANS,
  refusal,
  task,
  VC_A,
  vm,
  command,
  type Bench,
} from './appliance.js';

const REMOTE = `/pairings/${PAIRING}/remote-session`;

describe('the sessions of SRM', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
    site.appliance.on(`GET ${PLANS}`, list([plan('READY_STATE')]));
  });
  afterEach(() => site.close());

  it('are made once for many callers', async () => {
    await Promise.all(Array.from({ length: 20 }, () => site.driver.listRecoveryPlans(cx())));
    expect(site.appliance.count('POST /session')).toBe(1);
    expect(site.appliance.count('GET /pairings')).toBe(1);
  });

  it('log in with Basic and carry only the session id afterwards', async () => {
    await site.driver.listRecoveryPlans(cx());
    const [login, ...others] = site.appliance.journal;
    expect(login?.authorization).toBe(
      `Basic ${Buffer.from('gateway@vsphere.local:near-secret').toString('base64')}`,
    );
    expect(
      others.every((exchange) => exchange.authorization === null && exchange.session === 'session-1'),
    ).toBe(true);
  });

  it('are replaced before use when they reach the configured age, and the one before the last is ended', async () => {
    for (let round = 0; round < 3; round += 1) {
      await site.driver.listRecoveryPlans(cx());
      site.clock.pass(280);
    }
    expect(site.appliance.count('POST /session')).toBe(3);
    await site.driver.close();
    expect(site.appliance.sessions.size).toBe(0);
  });

  it('are renewed once when a read answers 401, and the read is repeated', async () => {
    await site.driver.listRecoveryPlans(cx());
    site.appliance.sessions.clear();
    await expect(site.driver.listRecoveryPlans(cx())).resolves.toHaveLength(1);
    expect(site.appliance.count('POST /session')).toBe(2);
  });

  it('are not renewed for ever when every read answers 401', async () => {
    await site.driver.listRecoveryPlans(cx());
    site.appliance.on(`GET ${PLANS}`, { status: 401 });
    site.appliance.forgetJournal();
    await expect(site.driver.listRecoveryPlans(cx())).rejects.toMatchObject({
      kind: 'UNAUTHENTICATED',
      retry: 'TEMPORARY',
    });
    expect(site.appliance.count(`GET ${PLANS}`)).toBe(2);
  });

  it('do not try a refused login again for half a minute', async () => {
    site.appliance.on('POST /session', { status: 401 });
    await expect(site.driver.listRecoveryPlans(cx())).rejects.toMatchObject({
      kind: 'UNAUTHENTICATED',
      retry: 'PERMANENT',
    });
    await expect(site.driver.listRecoveryPlans(cx())).rejects.toThrow('auth.userName');
    expect(site.appliance.count('POST /session')).toBe(1);
    site.clock.pass(30);
    await expect(site.driver.listRecoveryPlans(cx())).rejects.toThrow('auth.userName');
    expect(site.appliance.count('POST /session')).toBe(2);
  });

  it('let reads go on while the far site refuses the login, and say so in the check', async () => {
    site.appliance.on(`POST ${REMOTE}`, { status: 401 });
    const connection = await site.driver.check(cx());
    expect(connection.version).toBe('9.0.2');
    expect(connection.warnings).toEqual([expect.stringContaining('auth.remoteUserName')]);
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}`, { body: group('OK') });
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(1, 'OK')]));
    await expect(site.driver.listProtectedInstances(GROUP_ID, cx())).resolves.toHaveLength(1);
    expect(site.appliance.count(`POST ${REMOTE}`)).toBe(1);
  });

  it('block actions while the far site refuses the login', async () => {
    site.appliance.on(`POST ${REMOTE}`, { status: 403, body: refusal('NoPermission') });
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan('READY_STATE') });
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}/protection-groups`, list([group('OK')]));
    const preparation = await site.driver.prepare(command('FAILOVER'), 'op-1', cx());
    expect(preparation.blockers.map((blocker) => blocker.code)).toEqual(['remote-session-missing']);
    const [call] = preparation.calls;
    await expect(site.driver.start(call as never, openGate, cx())).rejects.toMatchObject({
      delivery: 'NOT_SENT',
    });
    expect(site.appliance.count(`POST ${PLANS}/${PLAN_ID}/actions/recovery`)).toBe(0);
  });

  it('need no login at the far site when both ends are one vCenter', async () => {
    site.appliance.on('GET /pairings', list([pairing(VC_A, VC_A)]));
    site.appliance.on(`POST ${PLANS}/${PLAN_ID}/actions/test`, { status: 202, body: task('t-1', 'QUEUED') });
    const call = { label: 'Test', method: 'POST' as const, path: path('test'), body: { sync_data: true } };
    await expect(site.driver.start(call, openGate, cx())).resolves.toEqual({ jobIds: ['t-1'] });
    expect(site.appliance.count(`POST ${REMOTE}`)).toBe(0);
  });

  it('make both logins before an action, the far one once for many', async () => {
    site.appliance.on(`POST ${PLANS}/${PLAN_ID}/actions/test`, { status: 202, body: task('t-1', 'QUEUED') });
    const call = { label: 'Test', method: 'POST' as const, path: path('test'), body: {} };
    await Promise.all([1, 2, 3].map(() => site.driver.start(call, openGate, cx())));
    expect(site.appliance.count(`POST ${REMOTE}`)).toBe(1);
    const login = site.appliance.journal.find((exchange) => exchange.path === REMOTE);
    expect(login?.session).toBe('session-1');
    expect(login?.authorization).toBe(
      `Basic ${Buffer.from('gateway@far.local:far-secret').toString('base64')}`,
    );
  });

  it('renew only the far login when an action shows that it is the missing one', async () => {
    const route = `POST ${PLANS}/${PLAN_ID}/actions/reprotect`;
    site.appliance.on(route, ({ session }) =>
      site.appliance.remoteSessions.has(session ?? '')
        ? { status: 202, body: task('t-1', 'QUEUED') }
        : { status: 403, body: refusal('NotAuthenticated at the remote site') },
    );
    await site.driver.check(cx());
    site.appliance.remoteSessions.clear();
    const call = {
      label: 'Reprotect',
      method: 'POST' as const,
      path: path('reprotect'),
      body: { forced: false },
    };
    await expect(site.driver.start(call, openGate, cx())).rejects.toMatchObject({
      delivery: 'REFUSED',
      retry: 'TEMPORARY',
      kind: 'UNAUTHENTICATED',
    });
    expect(site.appliance.count(route)).toBe(1);
    await expect(site.driver.start(call, openGate, cx())).resolves.toEqual({ jobIds: ['t-1'] });
    expect(site.appliance.count('POST /session')).toBe(1);
    expect(site.appliance.count(`POST ${REMOTE}`)).toBe(2);
  });

  describe('with a list that has gaps', () => {
    const FIELD = { message: 'Data of the remote site is missing.', field: '$.list[0].protection_info' };
    const read = (): Promise<unknown> => site.driver.listProtectedInstances(GROUP_ID, cx());
    beforeEach(async () => {
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}`, { body: group('OK') });
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, ({ session }) =>
        list([vm(1, 'OK')], site.appliance.remoteSessions.has(session ?? '') ? [] : [FIELD]),
      );
      await site.driver.check(cx());
      site.appliance.forgetJournal();
    });

    it('are looked at, and the far login is made again where it was lost', async () => {
      site.appliance.remoteSessions.clear();
      await expect(read()).resolves.toEqual([expect.objectContaining({ conditions: [] })]);
      expect(site.appliance.count(`POST ${REMOTE}`)).toBe(1);
      expect(site.appliance.count(`GET ${GROUPS}/${GROUP_ID}/vms`)).toBe(2);
    });

    it('are made anew altogether where the near one was lost too', async () => {
      site.appliance.remoteSessions.clear();
      site.appliance.on('GET /session', ({ session }) =>
        session === 'session-1' ? { status: 401 } : { body: { username: 'gateway' } },
      );
      await expect(read()).resolves.toEqual([expect.objectContaining({ conditions: [] })]);
      expect(site.appliance.count('POST /session')).toBe(1);
    });

    it('are not asked after again for half a minute where they are in order', async () => {
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(1, 'OK')], [FIELD]));
      await read();
      await read();
      expect(site.appliance.count(`GET ${REMOTE}`)).toBe(1);
      expect(site.appliance.count(`GET ${GROUPS}/${GROUP_ID}/vms`)).toBe(2);
      site.clock.pass(30);
      await read();
      expect(site.appliance.count(`GET ${REMOTE}`)).toBe(2);
    });
  });

  it('stand for a missing right when both logins are in order', async () => {
    site.appliance.on(`POST ${PLANS}/${PLAN_ID}/actions/recovery`, {
      status: 403,
      body: refusal('NoPermission'),
    });
    const call = { label: 'Run', method: 'POST' as const, path: path('recovery'), body: {} };
    await expect(site.driver.start(call, openGate, cx())).rejects.toMatchObject({
      delivery: 'REFUSED',
      retry: 'PERMANENT',
      kind: 'PERMISSION_DENIED',
    });
  });

  it('give up waiting when the caller does, without disturbing the other callers', async () => {
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    site.appliance.on('GET /pairings', async () => {
      await held;
      return list([pairing(VC_A, 'b')]);
    });
    const impatient = new AbortController();
    const one = site.driver.listRecoveryPlans({ signal: impatient.signal });
    const other = site.driver.listRecoveryPlans(cx());
    impatient.abort();
    await expect(one).rejects.toMatchObject({ name: 'ProviderError', retry: 'TEMPORARY' });
    answer();
    await expect(other).resolves.toHaveLength(1);
  });

  it('never show a password in an error', async () => {
    site.appliance.on('POST /session', { status: 400, body: refusal('bad login') });
    const error: unknown = await site.driver.check(cx()).catch((thrown: unknown) => thrown);
    const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).stack);
    for (const password of PASSWORDS) {
      expect(shown).not.toContain(password);
      expect(shown).not.toContain(Buffer.from(`gateway@vsphere.local:${password}`).toString('base64'));
    }
  });
});

function path(action: string): string {
  return `/pairings/{pairing}/recovery-management/plans/${encodeURIComponent(PLAN_ID)}/actions/${action}`;
}
