import { BUTTONS, ACTION_FACTS } from '../../../src/domain/action-facts.js';
import { DR_ACTIONS, type DrAction } from '../../../src/domain/dr-action.js';
import { publicId } from '../../../src/domain/ids.js';
import { Provider } from '../../../src/providers/provider.js';
import { command } from './appliance.js';
import { SimulatedAppliance } from './simulated-appliance.js';

/** What `GET /v1/recovery-plans/{id}/actions` prepares for a plan that is ready. */
const PREPARED = DR_ACTIONS.filter(
  (action) => ACTION_FACTS[action].targetType === 'RECOVERY_PLAN' && BUTTONS.includes(action),
).filter((action) => ['PLANNED_FAILOVER', 'FAILOVER', 'START_DRILL'].includes(action));

describe('what may be done with a plan now', () => {
  let site: SimulatedAppliance;
  let provider: Provider;
  beforeEach(async () => {
    site = await SimulatedAppliance.open();
    provider = new Provider(site.driver(), { siteId: 'berlin', siteName: 'B', readTimeoutMs: 30_000 });
    await provider.check();
  });
  afterEach(() => site.close());

  const requests = (): number => site.requests('GET', '/api/rest').length;

  async function look(): Promise<void> {
    await provider.getRecoveryPlan(publicId('berlin', site.plan('erp-plan')));
    await Promise.all(PREPARED.map((action) => provider.prepare(commandFor(action), 'berlin.x')));
  }

  function commandFor(action: DrAction) {
    return command(action, { targetNativeId: site.plan('erp-plan') });
  }

  it('is judged with the same questions asked once', async () => {
    const before = requests();
    await look();
    const apart = requests() - before;
    await provider.judging(look);
    const together = requests() - before - apart;
    expect({ apart, together }).toEqual({ apart: 12, together: 4 });
  });

  it('is looked at anew by the next judgement, and by what is prepared to be sent', async () => {
    await provider.judging(look);
    const before = requests();
    await provider.judging(look);
    const again = requests() - before;
    expect(again).toBeGreaterThan(0);
    await provider.prepare(commandFor('FAILOVER'), 'berlin.x');
    expect(requests() - before - again).toBeGreaterThan(0);
  });

  it('is asked again when the first answer was lost with a session', async () => {
    site.loseSessions();
    await expect(provider.judging(look)).resolves.toBeUndefined();
  });
});
