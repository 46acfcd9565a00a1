import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { UpstreamHttp } from '../../../src/platform/http/upstream-http.js';
import { KeySession } from '../../../src/providers/sdrs/access/sdrs.key-session.js';
import { StillClock, errorOf, openGate, patiently } from './scripted-upstream.js';
import { KEY, PROJECT, shown, SimulatedSite } from './simulated-site.js';

const MINUTES = 60_000;
const WRONG = { secretKey: 'wrong-secret-key-nobody-may-see' };
const SERVICE = `^/v1/${PROJECT}`;

describe('signed requests to sdrs', () => {
  let site: SimulatedSite;
  beforeEach(async () => {
    site = await SimulatedSite.open();
  });
  afterEach(() => site.close());

  const list = (driver: ProviderDriver) =>
    driver.listProtectionGroups({ signal: new AbortController().signal });
  const failures = () => site.sim.state.signatureFailures[KEY.accessKey]?.count ?? 0;

  it('read everything without ever asking IAM', async () => {
    const driver = site.signing();
    await expect(driver.check(patiently)).resolves.toMatchObject({ version: 'v1' });
    expect((await list(driver)).map(({ name }) => name)).toContain('erp-dr');
    await driver.listProtectedInstances(site.group('erp-dr'), patiently);
    await driver.listReplicationPairs(site.group('erp-dr'), patiently);
    await driver.creationOptions(patiently);
    expect(site.count('POST', '/v3/')).toBe(0);
    expect(failures()).toBe(0);
  });

  it('change things: a POST with a body', async () => {
    const call = site.action('shop-dr', { 'start-server-group': {} });
    const { jobIds } = await site.signing().start(call, openGate, patiently);
    expect(site.sim.journal.executions()).toMatchObject([{ action: 'enable', jobId: jobIds[0] }]);
  });

  it('change things: a body with letters from everywhere', async () => {
    const path = `/v1/${PROJECT}/server-groups/${site.group('lab-empty')}`;
    const body = { server_group: { name: 'Zürich–東京' } };
    const sent = site.signing().start({ label: 'x', method: 'PUT', path, body }, openGate, patiently);
    // Whatever the service thinks of the name, the signature was good.
    await sent.catch((error: unknown) => expect(error).toMatchObject({ upstream: { code: 'SDRS.0202' } }));
    expect(failures()).toBe(0);
    expect(site.sim.journal.requests({ method: 'PUT' })).toMatchObject([{ body }]);
  });

  it.each([
    ['with a body', { delete_target_server: false, delete_target_eip: false }],
    ['without one', undefined],
  ])('change things: a DELETE %s', async (_, body) => {
    const instance = site.sim.state.instances.find(({ name }) => name === 'shop-web01');
    const path = `/v1/${PROJECT}/protected-instances/${instance?.id ?? ''}`;
    await site.signing().start({ label: 'x', method: 'DELETE', path, body }, openGate, patiently);
    expect(site.sim.journal.executions()).toHaveLength(1);
  });

  it.each([
    ['several ids', { server_group_ids: '["id 1","id2"]', limit: 10 }],
    ['letters from everywhere', { name: 'Zürich 東京', query_type: '' }],
    ['everything that is encoded differently here and there', { name: "it's (so)*! ~a+b&c=d%20" }],
  ])('filter by %s', async (_, query) => {
    const http = new UpstreamHttp({ baseUrl: site.running.url });
    const session = new KeySession(http, KEY, PROJECT, new StillClock(site.sim.clock.now()));
    const request = { method: 'GET' as const, path: `/v1/${PROJECT}/replications`, query };
    const admission = await session.admit(request, patiently.signal);
    const answer = await http.read({ ...request, headers: admission.headers });
    admission.release();
    await http.close();
    expect(answer.status).toBe(200);
    const asText = Object.entries(query).map(([name, value]) => [name, String(value)]);
    expect(site.sim.journal.requests({ path: '/replications' })).toMatchObject([
      { query: Object.fromEntries(asText) as object },
    ]);
  });

  it('carry and sign the token of a temporary key', async () => {
    await list(site.signing({ securityToken: 'gQpjbi1ub3J0aC0x+/=' }));
    const [request] = site.sim.journal.requests({ path: SERVICE });
    expect(request?.headers).toMatchObject({
      'x-security-token': 'gQpjbi1ub3J0aC0x+/=',
      'x-project-id': PROJECT,
    });
  });

  it('are let in by a clock that is ten minutes off', async () => {
    await expect(list(site.signing({}, 10 * MINUTES))).resolves.not.toHaveLength(0);
    await expect(list(site.signing({}, -10 * MINUTES))).resolves.not.toHaveLength(0);
  });

  it.each([20 * MINUTES, -20 * MINUTES])('say that the clock is wrong when it is off by %i', async (off) => {
    const error = await errorOf(list(site.signing({}, off)));
    expect(error).toMatchObject({ kind: 'UNAUTHENTICATED', retry: 'TEMPORARY' });
    expect(error.message).toMatch(/clocks .* 20 minutes apart/);
    expect(site.count('GET', SERVICE)).toBe(1);
  });

  it.each([
    ['a wrong secret', WRONG],
    ['an unknown key', { accessKey: 'AKUNKNOWN' }],
  ])('with %s are not repeated, and say what to check', async (_, key) => {
    const error = await errorOf(list(site.signing(key)));
    expect(error).toMatchObject({
      kind: 'UNAUTHENTICATED',
      retry: 'PERMANENT',
      upstream: { status: 401, code: 'APIGW.0301' },
    });
    expect(error.message).toContain('auth.secretKey');
    expect(site.count('GET', SERVICE)).toBe(1);
  });

  it('with a wrong secret stop before the key is locked, however many callers there are', async () => {
    const driver = site.signing(WRONG);
    await Promise.all(Array.from({ length: 12 }, () => errorOf(list(driver))));
    await errorOf(list(driver));
    expect(failures()).toBe(3);
    await expect(list(site.signing())).resolves.not.toHaveLength(0);
  });

  it('with a wrong secret are tried once more after five minutes', async () => {
    const driver = site.signing(WRONG);
    for (let tries = 0; tries < 5; tries += 1) await errorOf(list(driver));
    expect(site.count('GET', SERVICE)).toBe(3);
    site.sim.clock.advance(5 * MINUTES);
    await errorOf(list(driver));
    await errorOf(list(driver));
    expect(site.count('GET', SERVICE)).toBe(4);
  });

  it('go on by themselves when the key is good again', async () => {
    const driver = site.signing();
    const { accounts } = site.sim.settings;
    site.sim.settings.accounts = accounts.map((account) => ({ ...account, accessKeys: [] }));
    for (let tries = 0; tries < 4; tries += 1) await errorOf(list(driver));
    site.sim.settings.accounts = accounts;
    site.sim.clock.advance(5 * MINUTES);
    await Promise.all(Array.from({ length: 5 }, () => list(driver)));
  });

  it('do not wait for each other once the key has been let in', async () => {
    const driver = site.signing();
    await list(driver);
    site.sim.faults.add({ kind: 'hang', path: 'active-domains' });
    const held = new AbortController();
    const first = driver.creationOptions({ signal: held.signal }).catch((error: unknown) => error);
    await expect(list(driver)).resolves.not.toHaveLength(0);
    held.abort();
    expect(await first).toMatchObject({ kind: 'TIMEOUT' });
  });

  it('make way for the next when the first of all gets no answer', async () => {
    const driver = site.signing();
    site.sim.faults.add({ kind: 'reset', path: SERVICE });
    const [first, second] = await Promise.allSettled([list(driver), list(driver)]);
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('of a change are REFUSED with a bad key, NOT_SENT while it is not tried, and begin nothing', async () => {
    const driver = site.signing(WRONG);
    const call = site.action('shop-dr', { 'start-server-group': {} });
    const deliveries: unknown[] = [];
    for (let tries = 0; tries < 5; tries += 1) {
      deliveries.push((await errorOf(driver.start(call, openGate, patiently))).delivery);
    }
    expect(deliveries).toEqual(['REFUSED', 'REFUSED', 'REFUSED', 'NOT_SENT', 'NOT_SENT']);
    expect(site.count('POST', SERVICE)).toBe(3);
    expect(site.sim.journal.executions()).toEqual([]);
  });

  it('show neither the secret nor a signature to anybody', async () => {
    const driver = site.signing({ ...WRONG, securityToken: 'a-security-token' });
    const call = site.action('shop-dr', { 'start-server-group': {} });
    const errors = [await errorOf(list(driver)), await errorOf(driver.start(call, openGate, patiently))];
    site.sim.faults.add({ kind: 'reset', path: SERVICE });
    errors.push(await errorOf(list(site.signing())));
    for (const text of [...errors.map(shown), site.logged]) {
      expect(text).not.toMatch(/wrong-secret-key|SkExample|a-security-token|Signature=|canonicalRequest/);
    }
  });
});
