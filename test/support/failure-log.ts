interface CircusState {
  currentlyRunningTest?: { errors: unknown[] } | null;
}

/** Whether the test that ends now has failed; jest-circus tells hooks only by its own state. */
function currentTestHasFailed(): boolean {
  const symbol = Object.getOwnPropertySymbols(globalThis).find(
    ({ description }) => description === 'JEST_STATE_SYMBOL',
  );
  if (!symbol) return false;
  const state = (globalThis as unknown as Record<symbol, CircusState>)[symbol];
  return (state?.currentlyRunningTest?.errors.length ?? 0) > 0;
}

/** After each test that has failed, prints what there is to read; undefined = nothing was started. */
export function printWhenFailed(logs: () => string | undefined): void {
  afterEach(() => {
    const text = currentTestHasFailed() ? logs() : undefined;
    if (text !== undefined) process.stderr.write(`${text}\n`);
  });
}
