import type { UpstreamRequest } from '../../src/platform/http/upstream-http.js';
import type { Chance } from './chance.js';
import type { Ledger } from './ledger.js';
import type { Timeline } from './timeline.js';

export interface WireWish {
  timeline: Timeline;
  chance: Chance;
  /** Share of runs that fail in the course of it. */
  failing: number;
  /** How long a token or a session lives. */
  tokenMs: number;
  /** How long it tells of a task that has ended. */
  forgetsAfterMs: number;
}

/** What a person finds that could be run next. */
export interface NextAction {
  action: 'FAILOVER' | 'REPROTECT';
  /** Where it runs now. */
  from: 'PRODUCTION' | 'RECOVERY';
}

export interface WireAnswer {
  status: number;
  json?: unknown;
  headers?: Record<string, string>;
}

/** One simulated service: answers each request as it stands, at once. */
export interface Wire {
  readonly provider: 'sdrs' | 'srm';
  readonly ledger: Ledger;
  /** What can be failed over, by the upstream's own ids. */
  readonly targets: readonly string[];
  answer(request: UpstreamRequest, operationId: string | null): WireAnswer;
  /** Somebody acts at the vendor's console; nothing happens where it would be refused. */
  actAtConsole(action: 'FAILOVER' | 'PLANNED_FAILOVER' | 'REPROTECT', targetId: string): void;
  /** How a target is now: its word, and where it runs. */
  sightOf(targetId: string): string;
  /** null = something is under way. */
  nextActionOf(
    targetId: string,
  ): { action: 'FAILOVER' | 'REPROTECT'; from: 'PRODUCTION' | 'RECOVERY' } | null;
}
