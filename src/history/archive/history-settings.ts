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

/** Nothing that ended less than this ago is moved or deleted: a journal may still know it, and would bring it back. */
export const NEVER_YOUNGER_MS = 31 * DAY_MS;

export function historySettings(environment: Environment): HistorySettings {
  return {
    folder: environment.historyDir,
    archiveAfterMs: environment.historyArchiveAfterDays * DAY_MS,
    retentionMs: environment.historyRetentionDays * DAY_MS,
    maxOperations: environment.historyMaxOperations,
    maxBytes: environment.historyMaxMegabytes * 1_000_000,
  };
}
