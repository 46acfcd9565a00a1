import { Conflict, notFound } from './errors.js';
import { namedGroup } from './groups.routes.js';
import { siteByServer } from './sites.js';
import { GROUPS, list, SRM, type Call, type Surface } from './surface.js';

/**
 * Array-based replication and vVols. This world has neither arrays nor vVol storage: lists are empty,
 * single things do not exist, and nothing can be added.
 */
export function storageRoutes(on: Surface): void {
  const empty = (call: Call) => {
    siteByServer(call.world, 'srm', call.params.srm_id);
    return list(call, []);
  };
  const none = () => {
    throw notFound();
  };

  const abr = `${SRM}/replication-management/abr`;
  on.get(`${abr}/array-managers`, 'DE', empty);
  on.get(`${abr}/array-managers/:array_manager_id`, 'DE', none);
  on.get(`${abr}/array-pairs`, 'DD', empty);
  on.get(`${abr}/array-pairs/:array_pair_id`, 'DD', none);
  on.get(`${abr}/storage-adapters`, 'DE', empty);
  on.get(`${abr}/storage-adapters/:storage_adapter_id`, 'DE', none);

  const vvol = `${SRM}/replication-management/vvol`;
  on.get(`${vvol}/fault-domains`, 'DD', empty);
  on.get(`${vvol}/fault-domains/:domain_id`, 'DD', none);

  const emptyOfGroup = (call: Call) => {
    namedGroup(call);
    return list(call, []);
  };
  on.get(`${GROUPS}/:group_id/datastore-groups`, 'DD', emptyOfGroup);
  on.get(`${GROUPS}/:group_id/datastore-groups/:datastore_group_id`, 'FF', none);
  on.post(`${GROUPS}/:group_id/datastore-groups`, 'EE', (call) => {
    throw new Conflict('InvalidArgument', `Group '${namedGroup(call).name}' is not array-based.`);
  });
  on.get(`${GROUPS}/:group_id/replication-groups`, 'FF', emptyOfGroup);
  on.get(`${GROUPS}/:group_id/replication-groups/:replication_group_id`, 'FF', none);
}
