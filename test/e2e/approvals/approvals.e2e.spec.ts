import { randomUUID } from 'node:crypto';
import type { ApiKeyWithSecretDto } from '../../../src/api/dto/api-keys.dto.js';
import type { ApprovalDto, ApprovalListDto } from '../../../src/api/dto/approvals.dto.js';
import type { EmergencyDto } from '../../../src/api/dto/emergencies.dto.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import type { ProblemDto } from '../../../src/api/dto/problem.dto.js';
import { GatewayClient } from '../../support/client.js';
import { useWorld } from '../../support/world.js';
import { temporaryFolder } from '../../unit/support/temporary-folder.js';

const POLICY = `approvals:\n  - { sites: '*', actions: [FAILOVER] }\n`;
const BODY = { direction: 'TO_RECOVERY', reason: 'fire' };
const HOUR_MS = 3_600_000;

describe('a failover that needs a second person', () => {
  const file = temporaryFolder();
  const world = useWorld({ env: { ACCESS_FILE: file('access.yaml', POLICY) } });
  beforeEach(() => world().reset());

  async function someone(role: 'commander' | 'approver'): Promise<GatewayClient> {
    const grants = [{ role, sites: '*', targets: '*' }];
    const made = await world().api.ask<ApiKeyWithSecretDto>('POST', '/v1/api-keys', {
      body: { name: role, grants },
    });
    expect(made.status).toBe(201);
    return new GatewayClient(world().api.url, made.body.key);
  }

  async function failoverPath(): Promise<string> {
    return `/v1/recovery-plans/${(await world().api.planNamed('erp-dr')).id}/actions/failover`;
  }

  it('is begun once it was approved, at whichever process, and once', async () => {
    const [commander, approver] = [await someone('commander'), await someone('approver')];
    const [path, key] = [await failoverPath(), randomUUID()];
    const replica = new GatewayClient((await world().startReplica()).url, commander.apiKey);
    const first = await commander.ask<ProblemDto>('POST', path, { body: BODY, key });
    expect(first).toMatchObject({ status: 403, body: { code: 'approval-required' } });
    const waiting = await approver.ask<ApprovalListDto>('GET', '/v1/approvals?state=REQUESTED');
    const [approval] = waiting.body.items;
    if (!approval) throw new Error('nobody was asked');
    expect(approval).toMatchObject({ action: 'FAILOVER', request: { path, body: BODY } });
    const own = await commander.ask('POST', `/v1/approvals/${approval.id}/approve`, { body: {} });
    expect(own.status).toBe(403);
    const given = await approver.ask<ApprovalDto>('POST', `/v1/approvals/${approval.id}/approve`, {
      body: {},
    });
    expect(given).toMatchObject({ status: 200, body: { state: 'APPROVED' } });
    const both = await Promise.all(
      [commander, replica, commander, replica].map((client) =>
        client.ask<OperationDto>('POST', path, { body: BODY, key }),
      ),
    );
    expect(both.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    const [begun] = both;
    if (!begun) throw new Error('nothing was begun');
    expect(new Set(both.map(({ body }) => body.id)).size).toBe(1);
    await world().api.succeeded(begun.body);
    const used = await approver.ask<ApprovalDto>('GET', `/v1/approvals/${approval.id}`);
    expect(used.body).toMatchObject({ state: 'USED', operationId: begun.body.id });
    expect(await world().simulator('sdrs').executions()).toHaveLength(1);
  });

  it('is begun without one in a declared emergency, which is told', async () => {
    const commander = await someone('commander');
    const untilTime = new Date(Date.now() + HOUR_MS / 2).toISOString();
    const declared = await commander.ask<EmergencyDto>('POST', '/v1/emergencies', {
      body: { reason: 'the array burns', untilTime },
    });
    expect(declared).toMatchObject({ status: 201, body: { inForce: true, siteIds: null } });
    const begun = await commander.ask<OperationDto>('POST', await failoverPath(), { body: BODY });
    expect(begun.status).toBe(202);
    await world().api.succeeded(begun.body);
    expect(world().logs).toContain('the array burns');
    const { body } = await world().api.ask<string>('GET', '/metrics');
    expect(body).toMatch(/^drgw_announcements_total\{type="emergency\.declared"\} 1$/m);
    const over = await commander.ask('DELETE', `/v1/emergencies/${declared.body.id}`);
    expect(over.status).toBe(204);
  });
});
