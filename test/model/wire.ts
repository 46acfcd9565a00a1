import type { UpstreamRequest } from '../../src/platform/http/upstream-http.js';
import type { Ledger } from './ledger.js';

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
  /** What a person finds that could be run next on it; null = something is under way. */
  nextActionOf(
    targetId: string,
  ): { action: 'FAILOVER' | 'REPROTECT'; from: 'PRODUCTION' | 'RECOVERY' } | null;
}
