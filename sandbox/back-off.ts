const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** How long to wait before the next attempt after this many failures in a row: 0.5 s, doubled, 30 s at most. */
export function backOffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
}
