import { guidOf } from './ids.js';
import { noRemoteSession, remoteDown, remoteUser } from './sessions.js';
import { connected, recoverySite } from './sites.js';
import type { Call } from './call.js';
import type { SiteKey, World } from './world.js';

/** Full, Partial, Depends on what is named, Error, Ok (srm reference 1.5); "-" = the document says nothing. */
type Letter = 'F' | 'P' | 'D' | 'E' | 'O' | '-';

/** Without the remote session, then with the remote server down: the document's two columns. */
export type Contract = `${Letter}${Letter}`;

/**
 * Refuses a call that cannot be answered without the far site. While that site is down nobody can log
 * in there, so then only the second letter counts: a disaster recovery must stay possible.
 */
export function meetContract(call: Call, contract: Contract): void {
  const { sim, session } = call;
  if (sim.settings.robo) return;
  const [unauthenticated, down] = contract;
  if (!connected(sim.state)) {
    if (down === 'E' || (down === 'D' && !isLocal(call))) throw remoteDown(sim);
  } else if (remoteUser(sim, session) === null) {
    if (unauthenticated === 'E' || (unauthenticated === 'D' && !isLocal(call))) throw noRemoteSession(sim);
  }
}

/**
 * Whether what the path names belongs to this site: a server by its id, a group or plan by the server
 * that keeps it (the last part of its id) or because it would be recovered here.
 */
function isLocal({ world, here, params }: Call): boolean {
  const own = world.sites[here];
  if (params.srm_id !== undefined) return params.srm_id === own.srm.id;
  if (params.vcenter_id !== undefined) return params.vcenter_id === own.vc.id;
  const id = params.plan_id ?? params.group_id;
  return id === undefined || guidOf(id) === own.srm.id || recoveredAt(world, id) === here;
}

function recoveredAt(world: World, id: string): SiteKey | null {
  const found = [...world.plans, ...world.groups].find((each) => each.id === id);
  return found ? recoverySite(found) : null;
}
