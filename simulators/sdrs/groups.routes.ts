import type { FastifyInstance } from 'fastify';
import { Refusal } from './errors.js';
import { actOnGroup } from './group-actions.js';
import { startJob } from './jobs.js';
import { isAbnormal, listOf, nameMatches, queryType, statusFilter, type Query } from './listing.js';
import { groupOf, isVisible, requireStatus, vpcOf } from './lookups.js';
import { newGroup } from './protection.js';
import { rename } from './resources.js';
import { GROUP_STATUSES, isTransitional } from './statuses.js';
import { descriptionIn, idOf, nameIn, optionalText, unwrap, type Fields } from './validation.js';
import { groupView, shownStatus } from './views.js';
import { drillsOf, instancesOf, pairsOf, productionZone, type Group, type Sdrs } from './world.js';

const DRILL_PERIOD_MS = 90 * 86_400_000;

interface ById {
  Params: { server_group_id: string };
  Body: unknown;
}

/** Protection groups (3.3, 4.1). */
export function groupRoutes(app: FastifyInstance, sim: Sdrs): void {
  app.post<{ Body: unknown }>('/server-groups', (request) => createGroup(sim, request.body));

  app.get<{ Querystring: Query }>('/server-groups', ({ query }) =>
    listOf(sim, 'server_groups', query, matchingGroups(sim, query), (group) => groupView(sim, group)),
  );

  app.get<ById>('/server-groups/:server_group_id', ({ params }) => ({
    server_group: groupView(sim, groupOf(sim, params.server_group_id)),
  }));

  app.put<ById>('/server-groups/:server_group_id', ({ params, body }) => {
    const group = groupOf(sim, params.server_group_id);
    rename(sim, group, nameIn(unwrap(body, 'server_group')));
    sim.executed('rename-server-group', group.id);
    return { server_group: groupView(sim, group) };
  });

  app.delete<ById>('/server-groups/:server_group_id', ({ params }) =>
    deleteGroup(sim, groupOf(sim, params.server_group_id)),
  );

  app.post<ById>('/server-groups/:server_group_id/action', ({ params, body }) =>
    actOnGroup(sim, groupOf(sim, params.server_group_id), body),
  );
}

function createGroup(sim: Sdrs, body: unknown): object {
  const fields = unwrap(body, 'server_group');
  const name = nameIn(fields);
  const description = descriptionIn(fields);
  const place = placeOf(sim, fields);
  const drType = optionalText(fields.dr_type, '0217') ?? 'migration';
  if (drType !== 'migration') throw new Refusal('0217');
  const vpc = vpcOf(sim, idOf(fields.source_vpc_id, '0204'), '0204');
  if (sim.state.groups.length >= sim.settings.quotas.server_groups) throw new Refusal('0305');

  const maker = { state: sim.state, random: sim.random, at: sim.instant };
  const group = newGroup(maker, { name, description, ...place, vpc_id: vpc.id });
  return startJob(sim, {
    operation: 'create-server-group',
    groupId: group.id,
    targets: [{ kind: 'group', id: group.id }],
    entities: { server_group_id: group.id },
  });
}

/** Both zones must belong to the domain, in either direction (3.2: local and remote imply none). */
function placeOf(sim: Sdrs, fields: Fields) {
  const domain = sim.state.domains.find(({ id }) => id === fields.domain_id);
  if (!domain) throw new Refusal('0205');
  if (domain.sold_out) throw new Refusal('0233');
  const zones = [
    domain.local_replication_cluster.availability_zone,
    domain.remote_replication_cluster.availability_zone,
  ];
  const { source_availability_zone: source, target_availability_zone: target } = fields;
  if (typeof source !== 'string' || typeof target !== 'string') throw new Refusal('0203');
  if (source === target || !zones.includes(source) || !zones.includes(target)) throw new Refusal('0203');
  return { source_availability_zone: source, target_availability_zone: target, domain_id: domain.id };
}

export function deleteGroup(sim: Sdrs, group: Group): { job_id: string } {
  if (isTransitional(group.status)) throw new Refusal('1002');
  if (instancesOf(sim.state, group.id).length > 0) throw new Refusal('1001');
  if (drillsOf(sim.state, group.id).length > 0) throw new Refusal('1003');
  if (pairsOf(sim.state, group.id).length > 0) throw new Refusal('1010');
  requireStatus('delete-server-group', group);
  return startJob(sim, {
    operation: 'delete-server-group',
    groupId: group.id,
    targets: [{ kind: 'group', id: group.id }],
    entities: { server_group_id: group.id },
  });
}

function matchingGroups(sim: Sdrs, query: Query): Group[] {
  const status = statusFilter(query, GROUP_STATUSES, '0209');
  const type = queryType(query, ['status_abnormal', 'stop_protected', 'period_no_dr_drill']);
  const zone = query.availability_zone || null;
  return sim.state.groups.filter(
    (group) =>
      isVisible(sim, group) &&
      (status === null || shownStatus(sim, group) === status) &&
      nameMatches(query, group.name) &&
      (zone === null || productionZone(group) === zone) &&
      isOfType(sim, group, type),
  );
}

function isOfType(sim: Sdrs, group: Group, type: string): boolean {
  switch (type) {
    case 'status_abnormal':
      return isAbnormal(group.status);
    case 'stop_protected':
      return group.status === 'available';
    case 'period_no_dr_drill':
      return !drillsOf(sim.state, group.id).some((drill) => sim.instant - drill.created_at < DRILL_PERIOD_MS);
    default:
      return true;
  }
}
