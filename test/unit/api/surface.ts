import 'reflect-metadata';
import { Module, type Provider as NestProvider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuditTrail } from '../../../src/access/audit-trail.js';
import { AccessModule } from '../../../src/access/access.module.js';
import { BreakGlassModule } from '../../../src/access/break-glass.module.js';
import { AccessFile } from '../../../src/access/file/access-file.js';
import { ApiKeysModule } from '../../../src/access/keys/api-keys.module.js';
import { KeyStore } from '../../../src/access/keys/redis-key-store.js';
import { ApiHttpModule } from '../../../src/api/api-http.module.js';
import { fastifyOptions } from '../../../src/api/http/server.js';
import { AuditLog } from '../../../src/audit/audit-log.js';
import { Approvals } from '../../../src/approvals/approvals.service.js';
import { Emergencies } from '../../../src/approvals/emergencies.service.js';
import { Pace } from '../../../src/approvals/redis-pace.js';
import { ApprovalPolicy } from '../../../src/domain/access/approval-policy.js';
import { EventFeed } from '../../../src/events/event-feed.js';
import { LiveFeed } from '../../../src/events/live-feed.js';
import { DrillCoverageService } from '../../../src/history/reports/drill-coverage.service.js';
import { OperationReports } from '../../../src/history/reports/operation-report.service.js';
import { StatisticsService } from '../../../src/history/statistics/statistics.service.js';
import { DrillsService } from '../../../src/inventory/drills/drills.service.js';
import { FindingsService } from '../../../src/inventory/findings/findings.service.js';
import { InventoryService } from '../../../src/inventory/inventory.service.js';
import { RecentAnswers } from '../../../src/inventory/recent-answers.js';
import { OpenGuard } from '../../../src/operations/guard/open-guard.js';
import { StoreGuard } from '../../../src/operations/guard/store-guard.js';
import type { OperationRequest } from '../../../src/operations/operation-request.js';
import { OperationStore } from '../../../src/operations/operation-store.js';
import { OperationsService } from '../../../src/operations/operations.service.js';
import { PastRecords } from '../../../src/operations/past-records.js';
import { Resolutions } from '../../../src/operations/resolutions.js';
import { Clock } from '../../../src/platform/clock.js';
import { Health } from '../../../src/platform/health/health.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { Metrics } from '../../../src/platform/metrics.js';
import { ENVIRONMENT_TOKEN, LOG } from '../../../src/platform/tokens.js';
import type { Provider } from '../../../src/providers/provider.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { WebhooksService } from '../../../src/webhooks/webhooks.service.js';
import { operation } from '../support/operation.js';
import { TestClock } from '../support/test-clock.js';

export interface Asked {
  body?: object;
  headers?: Record<string, string>;
}

export interface Told {
  status: number;
  headers: Record<string, unknown>;
  body: Record<string, unknown>;
}

/** The HTTP surface with nothing behind it but providers: what is asked of the long work is kept. */
export interface Surface {
  /** What was to be accepted, last first. */
  accepted: OperationRequest[];
  /** Arguments of `answerPrompt`, last first. */
  answered: unknown[][];
  ask(method: string, url: string, asked?: Asked): Promise<Told>;
  close(): Promise<void>;
}

const KEY = 'surface-key';

/** Every read is a live one. */
const nothingRecent: Pick<RecentAnswers, 'read'> = {
  read: async (_provider, _question, _insists, ask) => ({ value: await ask(), ageMs: 0, state: 'FRESH' }),
};

/** @param instead stand-ins that take the place of the usual ones */
export async function surfaceOver(
  providers: readonly Provider[],
  answers: Pick<RecentAnswers, 'read'> = nothingRecent,
  instead: readonly NestProvider[] = [],
): Promise<Surface> {
  const accepted: OperationRequest[] = [];
  const answered: unknown[][] = [];
  const operations = {
    replayed: () => Promise.resolve(null),
    accept: (request: OperationRequest) => {
      accepted.unshift(request);
      return Promise.resolve({ operation: operation({ siteId: request.siteId }), replayed: false });
    },
    get: () => Promise.resolve(operation()),
    answerPrompt: (...given: unknown[]) => {
      answered.unshift(given);
      return Promise.resolve(operation());
    },
    isStoppable: () => false,
    holdersOf: () => Promise.resolve(new Map()),
  };
  const app = await NestFactory.create<NestFastifyApplication>(
    moduleWith([
      { provide: OperationsService, useValue: operations },
      { provide: ProviderRegistry, useValue: new ProviderRegistry([...providers]) },
      { provide: Clock, useValue: new TestClock() },
      { provide: LOG, useValue: silentLog() },
      { provide: AccessFile, useValue: AccessFile.NONE },
      {
        provide: ENVIRONMENT_TOKEN,
        useValue: { adminApiKey: KEY, breakGlassKeySha256: null, pollIntervalMs: 1000 },
      },
      { provide: KeyStore, useValue: {} },
      {
        provide: InventoryService,
        useValue: { since: () => Promise.resolve(new Map()), connections: () => Promise.resolve([]) },
      },
      { provide: RecentAnswers, useValue: answers },
      { provide: Health, useValue: new Health([]) },
      { provide: StoreGuard, useClass: OpenGuard },
      { provide: FindingsService, useValue: {} },
      { provide: DrillsService, useValue: { withKept } },
      ...[StatisticsService, DrillCoverageService, OperationReports].map((unused) => ({
        provide: unused,
        useValue: {},
      })),
      { provide: AuditTrail, useValue: { record: () => Promise.resolve() } },
      { provide: AuditLog, useValue: {} },
      { provide: ApprovalPolicy, useValue: new ApprovalPolicy([]) },
      { provide: Approvals, useValue: {} },
      { provide: Emergencies, useValue: { isDeclared: () => Promise.resolve(false) } },
      { provide: Pace, useValue: { take: () => Promise.resolve(0), giveBack: () => Promise.resolve() } },
      { provide: Metrics, useValue: new Metrics() },
      ...[OperationStore, Resolutions, EventFeed, LiveFeed, WebhooksService, PastRecords].map((unused) => ({
        provide: unused,
        useValue: {},
      })),
      ...instead,
    ]),
    new FastifyAdapter(fastifyOptions),
    { logger: false, abortOnError: false },
  );
  await app.init();
  let keys = 0;
  return {
    accepted,
    answered,
    async ask(method, url, { body, headers = {} } = {}) {
      const answer = await app.inject({
        method: method as 'GET',
        url,
        headers: { authorization: `Bearer ${KEY}`, 'idempotency-key': `key-${(keys += 1)}`, ...headers },
        ...(body ? { payload: body } : {}),
      });
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: (answer.body === '' ? {} : JSON.parse(answer.body)) as Told['body'],
      };
    },
    close: () => app.close(),
  };
}

/** Of drills nothing is kept here. */
function withKept(_provider: Provider, drills: readonly object[]) {
  return Promise.resolve(drills.map((drill) => ({ leftovers: [], ...drill })));
}

/** The controllers and helpers of the real module, over stand-ins for what it imports. */
function moduleWith(standIns: NestProvider[]): Type {
  const of = (key: string): [] =>
    [BreakGlassModule, ApiKeysModule, AccessModule, ApiHttpModule].flatMap(
      (module) => (Reflect.getMetadata(key, module) ?? []) as [],
    ) as [];
  class SurfaceModule {}
  Module({ controllers: of('controllers'), providers: [...of('providers'), ...standIns] })(SurfaceModule);
  return SurfaceModule;
}
