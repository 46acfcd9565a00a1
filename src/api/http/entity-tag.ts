/** RFC 9110 `If-None-Match`: a list or `*`, compared weakly, since a proxy that compresses weakens our tags. */
export function isSeen(ifNoneMatch: string | undefined, etag: string): boolean {
  const seen = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return seen.includes('*') || seen.includes(etag);
}
