import { ProviderError, type Delivery, type ProviderErrorKind, type Retry } from '../provider-error.js';

/** What can go wrong between this driver and its world: the kinds of accident a wire has, without a wire. */
interface TroubleFacts {
  kind: ProviderErrorKind;
  message: string;
  /** Default TEMPORARY. */
  retry?: Retry;
  /** What is known of a state-changing request that met it. */
  delivery: Delivery;
  /** Whether such a request was carried out all the same. */
  carriedOut: boolean;
}

export const TROUBLES = {
  UNREACHABLE: {
    kind: 'UNAVAILABLE',
    message: 'The world cannot be reached.',
    delivery: 'NOT_SENT',
    carriedOut: false,
  },
  REQUEST_LOST: {
    kind: 'UNAVAILABLE',
    message: 'The connection broke.',
    delivery: 'AMBIGUOUS',
    carriedOut: false,
  },
  ANSWER_LOST: {
    kind: 'UNAVAILABLE',
    message: 'The connection broke.',
    delivery: 'AMBIGUOUS',
    carriedOut: true,
  },
  SILENT: {
    kind: 'TIMEOUT',
    message: 'The world did not answer in time.',
    delivery: 'AMBIGUOUS',
    carriedOut: false,
  },
  FAULT: {
    kind: 'UPSTREAM_FAULT',
    message: 'The world says it failed.',
    delivery: 'AMBIGUOUS',
    carriedOut: false,
  },
  GARBLED: {
    kind: 'BAD_ANSWER',
    message: 'The world spoke nonsense.',
    delivery: 'AMBIGUOUS',
    carriedOut: true,
  },
  THROTTLED: {
    kind: 'RATE_LIMITED',
    message: 'The world asks for patience.',
    delivery: 'REFUSED',
    carriedOut: false,
  },
  REFUSED: {
    kind: 'CONFLICT',
    message: 'The world will not have it.',
    retry: 'PERMANENT',
    delivery: 'REFUSED',
    carriedOut: false,
  },
} as const satisfies Record<string, TroubleFacts>;
export type Trouble = keyof typeof TROUBLES;

export interface TroubleRule {
  /** Which calls it strikes: those that only read, or those that change something. */
  on: 'READ' | 'CHANGE';
  trouble: Trouble;
  /** How many calls. Default 1; Infinity = until cleared. */
  times?: number;
  /** With THROTTLED: how long to wait. */
  retryAfterMs?: number;
}

export function troubleError(rule: TroubleRule): ProviderError {
  const facts: TroubleFacts = TROUBLES[rule.trouble];
  return new ProviderError(facts.kind, facts.message, {
    retry: facts.retry ?? 'TEMPORARY',
    ...(rule.on === 'CHANGE' ? { delivery: facts.delivery } : {}),
    ...(rule.retryAfterMs === undefined ? {} : { retryAfterMs: rule.retryAfterMs }),
  });
}
