import { byId, type Pair, type SdrsState, type Server, type Volume } from './world.js';

/** Servers and disks as ECS and EVS would hold them; SDRS has no API for either. */
export function blankServer(id: string, vpcId: string, availabilityZone: string): Server {
  return {
    id,
    name: `server-${id.slice(0, 8)}`,
    availabilityZone,
    vpcId,
    powerState: 'ACTIVE',
    flavor: 's3.large.2',
    nics: [],
  };
}

export function blankVolume(id: string, availabilityZone: string): Volume {
  return {
    id,
    name: `volume-${id.slice(0, 8)}`,
    size: 40,
    type: 'SAS',
    availabilityZone,
    status: 'available',
    multiattach: false,
    bootable: false,
    encrypted: false,
    frozen: false,
    locked: false,
    attachedTo: [],
  };
}

/** Adds a server with disks of these sizes, the first being its system disk. */
export function addServer(
  state: SdrsState,
  server: Server,
  diskSizes: readonly number[],
  newId: () => string,
): Server {
  state.servers.push(server);
  diskSizes.forEach((size, index) => {
    state.volumes.push({
      ...blankVolume(newId(), server.availabilityZone),
      name: `${server.name}-disk${index}`,
      size,
      bootable: index === 0,
      status: 'in-use',
      attachedTo: [server.id],
    });
  });
  return server;
}

/** Removes a server with the disks that are attached to it alone. */
export function removeServer(state: SdrsState, serverId: string): void {
  state.servers = state.servers.filter((server) => server.id !== serverId);
  for (const volume of state.volumes.filter((v) => v.attachedTo.includes(serverId))) {
    volume.attachedTo = volume.attachedTo.filter((id) => id !== serverId);
    if (volume.attachedTo.length === 0) removeVolume(state, volume.id);
  }
}

export function removeVolume(state: SdrsState, volumeId: string): void {
  state.volumes = state.volumes.filter((volume) => volume.id !== volumeId);
}

/** The pair's production disk and its DR disk, as far as they still exist. */
export function volumesOfPair(state: SdrsState, pair: Pair): Volume[] {
  return state.volumes.filter((volume) => [pair.productionVolume, pair.drVolume].includes(volume.id));
}

/** Attaches each disk of the pair to the server in its own zone, of the two given. */
export function attachVolumes(state: SdrsState, pair: Pair, serverIds: readonly string[]): void {
  const servers = serverIds.flatMap((id) => byId(state.servers, id) ?? []);
  for (const volume of volumesOfPair(state, pair)) {
    const server = servers.find((candidate) => candidate.availabilityZone === volume.availabilityZone);
    if (server) volume.attachedTo.push(server.id);
    settleVolume(volume);
  }
}

export function detachVolumes(state: SdrsState, pair: Pair, serverIds: readonly string[]): void {
  for (const volume of volumesOfPair(state, pair)) {
    volume.attachedTo = volume.attachedTo.filter((id) => !serverIds.includes(id));
    settleVolume(volume);
  }
}

/** A disk is in use while a server has it. */
export function settleVolume(volume: Volume): void {
  volume.status = volume.attachedTo.length > 0 ? 'in-use' : 'available';
}
