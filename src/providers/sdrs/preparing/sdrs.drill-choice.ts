import type { Blocker } from '../../provider-driver.js';
import { textOf, timeOf } from '../wire/sdrs.fields.js';
import { isOurDrillName } from '../evidence/sdrs.marker.js';
import type { WireDrill } from '../wire/sdrs.wire.js';

export interface DrillChoice {
  drill: WireDrill | null;
  blockers: Blocker[];
  warnings: string[];
}

/** From which a drill can be deleted (section 4.4). */
const REMOVABLE: readonly string[] = ['available', 'error', 'error-deleting'];

/**
 * Which drill a clean-up removes. The gateway allows one per plan, so usually there is one. Of several
 * (others were made behind its back): the oldest that bears a name of our making, else the oldest at
 * all; one that is already being deleted is left out. The others are named in a warning.
 */
export function drillToCleanUp(drills: readonly WireDrill[]): DrillChoice {
  const standing = drills.filter((drill) => drill.status !== 'deleting').sort(byRank);
  const [drill, ...others] = standing;
  if (!drill) {
    const text = drills.length === 0 ? 'The plan has no drill.' : 'Its drill is already being removed.';
    return refusal(null, {
      code: 'no-drill',
      text,
      remedy: 'There is nothing to do.',
      alreadyDone: true,
    });
  }
  if (drill.status === 'creating') {
    return refusal(drill, {
      code: 'drill-starting',
      text: `The drill ${nameOf(drill)} is still being set up.`,
      remedy: 'Wait until it stands.',
      passing: true,
    });
  }
  if (!REMOVABLE.includes(drill.status ?? '')) {
    return refusal(drill, {
      code: 'drill-in-unknown-state',
      text: `The drill ${nameOf(drill)} is in the state "${drill.status ?? ''}", which the gateway does not know.`,
      remedy: 'Wait until it changes, or look at the drill in the console.',
    });
  }
  const warnings = others.length
    ? [`Removes the drill ${nameOf(drill)}; these stay: ${others.map(nameOf).join(', ')}.`]
    : [];
  return { drill, blockers: [], warnings };
}

export function standingDrillBlockers(drills: readonly WireDrill[]): Blocker[] {
  if (drills.length === 0) return [];
  return [
    {
      code: 'drill-active',
      text: `The plan has a drill already: ${drills.map(nameOf).join(', ')}.`,
      remedy: 'Clean it up first.',
    },
  ];
}

function refusal(drill: WireDrill | null, blocker: Blocker): DrillChoice {
  return { drill, blockers: [blocker], warnings: [] };
}

function byRank(a: WireDrill, b: WireDrill): number {
  const ours = Number(isOurDrillName(b.name ?? '')) - Number(isOurDrillName(a.name ?? ''));
  return ours || (timeOf(a.created_at) ?? '').localeCompare(timeOf(b.created_at) ?? '');
}

function nameOf(drill: WireDrill): string {
  return textOf(drill.name) ?? drill.id;
}
