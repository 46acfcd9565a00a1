import type { Redis } from 'ioredis';
import { Authenticator } from '../../../src/access/authenticator.js';
import { Scopes } from '../../../src/access/scopes.js';
import { Approvals } from '../../../src/approvals/approvals.service.js';
import { Emergencies } from '../../../src/approvals/emergencies.service.js';
import { Pace } from '../../../src/approvals/redis-pace.js';
import { ApprovalPolicy, type ApprovalRule } from '../../../src/domain/access/approval-policy.js';
import type { Principal } from '../../../src/domain/access/principal.js';
import type { Role } from '../../../src/domain/access/rights.js';
import { OperationsService } from '../../../src/operations/operations.service.js';
import { Clock } from '../../../src/platform/clock.js';
import { principal, SCOPES, SecondPersons } from '../approvals/approvals.js';
import { LongWork } from '../support/long-work.js';
import { surfaceOver, type Surface, type Told } from './surface.js';

const FAILOVERS: ApprovalRule = { sites: '*', targets: '*', actions: ['FAILOVER'], validMinutes: 15 };
export const REASON = { reason: 'seen on the bridge call' };
export const TO_RECOVERY = { direction: 'TO_RECOVERY', reason: 'incident 4711' };

export interface Wish {
  who?: string;
  nativeId?: string;
  action?: string;
  body?: object;
  key?: string;
}

export const refusal = (status: number, code: string) => ({ status, body: { code } });

/** One memory site behind the surface, and people who may do different things there; who asks is their name. */
export class StaffedSite {
  private keys = 0;

  private constructor(
    readonly work: LongWork,
    private readonly surface: Surface,
  ) {}

  static async open(
    redis: Redis,
    { perMinute = 100, rules = [FAILOVERS] }: { perMinute?: number; rules?: readonly ApprovalRule[] } = {},
  ): Promise<StaffedSite> {
    const work = new LongWork(redis);
    const people = new SecondPersons(redis, work.clock);
    const known = new Map(castOf(work.site.siteId).map((one) => [one.id, one]));
    const authenticator: Partial<Authenticator> = { principalOf: (token) => known.get(token) ?? null };
    const surface = await surfaceOver([work.site.provider], undefined, [
      { provide: Authenticator, useValue: authenticator },
      { provide: Scopes, useValue: SCOPES },
      { provide: Clock, useValue: work.clock },
      { provide: OperationsService, useValue: work.service },
      { provide: Approvals, useValue: people.approvals },
      { provide: Emergencies, useValue: people.emergencies },
      { provide: Pace, useValue: new Pace(redis, work.clock, perMinute) },
      { provide: ApprovalPolicy, useValue: new ApprovalPolicy(rules) },
    ]);
    return new StaffedSite(work, surface);
  }

  plan(nativeId: string): string {
    return `${this.work.site.siteId}.${nativeId}`;
  }

  ask(
    who: string,
    method: string,
    url: string,
    body?: object,
    key = `key-${(this.keys += 1)}`,
  ): Promise<Told> {
    const headers = { authorization: `Bearer ${who}`, 'idempotency-key': key };
    return this.surface.ask(method, url, { headers, ...(body && { body }) });
  }

  failover(wish: Wish = {}): Promise<Told> {
    const { who = 'ada', nativeId = 'move-mail', action = 'failover', body = TO_RECOVERY, key } = wish;
    return this.ask(who, 'POST', `/v1/recovery-plans/${this.plan(nativeId)}/actions/${action}`, body, key);
  }

  /** Asks for an approval, and answers with its path. */
  async asked(wish: Wish): Promise<string> {
    const told = await this.failover(wish);
    expect(told).toMatchObject({ status: 403, body: { code: 'approval-required', retryable: true } });
    return /<([^>]+)>/.exec(String(told.headers.link))?.[1] ?? '';
  }

  async approved(wish: Wish, by = 'grace'): Promise<string> {
    const path = await this.asked(wish);
    expect(await this.ask(by, 'POST', `${path}/approve`, REASON)).toMatchObject({ status: 200 });
    return path;
  }

  close(): Promise<void> {
    return this.surface.close();
  }
}

/** Ada commands here, Cato on one plan only; Grace and Gus approve; Vera looks; Otto is of another site; Root commands everywhere. */
function castOf(siteId: string): Principal[] {
  const here = (role: Role, targets: string[] | '*' = '*') => ({
    grants: [{ role, sites: [siteId], targets }],
  });
  return [
    principal('ada', 'commander', here('commander')),
    principal('ada-2', 'approver', { ...here('approver'), person: 'ada' }),
    principal('cato', 'commander', here('commander', [`${siteId}.move-mail`])),
    principal('grace', 'approver', here('approver')),
    principal('gus', 'approver', here('approver', [`${siteId}.move-shop`])),
    principal('vera', 'viewer', here('viewer')),
    principal('otto', 'commander', { grants: [{ role: 'commander', sites: ['elsewhere'], targets: '*' }] }),
    principal('root', 'commander'),
  ];
}
