import type { ActiveSite, Direction } from '../../../domain/dr-action.js';
import type { Location } from '../../../domain/inventory.js';
import type { SiteMemory } from '../../provider-driver.js';
import { textOf, type WireSided } from '../wire/srm.wire.js';

/** One end of a pair, in SRM's words. */
export type End = 'PROTECTED' | 'RECOVERY';

export interface Sides {
  production: Location | null;
  recovery: Location | null;
  activeSite: ActiveSite | null;
  nextDirection: Direction | null;
}

/**
 * SRM has no home: its pair of sites turns round with every reprotection (4.6). So the protected end when
 * a plan or a group was first seen is home, kept in the site's memory, unless the sites file names one.
 */
export class SrmHome {
  private readonly known = new Map<string, string>();

  constructor(
    private readonly siteId: string,
    private readonly memory: SiteMemory,
    private readonly setting: string | null,
  ) {}

  /** The key of the home end by id; absent = not known. One question to the memory, whatever the length. */
  async of(resources: readonly WireSided[]): Promise<ReadonlyMap<string, string>> {
    if (this.setting !== null) return this.bySetting(resources, this.setting);
    const first: Record<string, string> = {};
    for (const resource of resources) {
      const end = keyOf(resource, 'PROTECTED');
      if (end !== null && !this.known.has(resource.id)) first[`home/${resource.id}`] = end;
    }
    if (Object.keys(first).length > 0) {
      const kept = await this.memory.rememberFirst(this.siteId, first);
      for (const [key, home] of Object.entries(kept)) this.known.set(key.slice('home/'.length), home);
    }
    return this.known;
  }

  private bySetting(resources: readonly WireSided[], setting: string): ReadonlyMap<string, string> {
    const homes = new Map<string, string>();
    for (const resource of resources) {
      const end = (['PROTECTED', 'RECOVERY'] as const).find((side) => isNamed(resource, side, setting));
      const key = end === undefined ? null : keyOf(resource, end);
      if (key !== null) homes.set(resource.id, key);
    }
    return homes;
  }
}

/** Where the workload of a plan runs: the pair turns at reprotection, not at recovery (4.6). */
export function planRunsAt(status: string): End | null {
  switch (status) {
    case 'RECOVERY_COMPLETE':
    case 'DISASTER_RECOVERY_COMPLETE':
    case 'REPROTECT_IN_PROGRESS':
    case 'INCOMPLETE_REPROTECT':
    case 'REPROTECT_INTERRUPTED':
    case 'PARTIAL_REPROTECT':
      return 'RECOVERY';
    case 'RECOVERY_SPLIT_BRAIN':
      return null;
    default:
      return 'PROTECTED';
  }
}

/** Which end the next failover of a plan moves to: the protected one where a reprotection comes first. */
export function planGoesTo(status: string): End {
  switch (status) {
    case 'RECOVERY_COMPLETE':
    case 'REPROTECT_IN_PROGRESS':
    case 'INCOMPLETE_REPROTECT':
    case 'REPROTECT_INTERRUPTED':
    case 'PARTIAL_REPROTECT':
      return 'PROTECTED';
    default:
      return 'RECOVERY';
  }
}

export function groupRunsAt(status: string): End | null {
  switch (status) {
    case 'RECOVERED':
    case 'REPROTECTING':
    case 'PARTIALLY_REPROTECTED':
      return 'RECOVERY';
    case 'PARTIALLY_RECOVERED':
      return null;
    default:
      return 'PROTECTED';
  }
}

export function sidesOf(wire: WireSided, home: string | null, runsAt: End | null, goesTo: End | null): Sides {
  const homeEnd = endOf(wire, home);
  const production = homeEnd === null ? null : locationOf(wire, homeEnd);
  const recovery =
    homeEnd === null ? null : locationOf(wire, homeEnd === 'PROTECTED' ? 'RECOVERY' : 'PROTECTED');
  return {
    production,
    recovery,
    activeSite: homeEnd === null || runsAt === null ? null : runsAt === homeEnd ? 'PRODUCTION' : 'RECOVERY',
    nextDirection:
      homeEnd === null || goesTo === null ? null : goesTo === homeEnd ? 'TO_PRODUCTION' : 'TO_RECOVERY',
  };
}

/** Which end is home; null = not known, or neither (the pairing was made anew with other vCenters). */
export function endOf(wire: WireSided, home: string | null): End | null {
  if (home === null) return null;
  if (keyOf(wire, 'PROTECTED') === home) return 'PROTECTED';
  return keyOf(wire, 'RECOVERY') === home ? 'RECOVERY' : null;
}

/** The vCenter's guid; where both ends are one vCenter (1.5) only the site's name tells them apart. */
function keyOf(wire: WireSided, end: End): string | null {
  const own = guidOf(wire, end);
  const other = guidOf(wire, end === 'PROTECTED' ? 'RECOVERY' : 'PROTECTED');
  if (own === null || own !== other) return own;
  const name = siteNameOf(wire, end);
  return name === null || name === siteNameOf(wire, end === 'PROTECTED' ? 'RECOVERY' : 'PROTECTED')
    ? null
    : `${own}/${name}`;
}

function locationOf(wire: WireSided, end: End): Location | null {
  const id = keyOf(wire, end);
  return id === null ? null : { id, name: siteNameOf(wire, end) ?? id };
}

function isNamed(wire: WireSided, end: End, name: string): boolean {
  return [keyOf(wire, end), siteNameOf(wire, end)].some(
    (known) => known?.toLowerCase() === name.toLowerCase(),
  );
}

function guidOf(wire: WireSided, end: End): string | null {
  return textOf(end === 'PROTECTED' ? wire.protected_vc_guid : wire.recovery_vc_guid);
}

function siteNameOf(wire: WireSided, end: End): string | null {
  return textOf(end === 'PROTECTED' ? wire.protected_site_name : wire.recovery_site_name);
}
