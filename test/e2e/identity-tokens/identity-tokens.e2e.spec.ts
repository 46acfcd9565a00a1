import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecoveryPlanListDto } from '../../../src/api/dto/inventory.dto.js';
import { GatewayClient } from '../../support/client.js';
import {
  AUDIENCE,
  IdentityProviderStandIn,
  ISSUER,
  signingKey,
  type Wanted,
} from '../../support/identity-provider.js';
import { STARTING_TAKES_MS, useWorld } from '../../support/world.js';

const directory = mkdtempSync(join(tmpdir(), 'dr-gateway-access-'));
const accessFile = join(directory, 'access.yaml');
const provider = new IdentityProviderStandIn(() => Date.now());

beforeAll(async () => {
  await provider.start();
  writeFileSync(
    accessFile,
    `oidc:
  - { name: corp, issuer: ${ISSUER}, audience: ${AUDIENCE}, jwksUrl: "${provider.jwksUrl}" }
grants:
  - { provider: corp, group: watchers, role: viewer, sites: [eu-cloud] }
  - { provider: corp, subject: carol, role: commander, sites: [eu-cloud] }
`,
  );
});
afterAll(async () => {
  await provider.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('people and services with tokens of an identity provider', () => {
  const world = useWorld({ env: { ACCESS_FILE: accessFile } });
  const bearing = (token: string, url = world().api.url): GatewayClient => new GatewayClient(url, token);
  const somebody = (sub: string, groups: string[], more: Wanted = {}): GatewayClient =>
    bearing(provider.token({ ...more, claims: { sub, groups, ...more.claims } }));
  const viewer = (): GatewayClient => somebody('vera', ['watchers']);
  const commander = (): GatewayClient => somebody('carol', []);
  const failover = { direction: 'TO_RECOVERY', reason: 'the site is lost' };

  it('see what their groups may see, and nothing else', async () => {
    const all = await world().api.read<RecoveryPlanListDto>('/v1/recovery-plans');
    expect(new Set(all.items.map(({ siteId }) => siteId))).toEqual(new Set(['eu-cloud', 'berlin-dc']));
    const seen = await viewer().read<RecoveryPlanListDto>('/v1/recovery-plans');
    expect(seen.items).toEqual(all.items.filter(({ siteId }) => siteId === 'eu-cloud'));
    expect(JSON.stringify(seen)).not.toContain('berlin');
  });

  it('may look at a plan and not fail it over, as viewers', async () => {
    const plan = await viewer().planNamed('erp-dr');
    const path = `/v1/recovery-plans/${plan.id}/actions/failover`;
    const { body } = await viewer().refused('POST', path, { body: failover });
    expect(body).toMatchObject({ status: 403, code: 'forbidden' });
    expect(await world().sdrs.executions()).toEqual([]);
  });

  it('may fail it over as commanders, and history tells who it was', async () => {
    const plan = await commander().planNamed('erp-dr');
    const operation = await commander().succeeded(await commander().run(plan.id, 'failover', failover));
    expect(operation.requestedBy).toBe('corp:carol');
    expect(await world().sdrs.executions()).toMatchObject([{ action: 'failover' }]);
  });

  it('are known and may do nothing, without a grant', async () => {
    const nobody = somebody('nora', ['others']);
    for (const path of ['/v1/sites', '/v1/recovery-plans', '/v1/operations']) {
      expect((await nobody.refused('GET', path)).body).toMatchObject({ status: 403, code: 'forbidden' });
    }
    const plan = await world().api.planNamed('erp-dr');
    expect((await nobody.refused('GET', `/v1/recovery-plans/${plan.id}`)).body).toMatchObject({
      status: 404,
    });
  });

  it.each<[what: string, wanted: () => Wanted]>([
    ['has expired', () => ({ claims: { exp: Math.floor(Date.now() / 1000) - 60 } })],
    ['is meant for somebody else', () => ({ claims: { aud: 'billing' } })],
    ['is signed by a stranger', () => ({ key: signingKey('key-1') })],
  ])('are told nothing but that they are not known, when their token %s', async (_what, wanted) => {
    const { body, headers } = await somebody('carol', ['watchers'], wanted()).refused('GET', '/v1/sites');
    expect(body).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it(
    'go on while the provider is away; a gateway that starts meanwhile works with keys, and cannot judge tokens',
    async () => {
      provider.manner = 'DEAD';
      await viewer().read('/v1/sites');
      const replica = await world().startReplica();
      await replica.read('/v1/sites');
      const { body, headers } = await bearing(provider.token(), replica.url).refused('GET', '/v1/sites');
      expect(body).toMatchObject({ status: 503, code: 'identity-provider-unavailable', retryable: true });
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(world().logs).toContain('the keys of identity provider corp could not be read');
      expect(world().logs).not.toContain('eyJ');
    },
    STARTING_TAKES_MS,
  );
});
