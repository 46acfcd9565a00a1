import { stat } from 'node:fs/promises';
import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { AuditTrail } from '../access/audit-trail.js';
import { Clock } from '../platform/clock.js';
import { ConfigurationError, type Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { Metrics } from '../platform/metrics.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { AuditKeyError, AuditKeys } from './audit-keys.js';
import { AuditLog } from './audit-log.js';
import { Checkpoints } from './checkpoints.js';
import { FileAuditTrail } from './file-audit-trail.js';
import { KeptAuditTrail } from './kept-audit-trail.js';
import { NoAuditTrail } from './no-audit-trail.js';

const OTHERS_READ = 0o004;

/** Who decided what, kept for whoever asks later. Every room of the API process may record; only the API reads. */
@Global()
@Module({
  providers: [
    {
      provide: AuditKeys,
      inject: [ENVIRONMENT_TOKEN, LOG],
      useFactory: ({ auditDir, auditKeyFile }: Environment, log: Log) =>
        auditDir === null ? new AuditKeys([]) : readKeys(auditKeyFile, log),
    },
    {
      provide: KeptAuditTrail,
      inject: [ENVIRONMENT_TOKEN, AuditKeys, Clock, LOG, Metrics],
      useFactory: openTrail,
    },
    { provide: AuditTrail, useExisting: KeptAuditTrail },
    {
      provide: AuditLog,
      inject: [ENVIRONMENT_TOKEN, AuditKeys],
      useFactory: ({ auditDir }: Environment, keys: AuditKeys) => new AuditLog(auditDir, keys),
    },
  ],
  exports: [KeptAuditTrail, AuditTrail, AuditLog],
})
export class AuditModule implements OnApplicationShutdown {
  constructor(private readonly trail: KeptAuditTrail) {}

  async onApplicationShutdown(): Promise<void> {
    await this.trail.close();
  }
}

async function readKeys(path: string, log: Log): Promise<AuditKeys> {
  try {
    const keys = await AuditKeys.from(path);
    if (process.platform !== 'win32' && (await stat(path)).mode & OTHERS_READ)
      log.warn({ path }, 'every user of this machine may read the key of the audit: chmod o-r it');
    return keys;
  } catch (error) {
    if (!(error instanceof AuditKeyError)) throw error;
    throw new ConfigurationError([
      `AUDIT_KEY_FILE is ${path}, and ${error.message}: write a file that holds what \`openssl rand -hex 32\` prints, or AUDIT_DIR=none to record nothing.`,
    ]);
  }
}

async function openTrail(
  { auditDir, auditCheckpointFile }: Environment,
  keys: AuditKeys,
  clock: Clock,
  log: Log,
  metrics: Metrics,
): Promise<KeptAuditTrail> {
  if (auditDir === null) {
    log.warn({}, 'AUDIT_DIR is none: nobody will know who decided what');
    return new NoAuditTrail();
  }
  const checkpoints = new Checkpoints(auditCheckpointFile, keys, clock, log);
  await checkpoints.open().catch((error: Error) => {
    throw unusable('AUDIT_CHECKPOINT_FILE', error, 'a file');
  });
  const synced = metrics.histogram(
    {
      name: 'drgw_audit_sync_duration_seconds',
      help: 'Time to write to the audit, with its sync to the disk.',
    },
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
  );
  const lost = metrics.counter({
    name: 'drgw_audit_lost_total',
    help: 'Decisions that could not be recorded: changes among them were not done.',
    labelNames: ['kind'],
  });
  return FileAuditTrail.open(auditDir, {
    ...{ keys, clock, log, checkpoints },
    onSync: (seconds) => synced({}, seconds),
    onLost: ({ kind }) => lost({ kind }),
  }).catch((error: Error) => {
    throw unusable('AUDIT_DIR', error, 'a folder');
  });
}

function unusable(variable: string, error: Error, what: string): ConfigurationError {
  return new ConfigurationError([
    `${variable} cannot be used: ${error.message}: write ${what} in which this process may write, or none.`,
  ]);
}
