import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { errorOf, openGate, patiently } from './scripted-upstream.js';
import { IAM_PASSWORD, PROJECT, shown, SimulatedSite } from './simulated-site.js';

/** Section 1.4: where a dead token is noticed, and how it is told. */
const SHAPES = ['gateway-0301', 'gateway-0307', 'iam-403', 'sdrs-400', 'sdrs-500'] as const;
/** What the gateway says after "Incorrect IAM authentication information: ". */
const TAILS = [
  'decrypt token fail',
  'x-auth-token not found',
  'token expires, expires_at: 2030-01-02T03:04:05.123456Z',
  'verify aksk signature fail, canonicalRequest:GET|/v1/|',
  'ak AKEXAMPLE0000001 not exist',
  'Get secretKey failed,ak:AKEXAMPLE0000001,err:…',
];
const SERVICE = `^/v1/${PROJECT}`;
const LOG_IN = ['POST', '^/v3/auth/tokens$'] as const;

describe('a token of sdrs that dies', () => {
  let site: SimulatedSite;
  let driver: ProviderDriver;
  beforeEach(async () => {
    site = await SimulatedSite.open();
    driver = site.driver();
    await list();
    site.sim.journal.clear();
  });
  afterEach(() => site.close());

  const list = () => driver.listProtectionGroups({ signal: new AbortController().signal });
  const die = () => {
    for (const token of Object.values(site.sim.state.tokens)) token.expiresAt = site.sim.instant - 1;
  };
  const refuse = (status: number, body: object, times = 1) =>
    site.sim.faults.add({ kind: 'status', path: SERVICE, status, body, times });
  const saying = (tail: string) => ({
    error_msg: `Incorrect IAM authentication information: ${tail}`,
    error_code: 'APIGW.0301',
    request_id: 'gw-1',
  });

  describe.each(SHAPES)('told as %s', (shape) => {
    beforeEach(() => {
      site.sim.settings.expiredTokenAnswer = shape;
      die();
    });

    it('is replaced, and the read repeated, once', async () => {
      expect(await list()).not.toHaveLength(0);
      expect(site.count(...LOG_IN)).toBe(1);
    });

    it('is replaced once for many readers', async () => {
      await Promise.all(Array.from({ length: 10 }, list));
      expect(site.count(...LOG_IN)).toBe(1);
    });

    it('does not make a change be sent twice, nor begin anything', async () => {
      const call = site.action('shop-dr', { 'start-server-group': {} });
      const error = await errorOf(driver.start(call, openGate, patiently));
      expect(error).toMatchObject(
        shape === 'sdrs-500'
          ? { delivery: 'AMBIGUOUS' }
          : { delivery: 'REFUSED', kind: 'UNAUTHENTICATED', retry: 'TEMPORARY' },
      );
      expect(site.count('POST', SERVICE)).toBe(1);
      expect(site.count(...LOG_IN)).toBe(0);
      expect(site.sim.journal.executions()).toEqual([]);
    });

    it('is replaced before the next look or send', async () => {
      const call = site.action('shop-dr', { 'start-server-group': {} });
      await errorOf(driver.start(call, openGate, patiently));
      // After an ambiguous send only looks follow; they find out.
      if (shape === 'sdrs-500') await list();
      else await driver.start(call, openGate, patiently);
      expect(site.count(...LOG_IN)).toBe(1);
    });
  });

  it.each(TAILS)('is replaced when the gateway says "%s"', async (tail) => {
    refuse(401, saying(tail));
    expect(await list()).not.toHaveLength(0);
    expect(site.count(...LOG_IN)).toBe(1);
  });

  it.each(TAILS)('has a change refused when the gateway says "%s", with none of the echo', async (tail) => {
    refuse(401, saying(tail));
    const call = site.action('shop-dr', { 'start-server-group': {} });
    const error = await errorOf(driver.start(call, openGate, patiently));
    expect(error).toMatchObject({ delivery: 'REFUSED', kind: 'UNAUTHENTICATED', retry: 'TEMPORARY' });
    expect(shown(error)).not.toContain('canonicalRequest');
    expect(site.count('POST', SERVICE)).toBe(1);
  });

  it.each(['SDRS.0014', 'SDRS.0015', 'SDRS.0016'])('is replaced when %s comes as 500', async (code) => {
    refuse(500, { error: { code, message: 'no domain in the token' } });
    expect(await list()).not.toHaveLength(0);
    expect(site.count(...LOG_IN)).toBe(1);
  });

  it('is an error when the fresh one is refused as well', async () => {
    refuse(401, saying('decrypt token fail'), 2);
    expect(await errorOf(list())).toMatchObject({ kind: 'UNAUTHENTICATED', retry: 'TEMPORARY' });
    expect([site.count('GET', SERVICE), site.count(...LOG_IN)]).toEqual([2, 1]);
  });

  it('does not let log-ins rain on IAM while no fresh one is taken', async () => {
    refuse(401, saying('decrypt token fail'), -1);
    for (let reads = 0; reads < 20; reads += 1) await errorOf(list());
    await Promise.all(Array.from({ length: 20 }, () => errorOf(list())));
    expect(site.count(...LOG_IN)).toBe(3);
    const call = site.action('shop-dr', { 'start-server-group': {} });
    expect(await errorOf(driver.start(call, openGate, patiently))).toMatchObject({ delivery: 'NOT_SENT' });
    site.sim.faults.clear();
    site.sim.clock.advance(60_000);
    expect(await list()).not.toHaveLength(0);
  });

  it("tells IAM's refusal of the user, with its number for a code, as what it is", async () => {
    const wrong = site.driver({ password: 'a-wrong-password' });
    const error = await errorOf(wrong.listProtectionGroups(patiently));
    expect(error).toMatchObject({ kind: 'UNAUTHENTICATED', retry: 'PERMANENT', upstream: { status: 401 } });
    expect(error.message).toContain('auth.password');
    expect(shown(error) + site.logged).not.toMatch(new RegExp(`${IAM_PASSWORD}|a-wrong-password|MIIF`));
  });

  it.each([
    ['an empty 200', { kind: 'empty' as const }],
    ['a 200 without its list', { kind: 'body' as const, body: { count: 0 } }],
    [
      'a 200 with an error in it',
      { kind: 'body' as const, body: { error: { code: 'SDRS.0013', message: 'x' } } },
    ],
    [
      'a list that counts what it does not show',
      { kind: 'body' as const, body: { server_groups: [], count: 4 } },
    ],
    ['a list of nothing with a name', { kind: 'body' as const, body: { server_groups: [{}], count: 1 } }],
  ])('and %s is no empty inventory', async (_, fault) => {
    site.sim.faults.add({ ...fault, path: SERVICE, times: -1 });
    expect(await errorOf(list())).toMatchObject({ retry: 'TEMPORARY' });
  });

  it.each(['id', 'status'])('and a group without its %s is not taken for one', async (field) => {
    const group = site.sim.state.groups.find(({ name }) => name === 'erp-dr');
    const body = { server_group: { ...group, [field]: undefined } };
    site.sim.faults.add({ kind: 'body', path: SERVICE, body, times: -1 });
    const read = driver.getProtectionGroup(site.group('erp-dr'), patiently);
    expect(await errorOf(read)).toMatchObject({ kind: 'BAD_ANSWER', retry: 'TEMPORARY' });
  });

  it('is given back at the end, once', async () => {
    await driver.close();
    expect(site.count('DELETE', '^/v3/auth/tokens$')).toBe(1);
    expect(site.sim.state.tokens).toEqual({});
  });

  it('is not waited for when IAM does not answer', async () => {
    site.sim.faults.add({ kind: 'hang', method: 'DELETE' });
    await expect(driver.close()).resolves.toBeUndefined();
  });
});
