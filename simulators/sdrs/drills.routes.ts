import type { FastifyInstance } from 'fastify';
import { Refusal } from './errors.js';
import { startJob } from './jobs.js';
import { idFilter, listOf, nameMatches, statusFilter, type Query } from './listing.js';
import { drillOf, groupOf, requireGroup, requireStatus, vpcOf } from './lookups.js';
import { newResource } from './protection.js';
import { rename } from './resources.js';
import { DRILL_STATUSES } from './statuses.js';
import { nameIn, optionalId, unwrap } from './validation.js';
import { drillView, shownStatus } from './views.js';
import { byId, type Drill, type Group, type Sdrs, type Vpc } from './world.js';

interface ById {
  Params: { disaster_recovery_drill_id: string };
  Body: unknown;
}

/** DR drills (3.6, 4.4): beside production, and without effect on the group's status. */
export function drillRoutes(app: FastifyInstance, sim: Sdrs): void {
  app.post<{ Body: unknown }>('/disaster-recovery-drills', ({ body }) => createDrill(sim, body));

  app.get<{ Querystring: Query }>('/disaster-recovery-drills', ({ query }) =>
    listOf(sim, 'disaster_recovery_drills', query, matchingDrills(sim, query), (drill) =>
      drillView(sim, drill),
    ),
  );

  app.get<ById>('/disaster-recovery-drills/:disaster_recovery_drill_id', ({ params }) => ({
    disaster_recovery_drill: drillView(sim, drillOf(sim, params.disaster_recovery_drill_id)),
  }));

  app.put<ById>('/disaster-recovery-drills/:disaster_recovery_drill_id', ({ params, body }) => {
    const drill = drillOf(sim, params.disaster_recovery_drill_id);
    rename(sim, drill, nameIn(unwrap(body, 'disaster_recovery_drill')));
    sim.executed('rename-drill', drill.id);
    return { disaster_recovery_drill: drillView(sim, drill) };
  });

  app.delete<ById>('/disaster-recovery-drills/:disaster_recovery_drill_id', ({ params }) =>
    deleteDrill(sim, drillOf(sim, params.disaster_recovery_drill_id, '1913')),
  );
}

export function deleteDrill(sim: Sdrs, drill: Drill): { job_id: string } {
  requireStatus('delete-drill', drill);
  return startJob(sim, {
    operation: 'delete-drill',
    groupId: drill.server_group_id,
    targets: [{ kind: 'drill', id: drill.id }],
    entities: { disaster_recovery_drill_id: drill.id },
  });
}

export function createDrill(sim: Sdrs, body: unknown): { job_id: string } {
  const fields = unwrap(body, 'disaster_recovery_drill');
  const name = nameIn(fields);
  const group = groupOf(sim, fields.server_group_id);
  const vpcId = optionalId(fields.drill_vpc_id, '0204');
  requireGroup(group, 'drill', '1002');
  const vpc = vpcId === null ? newDrillVpc(sim, group, name) : requireDrillVpc(sim, group, vpcId);

  const drill: Drill = {
    ...newResource({ state: sim.state, random: sim.random, at: sim.instant }, name, 'creating'),
    server_group_id: group.id,
    drill_vpc_id: vpc.id,
    drill_servers: [],
  };
  sim.state.drills.push(drill);
  return startJob(sim, {
    operation: 'create-drill',
    groupId: group.id,
    targets: [{ kind: 'drill', id: drill.id }],
    entities: { disaster_recovery_drill_id: drill.id },
  });
}

/** Not the group's own VPC, not another drill's, and with every subnet the group's VPC has. */
function requireDrillVpc(sim: Sdrs, group: Group, vpcId: string): Vpc {
  if (vpcId === group.vpc_id) throw new Refusal('1907');
  const vpc = vpcOf(sim, vpcId, '1928');
  if (sim.state.drills.some((drill) => drill.drill_vpc_id === vpcId)) throw new Refusal('1921');
  if (vpc.subnets.length === 0) throw new Refusal('1908');
  const cidrs = vpc.subnets.map((subnet) => subnet.cidr);
  const needed = byId(sim.state.vpcs, group.vpc_id)?.subnets ?? [];
  if (!sim.settings.acceptUnknownServers && !needed.every((subnet) => cidrs.includes(subnet.cidr)))
    throw new Refusal('1909');
  return vpc;
}

/** Without a drill VPC one is made like the group's; deleting the drill keeps it (3.6). */
function newDrillVpc(sim: Sdrs, group: Group, name: string): Vpc {
  if (sim.state.vpcs.length >= sim.settings.quotas.vpcs) throw new Refusal('1929');
  const model = byId(sim.state.vpcs, group.vpc_id);
  const subnets = (model?.subnets ?? []).map(({ cidr }) => ({ id: sim.random.uuid(), cidr }));
  const vpc: Vpc = {
    id: sim.random.uuid(),
    name: `vpc-${name}`,
    cidr: model?.cidr ?? '10.0.0.0/16',
    subnets,
  };
  sim.state.vpcs.push(vpc);
  return vpc;
}

function matchingDrills(sim: Sdrs, query: Query): Drill[] {
  const group = idFilter(query.server_group_id, '0207');
  const vpc = idFilter(query.drill_vpc_id, '0204');
  const status = statusFilter(query, DRILL_STATUSES, '0209');
  return sim.state.drills.filter(
    (drill) =>
      (group === null || drill.server_group_id === group) &&
      (vpc === null || drill.drill_vpc_id === vpc) &&
      (status === null || shownStatus(sim, drill) === status) &&
      nameMatches(query, drill.name),
  );
}
