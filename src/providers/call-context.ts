/** What every call to an upstream is given. */
export interface CallContext {
  /** Aborts the call; what is in flight is dropped. */
  readonly signal: AbortSignal;
}
