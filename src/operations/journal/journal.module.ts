import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { ConfigurationError, type Environment } from '../../platform/config/environment.js';
import type { Log } from '../../platform/log/log.js';
import { Metrics } from '../../platform/metrics.js';
import { ENVIRONMENT_TOKEN, LOG } from '../../platform/tokens.js';
import { FileJournal } from './file-journal.js';
import { Journal } from './journal.js';
import { NoJournal } from './no-journal.js';

/** The second witness, if there is one. */
@Module({
  providers: [
    {
      provide: Journal,
      inject: [ENVIRONMENT_TOKEN, Clock, LOG, Metrics],
      useFactory: ({ journalDir }: Environment, clock: Clock, log: Log, metrics: Metrics) =>
        journalDir === null ? new NoJournal() : openJournal(journalDir, clock, log, metrics),
    },
  ],
  exports: [Journal],
})
export class JournalModule implements OnApplicationShutdown {
  constructor(private readonly journal: Journal) {}

  async onApplicationShutdown(): Promise<void> {
    await this.journal.close();
  }
}

async function openJournal(folder: string, clock: Clock, log: Log, metrics: Metrics): Promise<Journal> {
  const synced = metrics.histogram(
    {
      name: 'drgw_journal_sync_duration_seconds',
      help: 'Time to write to the journal, with its sync to the disk.',
    },
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
  );
  try {
    return await FileJournal.open(folder, clock, log, (seconds) => synced({}, seconds));
  } catch (error) {
    throw new ConfigurationError([
      `JOURNAL_DIR cannot be used: ${(error as Error).message}: write a folder in which this process may write, or none.`,
    ]);
  }
}
