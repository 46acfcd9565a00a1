/** Rings for a look at a site. Losing every ring loses nothing: a sweep rings for every configured site. */
export abstract class RefreshBells {
  /** Somebody should see whether the site is to be looked at, now. */
  abstract ring(siteId: string): Promise<void>;
  /** The same, for the sweep: a ring that waits for its time is left alone. */
  abstract ensure(siteId: string): Promise<void>;
}
