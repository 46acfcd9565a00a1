import { Module } from '@nestjs/common';
import { ClockSkew } from '../platform/clock-skew.js';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import { inLogContext } from '../platform/log/log-context.js';
import type { Log } from '../platform/log/log.js';
import { RingTools } from '../platform/queue/ring-workers.processor.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { inSpan } from '../platform/tracing/spans.js';
import { NoticedLists } from '../providers/noticed-lists.js';
import { ProviderRegistry } from '../providers/registry.js';
import { Doorbells } from './doorbells.js';
import { DoorbellWorkers } from './doorbells.processor.js';
import { ExternalOperations } from './external-operations.js';
import { StoreGuard } from './guard/store-guard.js';
import { Journal } from './journal/journal.js';
import { SendMarks } from './journal/send-marks.js';
import { OperationRunner } from './operation-runner.js';
import { OperationStore } from './operation-store.js';
import { OperationsModule } from './operations.module.js';
import { PastOperations } from './past-operations.js';
import { PastRecords } from './past-records.js';
import { WatchMarks } from './redis-watch-marks.js';
import { operationSettings } from './settings.js';
import { SiteWatcher } from './site-watcher.js';
import { stepContext } from './step-context.js';
import { Sweeper } from './sweeper.js';
import { urgentFirst } from './urgent-steps.js';

/** The part of the long work that only workers do. */
@Module({
  imports: [OperationsModule],
  providers: [
    {
      provide: DoorbellWorkers,
      inject: [
        RingTools,
        ENVIRONMENT_TOKEN,
        OperationStore,
        StoreGuard,
        ProviderRegistry,
        Doorbells,
        Clock,
        LOG,
        NoticedLists,
        ClockSkew,
        WatchMarks,
        Journal,
      ],
      useFactory: (
        tools: RingTools,
        environment: Environment,
        store: OperationStore,
        guard: StoreGuard,
        providers: ProviderRegistry,
        doorbells: Doorbells,
        clock: Clock,
        log: Log,
        noticed: NoticedLists,
        skew: ClockSkew,
        marks: WatchMarks,
        journal: Journal,
      ) => {
        const settings = operationSettings(environment);
        const sendMarks = new SendMarks(journal, clock);
        const runner = new OperationRunner(
          store,
          providers,
          clock,
          settings,
          log,
          doorbells,
          guard,
          skew,
          urgentFirst(stepContext(() => clock.now())),
          sendMarks,
        );
        const watcher = new SiteWatcher(
          store,
          providers,
          clock,
          settings,
          log,
          doorbells,
          noticed,
          skew,
          guard,
          (siteId) => marks.note(siteId),
          sendMarks,
        );
        return new DoorbellWorkers(answerers(runner, watcher, doorbells), tools);
      },
    },
    {
      provide: ExternalOperations,
      inject: [OperationStore, Clock, Doorbells, LOG],
      useFactory: (store: OperationStore, clock: Clock, doorbells: Doorbells, log: Log) =>
        new ExternalOperations(store, clock, doorbells, log),
    },
    {
      provide: PastOperations,
      inject: [OperationStore, PastRecords, StoreGuard, Clock, LOG, ENVIRONMENT_TOKEN],
      useFactory: (
        store: OperationStore,
        past: PastRecords,
        guard: StoreGuard,
        clock: Clock,
        log: Log,
        { historyRetentionDays }: Environment,
      ) => new PastOperations(store, past, guard, clock, log, historyRetentionDays * 86_400_000),
    },
    {
      provide: Sweeper,
      inject: [OperationStore, Doorbells, LOG, Clock, ENVIRONMENT_TOKEN],
      useFactory: (
        store: OperationStore,
        doorbells: Doorbells,
        log: Log,
        clock: Clock,
        environment: Environment,
      ) => new Sweeper(store, doorbells, log, { clock, settings: operationSettings(environment) }),
    },
  ],
  exports: [DoorbellWorkers, Sweeper, ExternalOperations, PastOperations],
})
export class OperationsWorkerModule {}

/** A submission that is done is the watcher's from then on. */
function answerers(runner: OperationRunner, watcher: SiteWatcher, doorbells: Doorbells) {
  return {
    submission: async (operationId: string) => {
      const next = await runner.submit(operationId);
      if (next === 'DONE') await doorbells.ringWatch(operationId.slice(0, operationId.indexOf('.')));
      return next;
    },
    // A look is a trace of its own: it is had for many operations at once.
    watch: (siteId: string) =>
      inLogContext({ siteId }, () =>
        inSpan('look', { root: true, attributes: { 'dr_gateway.site': siteId } }, () => watcher.tick(siteId)),
      ),
  };
}
