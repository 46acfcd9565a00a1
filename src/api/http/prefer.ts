const LONGEST_WAIT_SECONDS = 60;

/** RFC 7240 `Prefer: wait=n`; 0 = the client does not want to wait. */
export function waitSeconds(prefer: string | undefined): number {
  const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(prefer ?? '')?.[1];
  return wait === undefined ? 0 : Math.min(Number(wait), LONGEST_WAIT_SECONDS);
}
