import type { Environment } from '../../platform/config/environment.js';

const DAY_MS = 24 * 3_600_000;

/** How long what is kept where. */
export interface HistorySettings {
  /** null = nothing leaves the store for a file. */
  folder: string | null;
  archiveAfterMs: number;
  retentionMs: number;
  maxOperations: number;
  /** Of all segments together. */
  maxBytes: number;
}

export function historySettings(environment: Environment): HistorySettings {
  return {
    folder: environment.historyDir,
    archiveAfterMs: environment.historyArchiveAfterDays * DAY_MS,
    retentionMs: environment.historyRetentionDays * DAY_MS,
    maxOperations: environment.historyMaxOperations,
    maxBytes: environment.historyMaxMegabytes * 1_000_000,
  };
}
