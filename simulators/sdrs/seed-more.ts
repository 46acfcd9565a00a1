import { newGroup, newInstance, type Maker } from './protection.js';
import { addServer, blankServer } from './side-table.js';
import { pairsOf, productionZone, type Vpc } from './world.js';

/** A subnet with room for thousands; every VPC has it, so that drills stay possible. */
const ROOM = '10.0.64.0/18';

/** Protected groups by the hundred, each of one server with one disk, synchronised. */
export function addMoreGroups(maker: Maker, groups: number, domainId: string): void {
  const { state, random } = maker;
  const [vpc] = state.vpcs;
  if (groups === 0 || !vpc) return;
  for (const each of state.vpcs) each.subnets.push({ id: random.uuid(), cidr: ROOM });

  for (let index = 1; index <= groups; index += 1) {
    maker.at += 1000;
    const number = String(index).padStart(4, '0');
    const group = newGroup(maker, {
      name: `group-${number}`,
      description: null,
      source_availability_zone: 'eu-de-01',
      target_availability_zone: 'eu-de-02',
      domain_id: domainId,
      vpc_id: vpc.id,
    });
    const nic = { id: random.uuid(), subnetId: roomOf(vpc), ipAddress: addressAt(2 * index), primary: true };
    const blank = blankServer(random.uuid(), vpc.id, productionZone(group));
    const server = addServer(state, { ...blank, name: `app-${number}`, nics: [nic] }, [40], () =>
      random.uuid(),
    );
    const instance = newInstance(maker, group, server, {
      name: server.name,
      description: null,
      tags: [],
      flavor: null,
      subnetId: roomOf(vpc),
      ipAddress: addressAt(2 * index + 1),
    });
    for (const each of [group, instance]) each.status = 'protected';
    for (const pair of pairsOf(state, group.id)) {
      pair.status = 'protected';
      pair.sync = { state: 'running', startedAt: maker.at, doneAt: maker.at };
    }
  }
}

const roomOf = (vpc: Vpc): string => vpc.subnets.at(-1)?.id ?? '';

const addressAt = (index: number): string => `10.0.${64 + Math.floor(index / 256)}.${index % 256}`;
