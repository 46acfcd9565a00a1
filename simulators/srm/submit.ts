import { Conflict } from './errors.js';
import { accepted, type Answer, type Call } from './surface.js';
import { beginRefusal, beginWork, type Effect } from './work.js';

interface Subject {
  kind: string;
  entity: string | null;
  entityName: string | null;
}

interface Ready {
  target: string | null;
  effect: Effect;
}

/**
 * Accepts a piece of work with 202 and a task. A conflict found by `prepare` is answered with 400 or,
 * by the setting `refusalMode`, with a task that fails (srm reference 6.3).
 */
export function submit(call: Call, subject: Subject, prepare: () => Ready): Answer {
  const spec = { ...subject, site: call.here };
  try {
    return accepted(call, beginWork(call.sim, { ...spec, ...prepare() }));
  } catch (why) {
    if (!(why instanceof Conflict) || call.sim.settings.refusalMode === 'http400') throw why;
    return accepted(call, beginRefusal(call.sim, spec, why));
  }
}
