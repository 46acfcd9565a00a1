import { silentLog } from '../../../src/platform/log/log.js';
import { LocalAddressCounts } from '../../../src/providers/address-counts.js';
import type { ProviderError } from '../../../src/providers/provider-error.js';
import { Provider } from '../../../src/providers/provider.js';
import { SiteBudgets } from '../../../src/providers/request-budget.js';
import { srm } from '../../../src/providers/srm/srm.factory.js';
import type { SrmBudgetSettings } from '../../../src/providers/srm/srm.settings.js';
import {
  Appliance,
  command,
  group,
  GROUPS,
  list,
  openGate,
  plan,
  PLAN_ID,
  PLANS,
  TestClock,
  TestMemory,
} from './appliance.js';

const RUN = `POST ${PLANS}/${PLAN_ID}/actions/cancel`;

/** Gateway processes that share what they ask of one appliance. */
class Gateways {
  private readonly providers: Provider[] = [];

  private constructor(
    readonly appliance: Appliance,
    private readonly endpoint: string,
    readonly clock = new TestClock(),
    private readonly counts = new LocalAddressCounts(clock),
  ) {}

  static async open(): Promise<Gateways> {
    const appliance = new Appliance();
    appliance.on(`GET ${PLANS}`, list([plan('READY_STATE')]));
    appliance.on(`GET ${GROUPS}`, list([group('READY')]));
    appliance.on(RUN, { status: 204 });
    return new Gateways(appliance, await appliance.listen());
  }

  start(budget: SrmBudgetSettings | null = null): Provider {
    const auth = {
      type: 'session' as const,
      userName: 'gateway@vsphere.local',
      password: 'near-secret',
      remoteUserName: 'gateway@far.local',
      remotePassword: 'far-secret',
    };
    const { clock, counts, endpoint } = this;
    const log = silentLog();
    const budgets = new SiteBudgets({ counts, clock, pause: null, random: () => 0 });
    const context = {
      siteId: 'site-a',
      clock,
      log,
      submitTimeoutMs: 2_000,
      memory: new TestMemory(),
      budgets,
    };
    const driver = srm.create({ endpoint, auth, budget }, context);
    const options = { siteId: 'site-a', siteName: 'A', readTimeoutMs: 10_000, log, budgets };
    const provider = new Provider(driver, options);
    this.providers.push(provider);
    return provider;
  }

  async close(): Promise<void> {
    await Promise.all(this.providers.map((provider) => provider.close()));
    await this.appliance.close();
  }
}

async function refusalOf(asking: Promise<unknown>): Promise<ProviderError> {
  return asking.then(
    () => {
      throw new Error('it was let through');
    },
    (error: unknown) => error as ProviderError,
  );
}

/** Asks on until it is refused. */
async function until(refused: () => Promise<unknown>): Promise<ProviderError> {
  for (let n = 0; n < 200; n += 1) {
    const error = await refused().then(
      () => null,
      (failure: unknown) => failure as ProviderError,
    );
    if (error !== null) return error;
  }
  throw new Error('nothing was refused');
}

function cancelling(provider: Provider) {
  const call = provider.cancelCall(command('FAILOVER'));
  if (!call) throw new Error('srm can cancel');
  return call;
}

describe('the request budget of an appliance', () => {
  let gateways: Gateways;
  beforeEach(async () => {
    gateways = await Gateways.open();
  });
  afterEach(() => gateways.close());

  it('counts everything that is sent: log-ins, reads and changes', async () => {
    const provider = gateways.start();
    await provider.check();
    await provider.listRecoveryPlans();
    await provider.start(cancelling(provider), openGate);
    expect(await provider.budgetUse()).toMatchObject({
      limit: 100,
      used: gateways.appliance.journal.length,
      windowSeconds: 60,
    });
  });

  it('lets an action go at once when refreshes have used all that is theirs', async () => {
    const provider = gateways.start();
    const refusal = await until(() => provider.survey());
    expect(refusal).toMatchObject({ kind: 'RATE_LIMITED', retry: 'TEMPORARY' });
    const { used } = (await provider.budgetUse()) ?? { used: 0 };
    expect(used).toBeGreaterThan(22);
    expect(used).toBeLessThanOrEqual(25);
    await expect(provider.start(cancelling(provider), openGate)).resolves.toEqual({ jobIds: [] });
    await expect(provider.listRecoveryPlans()).resolves.toHaveLength(1);
  });

  it('keeps two processes together within the limit of the address', async () => {
    const both = [gateways.start(), gateways.start(), gateways.start()];
    for (const provider of both) await until(() => provider.listRecoveryPlans());
    for (const provider of both) {
      await until(() => provider.start(cancelling(provider), openGate));
    }
    expect(gateways.appliance.journal.length).toBeLessThanOrEqual(100);
    expect(gateways.appliance.journal.length).toBeGreaterThan(90);
  });

  it('does not send what finds no place, nor opens the gate for it', async () => {
    const provider = gateways.start({ sessionRequestsPerMinute: 10, addressRequestsPerMinute: 10 });
    const call = cancelling(provider);
    await until(() => provider.start(call, openGate));
    gateways.appliance.forgetJournal();
    let opened = false;
    const gate = { open: () => void (opened = true) };
    const refusal = await refusalOf(provider.start(call, gate));
    expect(refusal).toMatchObject({ kind: 'RATE_LIMITED', retry: 'TEMPORARY', delivery: 'NOT_SENT' });
    expect(opened).toBe(false);
    expect(gateways.appliance.journal).toEqual([]);
    gateways.clock.pass((refusal.retryAfterMs ?? 0) / 1000);
    await expect(provider.start(call, openGate)).resolves.toEqual({ jobIds: [] });
  });

  it('is left alone by every process when it told one of them to wait, sends included', async () => {
    const [one, other] = [gateways.start(), gateways.start()];
    await other.listRecoveryPlans();
    gateways.appliance.on(`GET ${PLANS}`, { status: 429, headers: { 'retry-after': '20' } });
    expect(await refusalOf(one.listRecoveryPlans())).toMatchObject({ retryAfterMs: 20_000 });
    gateways.appliance.on(`GET ${PLANS}`, list([plan('READY_STATE')]));
    gateways.appliance.forgetJournal();
    for (const provider of [one, other]) {
      expect(await refusalOf(provider.listRecoveryPlans())).toMatchObject({ kind: 'RATE_LIMITED' });
      expect(await refusalOf(provider.start(cancelling(provider), openGate))).toMatchObject({
        delivery: 'NOT_SENT',
        retryAfterMs: 20_000,
      });
    }
    expect(gateways.appliance.journal).toEqual([]);
    gateways.clock.pass(20);
    await expect(other.listRecoveryPlans()).resolves.toHaveLength(1);
  });

  it('is left alone after the refusal of a change, too', async () => {
    const provider = gateways.start();
    gateways.appliance.on(RUN, { status: 429, headers: { 'retry-after': '20' } });
    const call = cancelling(provider);
    expect(await refusalOf(provider.start(call, openGate))).toMatchObject({ delivery: 'REFUSED' });
    expect(await refusalOf(provider.listRecoveryPlans())).toMatchObject({ retryAfterMs: 20_000 });
  });

  it('ends a session even when no place is left', async () => {
    const provider = gateways.start({ sessionRequestsPerMinute: 10, addressRequestsPerMinute: 10 });
    await until(() => provider.start(cancelling(provider), openGate));
    await provider.close();
    expect(gateways.appliance.count('DELETE /session')).toBe(1);
  });

  it('is as large as the site says', async () => {
    const provider = gateways.start({ sessionRequestsPerMinute: 400, addressRequestsPerMinute: 300 });
    expect(await provider.budgetUse()).toMatchObject({ limit: 300 });
    await until(() => provider.survey());
    const { used } = (await provider.budgetUse()) ?? { used: 0 };
    // The three that a look takes together find no place any more.
    expect(used).toBeGreaterThan(147);
    expect(used).toBeLessThanOrEqual(150);
  });
});
