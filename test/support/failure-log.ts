interface CircusState {
  currentlyRunningTest?: { errors: unknown[] } | null;
}

/** Whether the test that ends now has failed; jest-circus tells hooks only by its own state. */
export function currentTestHasFailed(): boolean {
  const symbol = Object.getOwnPropertySymbols(globalThis).find(
    ({ description }) => description === 'JEST_STATE_SYMBOL',
  );
  if (!symbol) return false;
  const state = (globalThis as unknown as Record<symbol, CircusState>)[symbol];
  return (state?.currentlyRunningTest?.errors.length ?? 0) > 0;
}
