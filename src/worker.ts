import { NestFactory } from '@nestjs/core';
import { endOnSignals } from './ending.js';
import { EventConsumption } from './events/event-consumption.js';
import { StatisticsUpkeep } from './history/statistics/statistics-upkeep.js';
import { RefreshRounds } from './inventory/refresh-rounds.js';
import { RefreshWorkers } from './inventory/refreshes.processor.js';
import { DoorbellWorkers } from './operations/doorbells.processor.js';
import { Sweeper } from './operations/sweeper.js';
import { Health } from './platform/health/health.js';
import { FrameworkLog } from './platform/log/framework-log.js';
import { throttled } from './platform/log/throttled.js';
import { Metrics } from './platform/metrics.js';
import { startTracing } from './platform/tracing/start-tracing.js';
import { WorkerPulse } from './platform/queue/worker-pulse.js';
import {
  checkStore,
  endWithStore,
  loadConfiguration,
  openStore,
  run,
  tellReady,
  tracingSettings,
} from './start-up.js';
import { DeliveryWorkers } from './webhooks/deliveries.processor.js';
import { WebhookSweep } from './webhooks/webhook-sweep.js';
import { WorkerHealth } from './worker-health.js';
import { WorkerModule } from './worker.module.js';

const SWEEP_EVERY_MS = 10_000;
/** Beyond what an upstream may take to answer a send: until the answer is written down. */
const WRITING_DOWN_TAKES_MS = 5_000;
/** A look that is cut off is missed by nobody. */
const LOOKS_END_WITHIN_MS = 5_000;
/** What was told and not noted is told again by another worker. */
const TELLING_ENDS_WITHIN_MS = 5_000;
const CLOSING_TAKES_MS = 10_000;

/** The worker process: answers the bells, and sweeps for whatever was not rung. */
run(async () => {
  const { environment, sites, log } = loadConfiguration('worker');
  const endTracing = await startTracing(tracingSettings(environment), 'worker', log);
  await checkStore(environment, log);
  const app = await NestFactory.createApplicationContext(WorkerModule.with(environment, sites, log), {
    logger: new FrameworkLog(log),
    abortOnError: false,
  });
  await openStore(app);
  await app.init();
  const bells = app.get(DoorbellWorkers);
  const refreshes = app.get(RefreshWorkers);
  const consumption = app.get(EventConsumption);
  const deliveries = app.get(DeliveryWorkers);
  const pulse = app.get(WorkerPulse);
  const health = new WorkerHealth(app.get(Health), app.get(Metrics), environment);
  const url = await health.listen();
  bells.start();
  refreshes.start();
  deliveries.start();
  consumption.start();
  await Promise.all([bells.ready(), refreshes.ready(), deliveries.ready()]);

  const sweepFailed = throttled(log, 'a sweep failed');
  const sweep = (): void => {
    const forOperations = [app.get(Sweeper), app.get(WebhookSweep), app.get(StatisticsUpkeep)];
    for (const sweeper of [...forOperations, app.get(RefreshRounds)]) sweeper.sweep().catch(sweepFailed);
  };
  sweep();
  const sweeping = setInterval(sweep, SWEEP_EVERY_MS);
  void pulse.beat();
  const beating = setInterval(() => void beat(), pulse.settings.beatMs);
  const sendsEndWithinMs = environment.submitTimeoutMs + WRITING_DOWN_TAKES_MS;
  const end = endOnSignals(
    async () => {
      clearInterval(sweeping);
      clearInterval(beating);
      const [sendsEnded] = await Promise.all([
        bells.close({ sendsMs: sendsEndWithinMs, looksMs: LOOKS_END_WITHIN_MS }),
        refreshes.close(LOOKS_END_WITHIN_MS),
        deliveries.close(LOOKS_END_WITHIN_MS),
        consumption.stop(TELLING_ENDS_WITHIN_MS),
      ]);
      health.close();
      await app.close();
      await endTracing();
      if (!sendsEnded) throw new Error('a send in progress was cut off');
    },
    { log, limitMs: sendsEndWithinMs + CLOSING_TAKES_MS },
  );

  /** Its supervisor starts one anew that no longer answers. */
  async function beat(): Promise<void> {
    await pulse.beat();
    const fault = pulse.fault();
    if (fault === null) return;
    log.error({ fault }, 'queues are not answered');
    if (pulse.isHopeless()) end('its queues are not answered', 1);
  }

  endWithStore(app, end);
  log.info({ sites: sites.map((site) => site.id), ...(url && { url }) }, 'the worker works');
  tellReady();
});
