import {
  byId,
  instancesOf,
  type Group,
  type Instance,
  type SdrsState,
  type Server,
  type Volume,
} from './world.js';

/** Which server of an instance runs production now follows the group's station; the ids never swap (3.4). */
export function productionServerOf(instance: Instance, group: Group): string {
  return group.priority_station === 'source' ? instance.source_server : instance.target_server;
}

export function standbyServerOf(instance: Instance, group: Group): string {
  return group.priority_station === 'source' ? instance.target_server : instance.source_server;
}

export function isStopped(state: SdrsState, serverId: string): boolean {
  return byId(state.servers, serverId)?.powerState !== 'ACTIVE';
}

export function volumesOf(state: SdrsState, serverId: string): Volume[] {
  return state.volumes.filter((volume) => volume.attachedTo.includes(serverId));
}

export function instanceOfServer(state: SdrsState, serverId: string): Instance | undefined {
  return state.instances.find((i) => i.source_server === serverId || i.target_server === serverId);
}

export function ipInUse(state: SdrsState, ipAddress: string): boolean {
  return state.servers.some((server) => server.nics.some((nic) => nic.ipAddress === ipAddress));
}

/** A free address in the subnet, the lowest from .10 on. */
export function freeIp(state: SdrsState, cidr: string): string {
  const network = cidr.replace(/\.\d+\/\d+$/, '');
  for (let host = 10; host < 250; host += 1) {
    if (!ipInUse(state, `${network}.${host}`)) return `${network}.${host}`;
  }
  return `${network}.250`;
}

export function subnetIn(state: SdrsState, vpcId: string, subnetId: string) {
  const subnets = byId(state.vpcs, vpcId)?.subnets ?? [];
  return byId(subnets, subnetId);
}

/**
 * What moving production does to servers (4.1): those of the old site are stopped, NICs go over, and the
 * new production servers are left not started. After a failover the old ones have no NICs until re-protect.
 */
export function moveServers(state: SdrsState, group: Group, how: 'failover' | 'reverse'): void {
  for (const instance of instancesOf(state, group.id)) {
    const production = byId(state.servers, productionServerOf(instance, group));
    const standby = byId(state.servers, standbyServerOf(instance, group));
    if (!production || !standby) continue;
    const standbyNics = standby.nics;
    standby.nics = production.nics;
    production.nics = how === 'reverse' ? standbyNics : [];
    if (how === 'failover') instance.parkedNics = standbyNics;
    stop(production);
    stop(standby);
  }
}

export function returnNics(state: SdrsState, group: Group): void {
  for (const instance of instancesOf(state, group.id)) {
    const standby = byId(state.servers, standbyServerOf(instance, group));
    if (standby && instance.parkedNics.length > 0) standby.nics = instance.parkedNics;
    instance.parkedNics = [];
  }
}

function stop(server: Server): void {
  server.powerState = 'SHUTOFF';
}
