import { Provider } from '../../../src/providers/provider.js';
import { bench, list, PLAN_ID, PLANS, TestClock, type Bench, type Reply } from './appliance.js';

const PROMPTS = `GET ${PLANS}/${PLAN_ID}/recovery-steps/user-prompts`;
const GAP = [{ code: 'RemoteSiteUnavailable', message: 'the far site is silent.', field: '$.list' }];

describe('SRM that is read again and again', () => {
  let site: Bench;
  let provider: Provider;
  beforeEach(async () => {
    site = await bench();
    const clock = new TestClock();
    provider = new Provider(site.driver, { siteId: 'berlin', siteName: 'B', readTimeoutMs: 30_000, clock });
  });
  afterEach(() => site.close());

  async function breakerAfter(reads: number, answer: Reply): Promise<string> {
    site.appliance.on(PROMPTS, answer);
    for (let n = 0; n < reads; n += 1) {
      const read = provider.further('planPrompts', { planId: PLAN_ID });
      await expect(read).rejects.toMatchObject({ retry: 'TEMPORARY' });
    }
    return provider.breakerView.state;
  }

  it('goes on being asked while it answers with gaps, because the other site is down', async () => {
    expect(await breakerAfter(10, list([], GAP))).toBe('CLOSED');
  });

  it('is not asked any more when it cannot answer', async () => {
    expect(await breakerAfter(5, { status: 503 })).toBe('OPEN');
  });
});
