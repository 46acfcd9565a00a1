import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { ConfigurationError, type Environment } from '../../platform/config/environment.js';
import type { Log } from '../../platform/log/log.js';
import { ENVIRONMENT_TOKEN, LOG } from '../../platform/tokens.js';
import { FileJournal } from './file-journal.js';
import { Journal } from './journal.js';
import { NoJournal } from './no-journal.js';

/** The second witness, if there is one. */
@Module({
  providers: [
    {
      provide: Journal,
      inject: [ENVIRONMENT_TOKEN, Clock, LOG],
      useFactory: ({ journalDir }: Environment, clock: Clock, log: Log) =>
        journalDir === null ? new NoJournal() : openJournal(journalDir, clock, log),
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

async function openJournal(folder: string, clock: Clock, log: Log): Promise<Journal> {
  try {
    return await FileJournal.open(folder, clock, log);
  } catch (error) {
    throw new ConfigurationError([
      `JOURNAL_DIR cannot be used: ${(error as Error).message}: write a folder in which this process may write, or none.`,
    ]);
  }
}
