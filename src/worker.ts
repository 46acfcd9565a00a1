import { NestFactory } from '@nestjs/core';
import { endOnSignals } from './ending.js';
import { RefreshRounds } from './inventory/refresh-rounds.js';
import { RefreshWorkers } from './inventory/refreshes.processor.js';
import { DoorbellWorkers } from './operations/doorbells.processor.js';
import { Sweeper } from './operations/sweeper.js';
import { FrameworkLog } from './platform/log/framework-log.js';
import { checkStore, loadConfiguration, openStore, run, tellReady } from './start-up.js';
import { WorkerModule } from './worker.module.js';

const SWEEP_EVERY_MS = 10_000;
/** Beyond what an upstream may take to answer a send: until the answer is written down. */
const WRITING_DOWN_TAKES_MS = 5_000;
/** A look that is cut off is missed by nobody. */
const LOOKS_END_WITHIN_MS = 5_000;
const CLOSING_TAKES_MS = 10_000;

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
  const bells = app.get(DoorbellWorkers);
  const refreshes = app.get(RefreshWorkers);
  const sweepers = [app.get(Sweeper), app.get(RefreshRounds)];
  const sweep = (): void => {
    for (const sweeper of sweepers) {
      sweeper
        .sweep()
        .catch((error: Error) => log.warn({ reason: error.message.slice(0, 200) }, 'sweep failed'));
    }
  };
  bells.start();
  refreshes.start();
  await Promise.all([bells.ready(), refreshes.ready()]);
  sweep();
  const sweeping = setInterval(sweep, SWEEP_EVERY_MS);
  const sendsEndWithinMs = environment.submitTimeoutMs + WRITING_DOWN_TAKES_MS;
  endOnSignals(
    async () => {
      clearInterval(sweeping);
      const [sendsEnded] = await Promise.all([
        bells.close({ sendsMs: sendsEndWithinMs, looksMs: LOOKS_END_WITHIN_MS }),
        refreshes.close(LOOKS_END_WITHIN_MS),
      ]);
      await app.close();
      if (!sendsEnded) throw new Error('a send in progress was cut off');
    },
    { log, limitMs: sendsEndWithinMs + CLOSING_TAKES_MS },
  );
  log.info({ sites: sites.map((site) => site.id) }, 'the worker works');
  tellReady();
});
