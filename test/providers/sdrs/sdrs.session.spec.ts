import {
  aCommand,
  aGroup,
  aToken,
  driverOf,
  errorOf,
  GROUP_ID,
  openGate,
  PASSWORD,
  patiently,
  refusal,
  ScriptedUpstream,
  StillClock,
  type Answer,
} from './scripted-upstream.js';

const LOG_IN = 'POST /v3/auth/tokens';
const HOURS = 3_600_000;
const MINUTES = 60_000;

describe('the session of sdrs', () => {
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    upstream = await new ScriptedUpstream().open();
    upstream.holds(aGroup());
  });
  afterEach(() => upstream.close());

  it('logs in once for ten callers at a time', async () => {
    const driver = driverOf(upstream);
    await Promise.all(Array.from({ length: 10 }, () => driver.getProtectionGroup(GROUP_ID, patiently)));
    expect(upstream.count(LOG_IN)).toBe(1);
    expect(upstream.count(`GET /server-groups/${GROUP_ID}`)).toBe(10);
  });

  it('asks for a token of the configured project', async () => {
    await driverOf(upstream).listProtectionGroups(patiently);
    expect(upstream.asked[0]?.body).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'gateway', password: PASSWORD, domain: { name: 'ACCOUNT' } } },
        },
        scope: { project: { id: '0123456789abcdef0123456789abcdef' } },
      },
    });
  });

  it.each([
    ['80 % of a day', 24 * 3600, 0.8 * 24 * HOURS],
    ['five minutes before the end of twenty', 20 * 60, 15 * MINUTES],
    ['half of one minute', 60, MINUTES / 2],
  ])('renews a token at %s', async (_, lifeSeconds, renewedAfter) => {
    upstream.on(LOG_IN, () => aToken('a-token', lifeSeconds));
    const clock = new StillClock();
    const driver = driverOf(upstream, clock);
    await driver.listProtectionGroups(patiently);
    clock.advance(renewedAfter - 1);
    await driver.listProtectionGroups(patiently);
    expect(upstream.count(LOG_IN)).toBe(1);
    clock.advance(1);
    await driver.listProtectionGroups(patiently);
    expect(upstream.count(LOG_IN)).toBe(2);
  });

  it('does not mind a clock that is an hour off', async () => {
    upstream.on(LOG_IN, () => aToken('a-token', 30 * 60));
    const driver = driverOf(upstream, new StillClock(Date.parse('2030-01-02T04:04:05.123Z')));
    await driver.listProtectionGroups(patiently);
    await driver.listProtectionGroups(patiently);
    expect(upstream.count(LOG_IN)).toBe(1);
  });

  it.each<[string, Answer]>([
    ['APIGW.0301', { status: 401, body: { error_msg: 'Incorrect: x', error_code: 'APIGW.0301' } }],
    ['APIGW.0307', { status: 401, body: { error_msg: 'Update it', error_code: 'APIGW.0307' } }],
    ['SDRS.0002 as 400', refusal('SDRS.0002')],
    ['SDRS.0014 as 500', refusal('SDRS.0014', 500)],
    ['SDRS.0016 as 500', refusal('SDRS.0016', 500)],
    [
      "IAM's 403",
      {
        status: 403,
        body: { error: { code: 403, message: 'X-Auth-Token is invalid in the request', title: 'Forbidden' } },
      },
    ],
  ])('logs in again and repeats a read once after %s', async (_, answer) => {
    upstream.on('GET /server-groups', ({ token }) =>
      token === 'token-1' ? answer : { body: { server_groups: [], count: 0 } },
    );
    expect(await driverOf(upstream).listProtectionGroups(patiently)).toEqual([]);
    expect(upstream.count(LOG_IN)).toBe(2);
    expect(upstream.count('GET /server-groups')).toBe(2);
  });

  it('renews once when one dead token is refused to ten reads', async () => {
    upstream.on('GET /server-groups', ({ token }) =>
      token === 'token-1' ? refusal('SDRS.0002') : { body: { server_groups: [], count: 0 } },
    );
    const driver = driverOf(upstream);
    await Promise.all(Array.from({ length: 10 }, () => driver.listProtectionGroups(patiently)));
    expect(upstream.count(LOG_IN)).toBe(2);
  });

  it('gives up when the new token is refused too', async () => {
    upstream.on('GET /server-groups', refusal('SDRS.0002'));
    const error = await errorOf(driverOf(upstream).listProtectionGroups(patiently));
    expect(error).toMatchObject({ kind: 'UNAUTHENTICATED', retry: 'TEMPORARY' });
    expect(upstream.count('GET /server-groups')).toBe(2);
  });

  it('never repeats a change, but forgets the token that was refused', async () => {
    const driver = driverOf(upstream);
    const { calls } = await driver.prepare(aCommand('DISABLE_PROTECTION'), 'op-1', patiently);
    const [call] = calls;
    if (!call) throw new Error('no call');
    upstream.on(`POST ${call.path.slice(36)}`, ({ token }) =>
      token === 'token-1'
        ? { status: 401, body: { error_msg: 'Update it', error_code: 'APIGW.0307' } }
        : { body: { job_id: 'a'.repeat(32) } },
    );
    const error = await errorOf(driver.start(call, openGate, patiently));
    expect(error).toMatchObject({ delivery: 'REFUSED', retry: 'TEMPORARY', kind: 'UNAUTHENTICATED' });
    expect(upstream.changes).toHaveLength(1);
    expect(await driver.start(call, openGate, patiently)).toEqual({ jobIds: ['a'.repeat(32)] });
  });

  it('says NOT_SENT of a change when it cannot log in', async () => {
    upstream.on(LOG_IN, { status: 503, body: { error: { code: 503, message: 'busy' } } });
    const call = { label: 'x', method: 'POST' as const, path: '/v1/x', body: {} };
    const error = await errorOf(driverOf(upstream).start(call, openGate, patiently));
    expect(error).toMatchObject({ delivery: 'NOT_SENT', retry: 'TEMPORARY', kind: 'UNAVAILABLE' });
    expect(upstream.changes).toHaveLength(0);
  });

  it('stops hammering IAM with a refused password, and shows it to nobody', async () => {
    upstream.on(LOG_IN, {
      status: 401,
      body: { error: { code: 401, message: 'wrong', title: 'Unauthorized' } },
    });
    const clock = new StillClock();
    const driver = driverOf(upstream, clock);
    for (let tries = 0; tries < 6; tries += 1) {
      const error = await errorOf(driver.check(patiently));
      expect(error).toMatchObject({ kind: 'UNAUTHENTICATED', retry: 'PERMANENT' });
      expect(JSON.stringify(error) + (error.stack ?? '')).not.toContain(PASSWORD);
    }
    expect(upstream.count(LOG_IN)).toBe(3);
    clock.advance(5 * MINUTES);
    await errorOf(driver.check(patiently));
    expect(upstream.count(LOG_IN)).toBe(4);
  });

  it('stops asking for tokens that nobody takes, for a minute at a time', async () => {
    upstream.on('GET /server-groups', refusal('SDRS.0002'));
    const clock = new StillClock();
    const driver = driverOf(upstream, clock);
    for (let tries = 0; tries < 6; tries += 1) {
      const error = await errorOf(driver.listProtectionGroups(patiently));
      expect(error).toMatchObject({ kind: 'UNAUTHENTICATED', retry: 'TEMPORARY' });
    }
    expect(upstream.count(LOG_IN)).toBe(3);
    clock.advance(MINUTES);
    await errorOf(driver.listProtectionGroups(patiently));
    expect(upstream.count(LOG_IN)).toBe(4);
    upstream.on('GET /server-groups', { body: { server_groups: [], count: 0 } });
    clock.advance(MINUTES);
    await driver.listProtectionGroups(patiently);
  });

  it('counts no token as unwanted that was taken once, however many die', async () => {
    const driver = driverOf(upstream);
    for (let deaths = 1; deaths <= 6; deaths += 1) {
      upstream.on('GET /server-groups', ({ token }) =>
        token === `token-${deaths}` ? refusal('SDRS.0002') : { body: { server_groups: [], count: 0 } },
      );
      await driver.listProtectionGroups(patiently);
    }
    expect(upstream.count(LOG_IN)).toBe(7);
  });

  it('gives back its token when it is closed, and does not mind if it cannot', async () => {
    upstream.on('DELETE /v3/auth/tokens', { status: 500 });
    const driver = driverOf(upstream);
    await driver.listProtectionGroups(patiently);
    await driver.close();
    expect(upstream.count('DELETE /v3/auth/tokens')).toBe(1);
  });

  it('gives back also a token that is on its way when it is closed, and asks for no other', async () => {
    const driver = driverOf(upstream);
    const reading = errorOf(driver.listProtectionGroups(patiently));
    await driver.close();
    await reading;
    expect(upstream.count(LOG_IN)).toBe(1);
    expect(upstream.count('DELETE /v3/auth/tokens')).toBe(1);
    await errorOf(driver.listProtectionGroups(patiently));
    expect(upstream.count(LOG_IN)).toBe(1);
  });

  it('can be closed when the site is down', async () => {
    const driver = driverOf(upstream);
    await driver.listProtectionGroups(patiently);
    await upstream.close();
    await expect(driver.close()).resolves.toBeUndefined();
    await upstream.open();
  });
});
