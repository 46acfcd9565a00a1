import { SITE_PASSWORDS, type SimulatorPorts } from '../../../sandbox/sites-file.js';
import { eventually } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

/** As an operator writes it who knows nothing of budgets: the drivers keep to what they take for the limits. */
const sitesFile = ({ sdrs, srm }: SimulatorPorts): string => `sites:
  - id: eu-cloud
    provider: sdrs
    endpoint: http://127.0.0.1:${sdrs}
    projectId: 0123456789abcdef0123456789abcdef
    auth: { type: password, iamEndpoint: "http://127.0.0.1:${sdrs}", domainName: demo, userName: demo, password: "${SITE_PASSWORDS.SDRS_PASSWORD}" }
  - id: berlin-dc
    provider: srm
    endpoint: http://127.0.0.1:${srm}/api/rest/srm/v2
    auth: { type: session, userName: administrator@vsphere.local, password: "${SITE_PASSWORDS.SRM_PASSWORD}", remoteUserName: administrator@remote.local, remotePassword: "${SITE_PASSWORDS.SRM_REMOTE_PASSWORD}" }
`;

const SESSION_QUOTA = 50;
const ADDRESS_QUOTA = 100;
const SOME_LOOKS = 20;

describe('several replicas at one site with a rate limit', () => {
  /** Whoever could, would ask all the time. */
  const world = useWorld({
    workers: 2,
    sitesFile,
    env: { INVENTORY_REFRESH_MS: '100', POLL_INTERVAL_MS: '100' },
  });

  it('stay within it together, and what is asked of them is sent all the same', async () => {
    const { srm } = world();
    const plan = await world().api.planNamed('erp-plan');
    await srm.settings({ limiter: true, durationFactor: 0.05 });
    const replica = await world().startReplica();
    await eventually('they ask as often as they may', async () => {
      await Promise.all(
        [world().api, replica].map((api) => api.read('/v1/recovery-plans', { 'cache-control': 'no-cache' })),
      );
      return (await srm.traffic()).lastMinute.requests > SOME_LOOKS || null;
    });

    const operation = await replica.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
    await replica.succeeded(operation, A_MINUTE_AND_MORE_MS);
    const { peak, lastMinute } = await srm.traffic();
    expect(lastMinute.refused).toBe(0);
    expect(peak.ofOneSession).toBeLessThanOrEqual(SESSION_QUOTA);
    expect(peak.requests).toBeLessThanOrEqual(ADDRESS_QUOTA);
    expect(await srm.executions()).toHaveLength(1);
  }, 150_000);
});

const A_MINUTE_AND_MORE_MS = 120_000;
