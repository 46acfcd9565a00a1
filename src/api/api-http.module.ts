import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { EventsModule } from '../events/events.module.js';
import { OperationsModule } from '../operations/operations.module.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { AccessModule } from '../access/access.module.js';
import { ApprovalsModule } from '../approvals/approvals.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { AccessGuard } from './access/access.guard.js';
import { AuditInterceptor } from './access/audit.interceptor.js';
import { ActionRights } from './access/action-rights.js';
import { HidesUnseen } from './access/hides-unseen.js';
import { Holding } from './access/holding.js';
import { LastingAccess } from './access/lasting-access.js';
import { PathSubjects } from './access/path-subjects.js';
import { RecordedRequests } from './access/recorded-requests.js';
import { UnseenOperations } from './access/unseen-operations.js';
import { ActionGate } from './action-gate.js';
import { ActionRequests } from './action-requests.js';
import { AllowedActions } from './allowed-actions.js';
import { ApprovalsController } from './approvals.controller.js';
import { ApiKeysController } from './api-keys.controller.js';
import { AuditController } from './audit.controller.js';
import { DrillsController } from './drills.controller.js';
import { EmergenciesController } from './emergencies.controller.js';
import { EventsController } from './events.controller.js';
import { FailedTasksController } from './failed-tasks.controller.js';
import { FindingsController } from './findings.controller.js';
import { HealthController } from './health.controller.js';
import { ApiSettings } from './http/api-settings.js';
import { EventReaders } from './http/event-readers.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RequestRatesGuard } from './http/request-rates.guard.js';
import { RequestRates } from './http/request-rates.js';
import { RequestValidationPipe } from './http/request-validation.pipe.js';
import { SealedPageTokens } from './http/sealed-page-token.js';
import { StrayInputGuard } from './http/stray-input.guard.js';
import { InstanceTagsController } from './instance-tags.controller.js';
import { LivePlaces } from './live-places.js';
import { LiveStreams } from './live-streams.js';
import { MetricsController } from './metrics.controller.js';
import { OpenOperationsReading } from './open-operations.js';
import { OperationExportsController } from './operation-exports.controller.js';
import { OperationExports } from './operation-exports.js';
import { OperationStreams } from './operation-streams.js';
import { OperationsController } from './operations.controller.js';
import { PlanDrillsController } from './plan-drills.controller.js';
import { PlanPartsController } from './plan-parts.controller.js';
import { PlannedInstancesController } from './planned-instances.controller.js';
import { PreparedLists } from './prepared-lists.js';
import { ProblemsController } from './problems.controller.js';
import { ProtectedInstancesController } from './protected-instances.controller.js';
import { ProtectionGroupsController } from './protection-groups.controller.js';
import { ProtectionSettingsController } from './protection-settings.controller.js';
import { PublicIds } from './public-ids.js';
import { RecoveryPlansController } from './recovery-plans.controller.js';
import { RecoveryStepsController } from './recovery-steps.controller.js';
import { ReplicationPairsController } from './replication-pairs.controller.js';
import { ReportsController } from './reports.controller.js';
import { RestoreGuardController } from './restore-guard.controller.js';
import { SiteFactsController } from './site-facts.controller.js';
import { SiteReads } from './site-reads.js';
import { SitesController } from './sites.controller.js';
import { Standing } from './standing.js';
import { StatisticsController } from './statistics.controller.js';
import { ToldOperations } from './told-operations.js';
import { WebhookAccess } from './webhook-access.js';
import { WebhookDeliveriesController } from './webhook-deliveries.controller.js';
import { WebhooksController } from './webhooks.controller.js';

/** The HTTP surface. Nobody imports this room. */
@Module({
  imports: [AccessModule, AuditModule, ApprovalsModule, OperationsModule, EventsModule],
  controllers: [
    SitesController,
    SiteFactsController,
    FailedTasksController,
    ProtectionGroupsController,
    ProtectedInstancesController,
    ProtectionSettingsController,
    InstanceTagsController,
    ReplicationPairsController,
    RecoveryPlansController,
    PlannedInstancesController,
    RecoveryStepsController,
    PlanPartsController,
    PlanDrillsController,
    DrillsController,
    FindingsController,
    OperationExportsController,
    OperationsController,
    EventsController,
    AuditController,
    WebhooksController,
    WebhookDeliveriesController,
    ApiKeysController,
    ApprovalsController,
    EmergenciesController,
    StatisticsController,
    ReportsController,
    HealthController,
    RestoreGuardController,
    MetricsController,
    ProblemsController,
  ],
  providers: [
    {
      provide: ApiSettings,
      inject: [ENVIRONMENT_TOKEN],
      useFactory: (environment: Environment) =>
        new ApiSettings(environment.pollIntervalMs, environment.maxEventReaders),
    },
    {
      provide: RequestRates,
      inject: [ENVIRONMENT_TOKEN],
      useFactory: ({ rateLimitPerSecond = null, rateLimitFailuresPerMinute = null }: Partial<Environment>) =>
        new RequestRates({ perSecond: rateLimitPerSecond, failuresPerMinute: rateLimitFailuresPerMinute }),
    },
    PathSubjects,
    RecordedRequests,
    Holding,
    UnseenOperations,
    ToldOperations,
    {
      provide: SealedPageTokens,
      inject: [ENVIRONMENT_TOKEN],
      useFactory: ({ adminApiKey }: Environment) => new SealedPageTokens(adminApiKey),
    },
    SiteReads,
    Standing,
    PreparedLists,
    PublicIds,
    ActionRights,
    ActionGate,
    ActionRequests,
    AllowedActions,
    OperationExports,
    EventReaders,
    OpenOperationsReading,
    LastingAccess,
    WebhookAccess,
    {
      provide: LivePlaces,
      inject: [ENVIRONMENT_TOKEN],
      useFactory: ({ adminApiKey }: Environment) => new LivePlaces(adminApiKey),
    },
    LiveStreams,
    OperationStreams,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: RequestRatesGuard },
    { provide: APP_GUARD, useClass: StrayInputGuard },
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
    { provide: APP_INTERCEPTOR, useClass: HidesUnseen },
    { provide: APP_PIPE, useClass: RequestValidationPipe },
    {
      provide: APP_FILTER,
      inject: [LOG, RequestRates],
      useFactory: (log: Log, rates: RequestRates) => new ProblemFilter(log, rates),
    },
  ],
})
export class ApiHttpModule {}
