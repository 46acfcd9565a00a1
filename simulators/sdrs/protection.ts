import type { SeededRandom } from '../engine/random.js';
import { freeIp, volumesOf } from './servers.js';
import {
  byId,
  productionZone,
  standbyZone,
  type Group,
  type Instance,
  type Pair,
  type Resource,
  type SdrsState,
  type Server,
  type Tag,
  type Volume,
} from './world.js';

/** Where and when new things are made: the same hands build the seed world and serve the API. */
export interface Maker {
  state: SdrsState;
  random: SeededRandom;
  at: number;
}

export interface InstanceOrder {
  name: string;
  description: string | null;
  tags: Tag[];
  flavor: string | null;
  subnetId: string | null;
  ipAddress: string | null;
}

export function newResource(maker: Maker, name: string, status: string): Resource {
  return { id: maker.random.uuid(), name, status, created_at: maker.at, updated_at: maker.at, stale: null };
}

export function newGroup(
  maker: Maker,
  order: Pick<
    Group,
    'name' | 'description' | 'source_availability_zone' | 'target_availability_zone' | 'domain_id' | 'vpc_id'
  >,
): Group {
  const group: Group = {
    ...newResource(maker, order.name, 'creating'),
    ...order,
    priority_station: 'source',
  };
  maker.state.groups.push(group);
  return group;
}

/** A protected instance with its DR server, its DR disks and one pair per disk (3.4, effects). */
export function newInstance(maker: Maker, group: Group, server: Server, order: InstanceOrder): Instance {
  const standby = newStandbyServer(maker, group, server, order);
  const atSource = group.priority_station === 'source';
  const instance: Instance = {
    ...newResource(maker, order.name, 'creating'),
    description: order.description,
    server_group_id: group.id,
    source_server: atSource ? server.id : standby.id,
    target_server: atSource ? standby.id : server.id,
    tags: order.tags,
    frozen: false,
    parkedNics: [],
  };
  maker.state.instances.push(instance);
  volumesOf(maker.state, server.id).forEach((volume, index) => {
    const device = deviceAt(index);
    const shared = maker.state.pairs.find((pair) => pair.productionVolume === volume.id);
    const pair =
      shared ?? newPair(maker, group, volume, { name: `${order.name}-${device}`, description: null });
    pair.attachment.push({ device: `/dev/${device}`, protected_instance: instance.id });
    byId(maker.state.volumes, pair.drVolume)?.attachedTo.push(standby.id);
  });
  return instance;
}

/** A pair and its DR disk in the other zone. `volume_ids` keeps production first, whatever the direction. */
export function newPair(
  maker: Maker,
  group: Group,
  volume: Volume,
  order: { name: string; description: string | null },
): Pair {
  const copy: Volume = {
    ...volume,
    id: maker.random.uuid(),
    name: `${volume.name}-dr`,
    availabilityZone:
      volume.availabilityZone === productionZone(group) ? standbyZone(group) : productionZone(group),
    status: 'in-use',
    attachedTo: [],
  };
  volume.status = 'in-use';
  maker.state.volumes.push(copy);
  const pair: Pair = {
    ...newResource(maker, order.name, 'creating'),
    description: order.description,
    server_group_id: group.id,
    productionVolume: volume.id,
    drVolume: copy.id,
    attachment: [],
    fault_level: '0',
    failure_detail: null,
    sync: { state: 'inactive' },
  };
  maker.state.pairs.push(pair);
  return pair;
}

/** KVM names, the system disk being vda. */
function deviceAt(index: number): string {
  return `vd${String.fromCharCode(97 + index)}`;
}

function newStandbyServer(maker: Maker, group: Group, server: Server, order: InstanceOrder): Server {
  const subnets = byId(maker.state.vpcs, group.vpc_id)?.subnets ?? [];
  const subnet = byId(subnets, order.subnetId ?? '') ?? subnets[0];
  const standby: Server = {
    id: maker.random.uuid(),
    name: server.name,
    availabilityZone: standbyZone(group),
    vpcId: server.vpcId,
    powerState: 'SHUTOFF',
    flavor: order.flavor ?? server.flavor,
    nics: [
      {
        id: maker.random.uuid(),
        subnetId: subnet?.id ?? '',
        ipAddress: order.ipAddress ?? freeIp(maker.state, subnet?.cidr ?? '10.0.0.0/24'),
        primary: true,
      },
    ],
  };
  maker.state.servers.push(standby);
  return standby;
}
