import { AuditTrail } from '../../../src/access/audit-trail.js';
import { Authenticator } from '../../../src/access/authenticator.js';
import { Scopes } from '../../../src/access/scopes.js';
import { Announcements, type Announcement } from '../../../src/approvals/announcements.js';
import { Approvals, type ApprovalWish } from '../../../src/approvals/approvals.service.js';
import type { Asking } from '../../../src/approvals/asking.js';
import { Emergencies } from '../../../src/approvals/emergencies.service.js';
import { ApprovalStore } from '../../../src/approvals/redis-approval-store.js';
import { EmergencyStore } from '../../../src/approvals/redis-emergency-store.js';
import type { Approval } from '../../../src/domain/access/approval.js';
import type { Decision } from '../../../src/domain/access/decision.js';
import type { Principal } from '../../../src/domain/access/principal.js';
import type { Role } from '../../../src/domain/access/rights.js';
import type { InventoryService } from '../../../src/inventory/inventory.service.js';
import { TestClock } from '../support/test-clock.js';

export const MINUTE_MS = 60_000;
export const ASKED_MS = new TestClock().now();

/** Plans hold nothing here: whoever is granted one is granted its id. */
const noPlans: Pick<InventoryService, 'recoveryPlans'> = { recoveryPlans: () => Promise.resolve([]) };
export const SCOPES = new Scopes(noPlans);

export function principal(id: string, role: Role, changes: Partial<Principal> = {}): Principal {
  return { id, kind: 'API_KEY', grants: [{ role, sites: '*', targets: '*' }], ...changes };
}

export function anApproval(changes: Partial<Approval> = {}): Approval {
  return {
    id: 'alpha.0192f0c1-7a3e-7cc0-8000-000000000001',
    state: 'REQUESTED',
    siteId: 'alpha',
    targetId: 'alpha.plan',
    targetName: 'The plan',
    action: 'FAILOVER',
    direction: 'TO_RECOVERY',
    touches: ['alpha.mail'],
    observed: { state: 'PROTECTED', activeSite: 'PRODUCTION' },
    request: { method: 'POST', path: '/v1/recovery-plans/alpha.plan/actions/failover', body: {} },
    keyHash: 'one key',
    fingerprint: 'one request',
    requestedBy: 'ada',
    requestedByPerson: 'ada',
    reason: null,
    requestedTime: new Date(ASKED_MS).toISOString(),
    expiryTime: new Date(ASKED_MS + 15 * MINUTE_MS).toISOString(),
    decisions: [],
    usedTime: null,
    operationId: null,
    ...changes,
  };
}

export function aWish(changes: Partial<ApprovalWish> = {}): ApprovalWish {
  const { siteId, targetId, targetName, action, direction, touches, observed, request, reason } =
    anApproval();
  return {
    ...{ siteId, targetId, targetName, action, direction, touches, observed, request, reason },
    ...{ keyHash: 'one key', fingerprint: 'one request', validMinutes: 15 },
    asker: principal('ada', 'commander'),
    ...changes,
  };
}

export function asking(who: Principal): Asking {
  const route = '/v1/approvals/:id/approve';
  return { principal: who, requestId: 'request-1', clientAddress: '127.0.0.1', method: 'POST', route };
}

/** Keeps what it is told; or, told to, nothing. */
export class RecordingAudit extends AuditTrail {
  readonly decisions: Decision[] = [];
  isBroken = false;

  record(decision: Decision): Promise<void> {
    if (this.isBroken) return Promise.reject(new Error('the audit cannot be written'));
    this.decisions.push(decision);
    return Promise.resolve();
  }
}

export class RecordingAnnouncements extends Announcements {
  readonly told: Announcement[] = [];

  tell(announcement: Announcement): void {
    this.told.push(announcement);
  }
}

/** Approvals and emergencies over a Redis, with nobody else behind them. */
export class SecondPersons {
  readonly audit = new RecordingAudit();
  readonly announcements = new RecordingAnnouncements();
  /** By their id: who can be told of without a credential. null = nobody any more. */
  readonly named = new Map<string, Principal | null>();
  readonly store: ApprovalStore;
  readonly approvals: Approvals;
  readonly emergencies: Emergencies;

  constructor(
    readonly redis: ConstructorParameters<typeof ApprovalStore>[0],
    readonly clock = new TestClock(),
    scopes: Pick<Scopes, 'of'> = SCOPES,
  ) {
    const authenticator = new Authenticator([
      { recognises: () => false, check: () => null, named: (id) => this.named.get(id) },
    ]);
    this.store = new ApprovalStore(redis);
    this.approvals = new Approvals(this.store, authenticator, scopes, this.audit, this.announcements, clock);
    this.emergencies = new Emergencies(new EmergencyStore(redis), this.audit, this.announcements, clock);
  }
}
