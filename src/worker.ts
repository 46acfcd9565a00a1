import { NestFactory } from '@nestjs/core';
import { RefreshRounds } from './inventory/refresh-rounds.js';
import { RefreshWorkers } from './inventory/refreshes.processor.js';
import { DoorbellWorkers } from './operations/doorbells.processor.js';
import { Sweeper } from './operations/sweeper.js';
import { FrameworkLog } from './platform/log/framework-log.js';
import { checkStore, endOnSignals, loadConfiguration, openStore, run, tellReady } from './start-up.js';
import { WorkerModule } from './worker.module.js';

const SWEEP_EVERY_MS = 10_000;

/** The worker process: answers the bells, and sweeps for whatever was not rung. */
run(async () => {
  const { environment, sites, log } = loadConfiguration('worker');
  await checkStore(environment, log);
  const app = await NestFactory.createApplicationContext(WorkerModule.with(environment, sites, log), {
    logger: new FrameworkLog(log),
    abortOnError: false,
  });
  await openStore(app);
  await app.init();
  const workers = [app.get(DoorbellWorkers), app.get(RefreshWorkers)];
  const sweepers = [app.get(Sweeper), app.get(RefreshRounds)];
  const sweep = (): void => {
    for (const sweeper of sweepers) {
      sweeper
        .sweep()
        .catch((error: Error) => log.warn({ reason: error.message.slice(0, 200) }, 'sweep failed'));
    }
  };
  for (const each of workers) each.start();
  await Promise.all(workers.map((each) => each.ready()));
  sweep();
  const sweeping = setInterval(sweep, SWEEP_EVERY_MS);
  endOnSignals(async () => {
    clearInterval(sweeping);
    // A send in progress gets its answer; a store that is away is not waited for.
    await Promise.all(workers.map((each) => each.close(environment.submitTimeoutMs + 5_000)));
    await app.close();
  }, log);
  log.info({ sites: sites.map((site) => site.id) }, 'the worker works');
  tellReady();
});
