import { LocalAddressCounts } from '../../../src/providers/address-counts.js';
import { judging } from '../../../src/providers/judgement.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { SiteBudgets } from '../../../src/providers/request-budget.js';
import {
  aCommand,
  aGroup,
  driverOf,
  GROUP_ID,
  openGate,
  patiently,
  ScriptedUpstream,
  StillClock,
} from './scripted-upstream.js';

const CHANGE = `POST /server-groups/${GROUP_ID}/action`;
const call = {
  label: 'x',
  method: 'POST',
  path: `/v1/0123456789abcdef0123456789abcdef/server-groups/${GROUP_ID}/action`,
  body: { 'stop-server-group': {} },
} as const;

describe('the request budget of an account', () => {
  let upstream: ScriptedUpstream;
  let clock: StillClock;
  let budgets: SiteBudgets;
  let driver: ProviderDriver;
  beforeEach(async () => {
    upstream = await new ScriptedUpstream().open();
    upstream.holds(aGroup());
    upstream.on(CHANGE, { body: { job_id: 'a-job' } });
    clock = new StillClock();
    budgets = new SiteBudgets({ counts: new LocalAddressCounts(clock), clock, pause: null, random: () => 0 });
    driver = driverOf(upstream, clock, budgets);
  });
  afterEach(async () => {
    await driver.close();
    await upstream.close();
  });

  it('counts log-ins, reads and changes', async () => {
    await driver.getProtectionGroup(GROUP_ID, patiently);
    await driver.start(call, openGate, patiently);
    expect(await budgets.use()).toMatchObject({ limit: 100, used: 3, windowSeconds: 1 });
    expect(upstream.asked).toHaveLength(3);
  });

  it('refuses reads beyond it and still sends', async () => {
    let refused = 0;
    for (let n = 0; n < 100; n += 1) {
      await driver.getProtectionGroup(GROUP_ID, patiently).catch(() => (refused += 1));
    }
    expect(refused).toBeGreaterThan(0);
    await expect(driver.start(call, openGate, patiently)).resolves.toEqual({ jobIds: ['a-job'] });
    clock.advance(1_100);
    await expect(driver.getProtectionGroup(GROUP_ID, patiently)).resolves.toMatchObject({ name: 'erp-dr' });
  });

  it('is left alone as long as a 429 says', async () => {
    const slow = { error_code: 'APIGW.0308', error_msg: 'slow' };
    upstream.on(`GET /server-groups/${GROUP_ID}`, {
      status: 429,
      headers: { 'retry-after': '9' },
      body: slow,
    });
    await expect(driver.getProtectionGroup(GROUP_ID, patiently)).rejects.toMatchObject({
      kind: 'RATE_LIMITED',
    });
    await expect(driver.start(call, openGate, patiently)).rejects.toMatchObject({
      delivery: 'NOT_SENT',
      retryAfterMs: 9_000,
    });
    expect(upstream.changes).toEqual([]);
  });

  it('asks identical questions of one judgement once', async () => {
    const look = () =>
      Promise.all(
        (['PLANNED_FAILOVER', 'FAILOVER', 'DISABLE_PROTECTION'] as const).map((action) =>
          driver.prepare(aCommand(action, { direction: 'TO_RECOVERY' }), 'otc.x', patiently),
        ),
      );
    await driver.getProtectionGroup(GROUP_ID, patiently);
    const before = upstream.asked.length;
    await look();
    const apart = upstream.asked.length - before;
    await judging(look);
    const together = upstream.asked.length - before - apart;
    expect({ apart, together }).toEqual({ apart: 12, together: 4 });
  });
});
