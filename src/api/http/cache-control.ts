/** Whether the client insists on a new look at the upstream. */
export function wantsFresh(cacheControl: string | undefined): boolean {
  return /\bno-cache\b/i.test(cacheControl ?? '');
}
