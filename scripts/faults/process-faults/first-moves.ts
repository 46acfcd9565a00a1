import { KINDS, SITE_IDS, type FaultWorld } from '../world/fault-world.js';
import type { Asked } from '../world/traffic.js';

export interface FirstMoves {
  readonly resumeMs: number[];
  /** A fault strikes now, while these are in flight. */
  begin: (inFlight: readonly Asked[]) => void;
}

/**
 * How long it takes after each fault until something happens again to what was in flight at each site. What waits for its
 * sender's time to be over is not expected to move: that is the protocol.
 */
export function firstMoves(world: FaultWorld): FirstMoves {
  const resumeMs: number[] = [];
  const waiting = new Set<{ since: number; ids: Set<string> }>();
  world.events.on(({ operationId, heardAt }) => {
    for (const each of waiting) {
      if (!each.ids.has(operationId)) continue;
      waiting.delete(each);
      resumeMs.push(Math.round(heardAt - each.since));
    }
  });
  return {
    resumeMs,
    begin(inFlight) {
      for (const kind of KINDS) {
        const ids = new Set(inFlight.flatMap(({ id }) => (id.startsWith(`${SITE_IDS[kind]}.`) ? [id] : [])));
        if (ids.size > 0) waiting.add({ since: performance.now(), ids });
      }
    },
  };
}
