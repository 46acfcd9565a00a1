import type { ListQuery } from './lists.js';
import type { Session, SiteKey, SrmSim, World } from './world.js';

/** One request at one site's appliance. */
export interface Call {
  sim: SrmSim;
  world: World;
  here: SiteKey;
  version: 1 | 2;
  session: Session;
  params: Record<string, string>;
  query: ListQuery & Record<string, string | undefined>;
  body: unknown;
  authorization: string | undefined;
  url: URL;
  /** false = parts of a P answer that come from the far site are missing. */
  seesRemote: boolean;
}
