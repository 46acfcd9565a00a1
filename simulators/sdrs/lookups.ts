import { Refusal } from './errors.js';
import { operationOf, type OperationName } from './operations.js';
import { addServer, blankServer, blankVolume } from './side-table.js';
import { isTransitional } from './statuses.js';
import { GROUP_STATUSES_FOR } from './transitions.js';
import { idOf } from './validation.js';
import {
  byId,
  type Drill,
  type Group,
  type Instance,
  type Pair,
  type Resource,
  type Sdrs,
  type Server,
  type Volume,
  type Vpc,
} from './world.js';

/** Finding what a request names. Malformed ids and unknown ones have codes of their own (6.4). */
export function groupOf(sim: Sdrs, id: unknown): Group {
  const group = byId(sim.state.groups, idOf(id, '0207'));
  if (!group || !isVisible(sim, group)) throw new Refusal('1013');
  return group;
}

export function isVisible(sim: Sdrs, group: Group): boolean {
  return sim.settings.groupVisibleWhileCreating || group.status !== 'creating';
}

/** `missing` is 1320, but 1301 for a DELETE: a "state" wording for what does not exist (6.4). */
export function instanceOf(sim: Sdrs, id: unknown, missing = '1320'): Instance {
  const instance = byId(sim.state.instances, idOf(id, '0208'));
  if (!instance) throw new Refusal(missing);
  return instance;
}

export function pairOf(sim: Sdrs, id: unknown): Pair {
  const pair = byId(sim.state.pairs, idOf(id, '0213'));
  if (!pair) throw new Refusal('1608');
  return pair;
}

/** `missing` is 1902, but 1913 for a DELETE (6.4). */
export function drillOf(sim: Sdrs, id: unknown, missing = '1902'): Drill {
  const drill = byId(sim.state.drills, idOf(id, '1900'));
  if (!drill) throw new Refusal(missing);
  return drill;
}

export function vpcOf(sim: Sdrs, id: string, missing: string): Vpc {
  const known = byId(sim.state.vpcs, id);
  if (known) return known;
  if (!sim.settings.acceptUnknownServers) throw new Refusal(missing);
  const subnets = [{ id: sim.random.uuid(), cidr: '10.0.0.0/24' }];
  const vpc: Vpc = { id, name: `vpc-${id.slice(0, 8)}`, cidr: '10.0.0.0/16', subnets };
  sim.state.vpcs.push(vpc);
  return vpc;
}

/** A server of the side table; one is invented at the group's production site when the settings allow. */
export function serverOf(sim: Sdrs, value: unknown, vpcId: string, zone: string): Server {
  const id = idOf(value, '0210');
  const known = byId(sim.state.servers, id);
  if (known) return known;
  if (!sim.settings.acceptUnknownServers) throw new Refusal('1326');
  return addServer(sim.state, blankServer(id, vpcId, zone), [40], () => sim.random.uuid());
}

/** A disk of the side table, or an invented one. No code says "disk not found": 1801 comes nearest. */
export function volumeOf(sim: Sdrs, value: unknown, zone: string): Volume {
  const id = idOf(value, '0211');
  const known = byId(sim.state.volumes, id);
  if (known) return known;
  if (!sim.settings.acceptUnknownServers) throw new Refusal('1801');
  const volume = blankVolume(id, zone);
  sim.state.volumes.push(volume);
  return volume;
}

/** Refuses what the group around a resource does not allow: 1002 on a busy group, else 1024 or the given code. */
export function requireGroup(group: Group, use: keyof typeof GROUP_STATUSES_FOR, refusal = '1024'): void {
  if (isTransitional(group.status)) throw new Refusal('1002');
  if (!(GROUP_STATUSES_FOR[use] as readonly string[]).includes(group.status)) throw new Refusal(refusal);
}

/** Refuses an operation whose table row does not name the resource's own status. */
export function requireStatus(operation: OperationName, resource: Resource): void {
  const { from, refusal } = operationOf(operation);
  if (from !== null && !from.includes(resource.status)) throw new Refusal(refusal);
}
