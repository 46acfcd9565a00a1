import type { Pair, Sdrs, Sync, Volume } from './world.js';

/** Data synchronisation of a pair (4.3, replication_status over a life). */
export function startSync(sim: Sdrs, pair: Pair, volume: Volume | undefined): void {
  const lasts = (volume?.size ?? 0) * sim.settings.syncMsPerGb * sim.settings.durationFactor;
  pair.sync = { state: 'running', startedAt: sim.instant, doneAt: sim.instant + lasts };
}

export function stopSync(sim: Sdrs, pair: Pair): void {
  if (pair.sync.state === 'running')
    pair.sync = { state: 'stopped', progress: progressOf(pair.sync, sim.instant) };
}

export function progressOf(sync: Sync, now: number): number {
  switch (sync.state) {
    case 'inactive':
      return 0;
    case 'stopped':
      return sync.progress;
    case 'running': {
      const share = (now - sync.startedAt) / Math.max(1, sync.doneAt - sync.startedAt);
      return now >= sync.doneAt ? 100 : Math.max(0, Math.floor(share * 100));
    }
  }
}

export function replicationStatusOf(sync: Sync, now: number): string {
  switch (sync.state) {
    case 'inactive':
      return 'inactive';
    case 'stopped':
      return 'active-stopped';
    case 'running':
      return now >= sync.doneAt ? 'active' : 'copying';
  }
}

/** A group's or an instance's progress is the mean of its pairs'. */
export function meanProgress(pairs: readonly Pair[], now: number): number {
  if (pairs.length === 0) return 0;
  return Math.floor(pairs.reduce((sum, pair) => sum + progressOf(pair.sync, now), 0) / pairs.length);
}
