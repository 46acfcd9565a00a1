import { addMoreGroups } from './seed-more.js';
import { FIRST_WORLD } from './seed-plan.js';
import { newGroup, newInstance, type Maker } from './protection.js';
import { freeIp } from './servers.js';
import { addServer, blankServer, blankVolume } from './side-table.js';
import {
  instancesOf,
  pairsOf,
  productionZone,
  type ActiveDomain,
  type Sdrs,
  type SdrsState,
  type Server,
  type Vpc,
} from './world.js';

const DAY_MS = 86_400_000;

/** The first world: four groups in four situations, and servers and disks that nothing protects yet. */
export function seedWorld(sim: Sdrs): SdrsState {
  const { random } = sim;
  const maker: Maker = { state: emptyWorld(random.hex(16)), random, at: sim.clock.now() - 30 * DAY_MS };
  const { state } = maker;
  const [domain] = (state.domains = [
    newDomain(maker, 'AA-domain-1', 'eu-de-01', 'eu-de-02', false),
    newDomain(maker, 'AA-domain-2', 'eu-de-01', 'eu-de-03', true),
  ]);
  const [vpc] = (state.vpcs = [newVpc(maker, 'prod-vpc'), newVpc(maker, 'drill-vpc')]);
  if (!domain || !vpc) throw new Error('the seed needs a domain and a VPC');

  for (const plan of FIRST_WORLD.groups) {
    maker.at += DAY_MS;
    const group = newGroup(maker, {
      name: plan.name,
      description: plan.description,
      source_availability_zone: 'eu-de-01',
      target_availability_zone: 'eu-de-02',
      domain_id: domain.id,
      vpc_id: vpc.id,
    });
    for (const server of plan.servers) {
      const production = seedServer(maker, vpc, productionZone(group), server);
      const name = server.name;
      newInstance(maker, group, production, {
        name,
        description: null,
        tags: [{ key: 'tier', value: server.tier }],
        flavor: null,
        subnetId: null,
        ipAddress: null,
      });
    }
    group.status = plan.status;
    group.priority_station = plan.priority_station;
    for (const instance of instancesOf(state, group.id)) instance.status = plan.status;
    for (const pair of pairsOf(state, group.id)) {
      pair.status = plan.status;
      if (plan.status === 'protected')
        pair.sync = { state: 'running', startedAt: maker.at, doneAt: maker.at };
      if (plan.status === 'failed-over') pair.sync = { state: 'stopped', progress: 100 };
    }
    if (plan.status === 'failed-over') failOver(state, group.id);
  }
  for (const server of FIRST_WORLD.freeServers) seedServer(maker, vpc, server.zone, server);
  for (const { zone, ...volume } of FIRST_WORLD.freeVolumes)
    state.volumes.push({ ...blankVolume(random.uuid(), zone), ...volume });
  addMoreGroups(maker, sim.settings.moreGroups, domain.id);
  state.rpoStatistics = [2, 1].map((daysAgo) => ({
    id: random.uuid(),
    at: sim.clock.now() - daysAgo * DAY_MS,
    resource_num: daysAgo - 1,
  }));
  return state;
}

function emptyWorld(jobEngine: string): SdrsState {
  return {
    jobEngine,
    jobCounter: 0,
    requestCounter: 0,
    tokens: {},
    signatureFailures: {},
    calls: { second: 0, counts: {} },
    fates: [],
    domains: [],
    groups: [],
    instances: [],
    pairs: [],
    drills: [],
    jobs: [],
    failedTasks: [],
    rpoStatistics: [],
    servers: [],
    volumes: [],
    vpcs: [],
  };
}

/** A group seeded as failed over: its servers run at the DR site, the old ones are stopped without NICs. */
function failOver(state: SdrsState, groupId: string): void {
  for (const instance of instancesOf(state, groupId)) {
    const before = state.servers.find((server) => server.id === instance.source_server);
    const after = state.servers.find((server) => server.id === instance.target_server);
    if (!before || !after) continue;
    instance.parkedNics = after.nics;
    Object.assign(after, { nics: before.nics, powerState: 'ACTIVE' });
    Object.assign(before, { nics: [], powerState: 'SHUTOFF' });
  }
}

function newDomain(
  maker: Maker,
  name: string,
  local: string,
  remote: string,
  soldOut: boolean,
): ActiveDomain {
  return {
    id: maker.random.uuid(),
    name,
    description: `${local} and ${remote}`,
    sold_out: soldOut,
    local_replication_cluster: { availability_zone: local },
    remote_replication_cluster: { availability_zone: remote },
  };
}

/** Both VPCs have the same address plan, so that the second one will do for a drill (1908, 1909). */
function newVpc(maker: Maker, name: string): Vpc {
  const subnets = ['10.0.0.0/24', '10.0.1.0/24'].map((cidr) => ({ id: maker.random.uuid(), cidr }));
  return { id: maker.random.uuid(), name, cidr: '10.0.0.0/16', subnets };
}

function seedServer(
  maker: Maker,
  vpc: Vpc,
  availabilityZone: string,
  plan: { name: string; flavor: string; disks: readonly number[]; powerState?: string },
): Server {
  const { state, random } = maker;
  const [subnet] = vpc.subnets;
  const nic = {
    id: random.uuid(),
    subnetId: subnet?.id ?? '',
    ipAddress: freeIp(state, subnet?.cidr ?? ''),
    primary: true,
  };
  const { name, flavor, powerState = 'ACTIVE' } = plan;
  const blank = blankServer(random.uuid(), vpc.id, availabilityZone);
  const server = { ...blank, name, flavor, powerState, nics: [nic] };
  return addServer(state, server, plan.disks, () => random.uuid());
}
