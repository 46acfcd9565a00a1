import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { AccessModule } from '../access/access.module.js';
import { AuditTrail } from '../access/audit-trail.js';
import { Authenticator } from '../access/authenticator.js';
import { AccessFile } from '../access/file/access-file.js';
import { Scopes } from '../access/scopes.js';
import { ApprovalPolicy } from '../domain/access/approval-policy.js';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { Metrics } from '../platform/metrics.js';
import { COMMANDS } from '../platform/redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { WebhookNotices } from '../webhooks/webhook-notices.js';
import { Announcements } from './announcements.js';
import { Approvals } from './approvals.service.js';
import { Emergencies } from './emergencies.service.js';
import { ApprovalStore } from './redis-approval-store.js';
import { EmergencyStore } from './redis-emergency-store.js';
import { Pace } from './redis-pace.js';
import { ToldAnnouncements } from './told-announcements.js';

/** A second person, emergencies that go without, and how much one principal may begin. */
@Module({
  imports: [AccessModule],
  providers: [
    {
      provide: Announcements,
      inject: [LOG, Metrics, WebhookNotices],
      useFactory: (log: Log, metrics: Metrics, notices: WebhookNotices) => {
        const count = metrics.counter<'type'>({
          name: 'drgw_announcements_total',
          help: 'What everybody was told: declared and ended emergencies, approvals that were asked for or overridden.',
          labelNames: ['type'],
        });
        return new ToldAnnouncements(log, count, ({ type, data, siteIds }) =>
          notices.tellOfSites(type, siteIds, data),
        );
      },
    },
    {
      provide: Approvals,
      inject: [COMMANDS, Authenticator, Scopes, AuditTrail, Announcements, Clock],
      useFactory: (
        redis: Redis,
        authenticator: Authenticator,
        scopes: Scopes,
        audit: AuditTrail,
        announcements: Announcements,
        clock: Clock,
      ) => new Approvals(new ApprovalStore(redis), authenticator, scopes, audit, announcements, clock),
    },
    {
      provide: Emergencies,
      inject: [COMMANDS, AuditTrail, Announcements, Clock],
      useFactory: (redis: Redis, audit: AuditTrail, announcements: Announcements, clock: Clock) =>
        new Emergencies(new EmergencyStore(redis), audit, announcements, clock),
    },
    {
      provide: Pace,
      inject: [COMMANDS, Clock, ENVIRONMENT_TOKEN],
      useFactory: (redis: Redis, clock: Clock, { failoversPerMinute }: Environment) =>
        new Pace(redis, clock, failoversPerMinute),
    },
    {
      provide: ApprovalPolicy,
      inject: [AccessFile],
      useFactory: ({ approvals }: AccessFile) => new ApprovalPolicy(approvals),
    },
  ],
  exports: [Approvals, Emergencies, Pace, ApprovalPolicy],
})
export class ApprovalsModule implements OnApplicationBootstrap {
  constructor(
    @Inject(Emergencies) private readonly emergencies: Emergencies,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.metrics.gauge(
      { name: 'drgw_emergencies_in_force', help: 'Declared emergencies: approvals and limits are lifted.' },
      async () => [{ value: (await this.emergencies.inForce()).length }],
    );
  }
}
