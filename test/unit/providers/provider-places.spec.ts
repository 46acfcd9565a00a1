import { LocalAddressCounts } from '../../../src/providers/address-counts.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import type { ProviderError } from '../../../src/providers/provider-error.js';
import { Provider } from '../../../src/providers/provider.js';
import { SiteBudgets } from '../../../src/providers/request-budget.js';
import { changed, memorySite } from '../support/memory-site.js';
import { command } from '../support/operation.js';
import { TestClock } from '../support/test-clock.js';

const QUOTA = { requests: 20, windowSeconds: 60 };

/** A site whose every call asks three requests at once, of twenty a minute. */
function bench() {
  const clock = new TestClock();
  const budgets = new SiteBudgets({ counts: new LocalAddressCounts(clock), clock, pause: null });
  const budget = budgets.of('https://appliance.example', { address: QUOTA, session: null });
  const asked = { requests: 0 };
  const asking = async (): Promise<never[]> => {
    await Promise.all([1, 2, 3].map(() => budget.take().then(() => (asked.requests += 1))));
    return [];
  };
  let whole: ProviderDriver | undefined;
  memorySite(clock, (driver) => (whole = driver));
  if (!whole) throw new Error('there is no driver');
  const together = { preparation: 3, survey: 3, round: 3 };
  const driver = changed(whole, {
    descriptor: { ...whole.descriptor, budget: { address: QUOTA, session: null, together } },
    survey: asking as unknown as ProviderDriver['survey'],
    prepare: asking as unknown as ProviderDriver['prepare'],
    observe: asking,
  });
  const provider = new Provider(driver, { siteId: 'a', siteName: 'A', readTimeoutMs: 15_000, budgets });
  return { provider, asked };
}

/** How often it goes through before it is refused, and what was asked of the site by then. */
async function refusedAfter(asked: { requests: number }, call: () => Promise<unknown>) {
  for (let calls = 0; ; calls += 1) {
    const error = await call().then(
      () => null,
      (refusal: unknown) => refusal as ProviderError,
    );
    if (error) return { calls, requests: asked.requests, kind: error.kind, heldBack: error.heldBack };
  }
}

describe('the places of a site', () => {
  it.each<[string, (provider: Provider) => Promise<unknown>, number]>([
    ['a survey', (provider) => provider.survey(), 3],
    [
      'the look before an action',
      (provider) => provider.prepare(command({ action: 'START_DRILL' }), 'op'),
      5,
    ],
    ['the look before a failover', (provider) => provider.prepare(command(), 'op'), 6],
    ['a round of watching', (provider) => provider.observe([]), 6],
  ])('are there for all that %s asks, or it asks nothing', async (_, call, calls) => {
    const { provider, asked } = bench();
    expect(await refusedAfter(asked, () => call(provider))).toEqual({
      calls,
      requests: 3 * calls,
      kind: 'RATE_LIMITED',
      heldBack: true,
    });
  });

  it('are taken one by one for what is only judged', async () => {
    const { provider, asked } = bench();
    const judged = () => provider.judging(() => provider.prepare(command(), 'op'));
    expect(await refusedAfter(asked, judged)).toMatchObject({ calls: 4, requests: 12 });
  });
});
