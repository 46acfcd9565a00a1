import type { DrAction } from '../domain/dr-action.js';
import type { Operation } from '../domain/operation.js';

/** What the inventory needs to know of the long work; filled in where the rooms are wired together. */
export abstract class SiteWork {
  /** Unfinished operations of a site. */
  abstract unfinished(siteId: string): Promise<Operation[]>;

  /** The latest operations of that action on that group or plan, newest first; a handful. */
  abstract latest(siteId: string, targetId: string, action: DrAction): Promise<Operation[]>;
}
