import type { FastifyInstance } from 'fastify';
import { createInstance, createInstances } from './instance-creation.js';
import { deleteInstance, deleteInstances } from './instance-deletion.js';
import {
  idFilter,
  idsFilter,
  isAbnormal,
  listOf,
  nameMatches,
  queryType,
  statusFilter,
  type Query,
} from './listing.js';
import { instanceOf } from './lookups.js';
import { rename } from './resources.js';
import { INSTANCE_STATUSES } from './statuses.js';
import { nameIn, unwrap } from './validation.js';
import { instanceView, shownStatus } from './views.js';
import { byId, productionZone, type Instance, type Sdrs } from './world.js';

interface ById {
  Params: { protected_instance_id: string };
  Body: unknown;
}

/** Protected instances (3.4, 4.2). Attachments, NICs and flavors have routes of their own. */
export function instanceRoutes(app: FastifyInstance, sim: Sdrs): void {
  app.post<{ Body: unknown }>('/protected-instances', ({ body }) => createInstance(sim, body));
  app.post<{ Body: unknown }>('/protected-instances/batch', ({ body }) => createInstances(sim, body));
  app.post<{ Body: unknown }>('/protected-instances/delete', ({ body }) => deleteInstances(sim, body));

  app.get<{ Querystring: Query }>('/protected-instances', ({ query }) =>
    listOf(sim, 'protected_instances', query, matchingInstances(sim, query), (instance) =>
      instanceView(sim, instance),
    ),
  );

  app.get<ById>('/protected-instances/:protected_instance_id', ({ params }) => ({
    protected_instance: instanceView(sim, instanceOf(sim, params.protected_instance_id)),
  }));

  app.put<ById>('/protected-instances/:protected_instance_id', ({ params, body }) => {
    const instance = instanceOf(sim, params.protected_instance_id);
    rename(sim, instance, nameIn(unwrap(body, 'protected_instance')));
    sim.executed('rename-protected-instance', instance.id);
    return { protected_instance: instanceView(sim, instance) };
  });

  app.delete<ById>('/protected-instances/:protected_instance_id', ({ params, body }) =>
    deleteInstance(sim, params.protected_instance_id, body),
  );
}

/** `server_group_ids` beats `server_group_id`, and both beat `protected_instance_ids` (3.4). */
function matchingInstances(sim: Sdrs, query: Query): Instance[] {
  const group = idFilter(query.server_group_id, '0207');
  const groups = idsFilter(query.server_group_ids) ?? (group === null ? null : [group]);
  const ids = groups === null ? idsFilter(query.protected_instance_ids) : null;
  const status = statusFilter(query, INSTANCE_STATUSES, '0209');
  const abnormalOnly = queryType(query, ['status_abnormal']) === 'status_abnormal';
  const zone = query.availability_zone || null;
  return sim.state.instances.filter((instance) => {
    const owner = byId(sim.state.groups, instance.server_group_id);
    return (
      (groups?.includes(instance.server_group_id) ?? true) &&
      (ids?.includes(instance.id) ?? true) &&
      (status === null || shownStatus(sim, instance) === status) &&
      nameMatches(query, instance.name) &&
      (!abnormalOnly || isAbnormal(instance.status)) &&
      (zone === null || (owner !== undefined && productionZone(owner) === zone))
    );
  });
}
