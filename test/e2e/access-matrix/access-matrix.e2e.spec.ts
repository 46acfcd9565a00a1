import { randomUUID } from 'node:crypto';
import type { ApiKeyWithSecretDto } from '../../../src/api/dto/api-keys.dto.js';
import type { ApprovalListDto } from '../../../src/api/dto/approvals.dto.js';
import type { DrillListDto } from '../../../src/api/dto/inventory.dto.js';
import type { FindingListDto } from '../../../src/api/dto/findings.dto.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import type { ProblemDto } from '../../../src/api/dto/problem.dto.js';
import type { WebhookWithSecretDto } from '../../../src/api/dto/webhooks.dto.js';
import { GatewayClient } from '../../support/client.js';
import { eventually } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';
import { temporaryFolder } from '../../unit/support/temporary-folder.js';
import { ALL_ROLES, FOR_EVERYBODY, WHO_MAY } from './who-may.js';

const TEST_MS = 180_000;
const SITES = { own: 'eu-cloud', foreign: 'berlin-dc' } as const;
const PLANS = { own: 'erp-dr', foreign: 'erp-plan' } as const;
type Side = keyof typeof SITES;
const POLICY = `approvals:\n  - { sites: '*', actions: [FAILOVER] }\n`;

/** What paths can name at a site; the parts of these need not be there. */
interface Things {
  sites: string;
  'protection-groups': string;
  'recovery-plans': string;
  operations: string;
  drills: string;
  findings: string;
  approvals: string;
}

const PARTS: Readonly<Record<string, string>> = {
  taskId: '1',
  instanceId: '1',
  pairId: '1',
  stepId: '1',
  reportId: '1',
  drillId: '1',
  deliveryId: '1',
};

/**
 * Every documented route, called by a key of each role over one site, about things of that site and of another one. Every
 * request carries something that no route knows, so that what is let in ends there, with a 400 that names it.
 */
describe('every route, for every role', () => {
  const file = temporaryFolder();
  const world = useWorld({
    env: {
      ACCESS_FILE: file('access.yaml', POLICY),
      WEBHOOK_ALLOW_PRIVATE: 'true',
      INVENTORY_REFRESH_MS: '500',
    },
  });
  const things = {} as Record<Side, Things>;
  const clients = new Map<string, GatewayClient>();
  let asked = 0;

  beforeAll(async () => {
    for (const side of ['own', 'foreign'] as const) things[side] = await thingsOf(side);
    for (const role of ALL_ROLES)
      clients.set(role, await keyFor([{ role, sites: [SITES.own], targets: '*' }]));
  }, TEST_MS);

  it('is written down here: who may call which', async () => {
    expect((await documented()).sort()).toEqual([...WHO_MAY.keys(), ...FOR_EVERYBODY].sort());
  });

  it.each(ALL_ROLES)(
    'a key with the role %s is let in by what it is for, and sees nothing of another site',
    async (role) => {
      const wrong: string[] = [];
      for (const [route, who] of WHO_MAY)
        for (const side of ['own', 'foreign'] as const) {
          const isNamed = named(route) !== null;
          if (side === 'foreign' && !isNamed) continue;
          const letIn = route.includes(' /v1/') ? 400 : 200;
          const expected = side === 'foreign' ? 404 : who.includes(role) ? letIn : 403;
          const status = await statusOf(clients.get(role), route, side);
          if (status !== expected) wrong.push(`${side} ${route}: ${status} instead of ${expected}`);
        }
      expect(wrong).toEqual([]);
    },
    TEST_MS,
  );

  it(
    'a key over one plan sees that plan and its groups, nothing beside them, and nothing that is the whole site’s',
    async () => {
      const { own, foreign } = things;
      const client = await keyFor([{ role: 'operator', sites: '*', targets: [own['recovery-plans']] }]);
      const lists = ['sites', 'protection-groups', 'recovery-plans', 'operations', 'drills', 'findings'];
      for (const kind of lists) {
        const text = JSON.stringify((await client.ask('GET', `/v1/${kind}`)).body);
        expect({ kind, told: text.includes(SITES.foreign) }).toEqual({ kind, told: false });
      }
      const groups = await client.read<{ items: { id: string }[] }>('/v1/protection-groups');
      expect(groups.items.map(({ id }) => id)).toEqual([own['protection-groups']]);
      const statuses = await Promise.all(
        [
          `/v1/recovery-plans/${own['recovery-plans']}`,
          `/v1/operations/${own.operations}`,
          `/v1/sites/${SITES.own}`,
          `/v1/sites/${SITES.own}/quotas`,
          `/v1/sites/${SITES.foreign}`,
          `/v1/recovery-plans/${foreign['recovery-plans']}`,
          `/v1/operations/${foreign.operations}`,
        ].map(async (path) => (await client.ask('GET', path)).status),
      );
      expect(statuses).toEqual([200, 200, 200, 403, 404, 404, 404]);
    },
    TEST_MS,
  );

  it('a thing that may not be seen is told of exactly as one that is not there', async () => {
    const viewer = clients.get('viewer');
    for (const [kind, id] of Object.entries<string>({ ...things.foreign })) {
      const unknown = kind === 'sites' ? 'nowhere' : `${SITES.foreign}.nothing-of-the-kind`;
      const [unseen, absent] = await Promise.all([
        viewer?.ask<ProblemDto>('GET', `/v1/${kind}/${id}`),
        viewer?.ask<ProblemDto>('GET', `/v1/${kind}/${unknown}`),
      ]);
      const told = ({ body, status }: { body: ProblemDto; status: number }, name: string) => ({
        status,
        body: JSON.stringify({ ...body, requestId: '', instance: '' }).replaceAll(name, '…'),
      });
      if (!unseen || !absent) throw new Error('there is no viewer');
      expect({ kind, ...told(unseen, id) }).toEqual({ kind, ...told(absent, unknown) });
    }
  });

  it('webhooks and keys of another site are not there for its admin', async () => {
    const [admin, outside] = [clients.get('admin'), world().api];
    const hook = await outside.ask<WebhookWithSecretDto>('POST', '/v1/webhooks', {
      body: { url: 'http://127.0.0.1:9/', siteIds: [SITES.foreign] },
    });
    const key = await madeKey([{ role: 'viewer', sites: [SITES.foreign], targets: '*' }]);
    const answers = await Promise.all(
      [
        `/v1/webhooks/${hook.body.id}`,
        `/v1/webhooks/${hook.body.id}/deliveries`,
        `/v1/api-keys/${key.id}`,
      ].map(async (path) => (await admin?.ask('GET', path))?.status),
    );
    expect(answers).toEqual([404, 404, 404]);
    expect(JSON.stringify((await admin?.ask('GET', '/v1/webhooks'))?.body)).not.toContain(hook.body.id);
    expect(JSON.stringify((await admin?.ask('GET', '/v1/api-keys'))?.body)).not.toContain(key.id);
  });

  it('no role gets in without a credential, or with one that is not good', async () => {
    const nobody = [...WHO_MAY.keys()].map((route) => [route, new GatewayClient(world().api.url, 'nobody')]);
    const statuses = await Promise.all(
      nobody.map(([route, client]) => statusOf(client as GatewayClient, route as string, 'own')),
    );
    expect(new Set(statuses)).toEqual(new Set([401]));
  });

  it('was asked for as often as there are routes, roles and sides', () => {
    const namedRoutes = [...WHO_MAY.keys()].filter((route) => named(route) !== null).length;
    expect(asked).toBeGreaterThanOrEqual(ALL_ROLES.length * (WHO_MAY.size + namedRoutes));
  });

  /** A drill that stands at the site brings all that there is to name. */
  async function thingsOf(side: Side): Promise<Things> {
    const { api } = world();
    const plan = await eventually('the plan is known', () => api.planNamed(PLANS[side]), 60_000);
    const approval = await approvalFor(plan.id, plan.nextDirection);
    const begun = await api.run(plan.id, 'start-drill');
    await api.succeeded(begun);
    const site = SITES[side];
    const drill = await eventually('the drill is seen', async () => {
      const { items } = await api.read<DrillListDto>(`/v1/drills?siteId=${site}`);
      return items[0] ?? Promise.reject(new Error('there is none'));
    });
    const finding = await eventually('something is found', async () => {
      const { items } = await api.read<FindingListDto>(`/v1/findings?siteId=${site}`);
      return items[0] ?? Promise.reject(new Error('there is none'));
    });
    return {
      sites: site,
      'protection-groups': plan.protectionGroupIds?.[0] ?? plan.id,
      'recovery-plans': plan.id,
      operations: begun.id,
      drills: drill.id,
      findings: finding.id ?? '',
      approvals: approval,
    };
  }

  /** A failover that waits for a second person. */
  async function approvalFor(planId: string, direction: string | null | undefined): Promise<string> {
    const body = { direction, reason: 'matrix' };
    const path = `/v1/recovery-plans/${planId}/actions/failover`;
    const { status } = await world().api.ask('POST', path, { body, key: randomUUID() });
    expect(status).toBe(403);
    const { items } = await world().api.read<ApprovalListDto>('/v1/approvals');
    const mine = items.find(({ request }) => request.path === path);
    if (!mine) throw new Error('nobody was asked');
    return mine.id;
  }

  async function madeKey(grants: object[]): Promise<ApiKeyWithSecretDto> {
    const body = { name: 'matrix', grants };
    const { status, body: made } = await world().api.ask<ApiKeyWithSecretDto>('POST', '/v1/api-keys', {
      body,
    });
    expect({ status, made }).toMatchObject({ status: 201 });
    return made;
  }

  async function keyFor(grants: object[]): Promise<GatewayClient> {
    return new GatewayClient(world().api.url, (await madeKey(grants)).key);
  }

  async function statusOf(client: GatewayClient | undefined, route: string, side: Side): Promise<number> {
    if (!client) throw new Error('there is no such client');
    const [method = '', path = ''] = route.split(' ');
    const kind = named(route);
    const filled = path
      .replace(/\{(?:id|siteId)\}/, kind === null ? 'none' : things[side][kind])
      .replace(/\{(\w+)\}/g, (_whole, part: string) => PARTS[part] ?? 'none');
    const inQuery = method === 'GET' || method === 'DELETE';
    asked += 1;
    const { status } = await client.ask<OperationDto>(
      method,
      `${filled}${inQuery ? '?nonsense=1' : ''}`,
      inQuery ? {} : { body: { nonsense: 1 } },
    );
    return status;
  }

  async function documented(): Promise<string[]> {
    const { paths } = await world().api.read<{ paths: Record<string, object> }>('/openapi.json');
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }
});

/** The kind of thing that the first parameter of the path names, if it lies at a site. */
function named(route: string): keyof Things | null {
  const kind = /^\w+ \/v1\/([\w-]+)\/\{/.exec(route)?.[1];
  const kinds: readonly string[] = [
    'sites',
    'protection-groups',
    'recovery-plans',
    'operations',
    'drills',
    'findings',
    'approvals',
  ];
  return kind !== undefined && kinds.includes(kind) ? (kind as keyof Things) : null;
}
