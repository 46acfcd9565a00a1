import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose upstream is asked. */
export interface AskedSite {
  siteId: string;
  provider: string;
}

const sites = new AsyncLocalStorage<AskedSite>();

/** Whatever is asked in the course of `work` is asked of that site. */
export function askingSite<T>(site: AskedSite, work: () => T): T {
  return sites.run(site, work);
}

/** null = nobody said: what goes on between two questions, such as a log-out at the end. */
export function siteAskedNow(): AskedSite | null {
  return sites.getStore() ?? null;
}
