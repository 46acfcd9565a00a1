import { Conflict, notFound } from './errors.js';
import { anything, listOf, optional, spec, text } from './specs.js';
import { namedGroup } from './groups.routes.js';
import { siteByServer } from './sites.js';
import { GROUPS, list, SRM, type Call, type Surface } from './surface.js';

const managerSpec = spec({
  name: text(),
  storage_adapter: text(),
  connection_params: optional(listOf(anything)),
});
const pairSpec = spec({
  array_manager_id: text(),
  storage_array_key: text(),
  peer_storage_array_key: text(),
});

/**
 * Array-based replication and vVols. This world has neither arrays nor vVol storage: lists are empty,
 * single things do not exist, and nothing can be added. All operations are served all the same, so that
 * a client meets the documented answers.
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
  on.post(`${abr}/array-managers`, 'DE', (call) => {
    managerSpec(call.body);
    throw new Conflict('ArrayNotFound', 'No storage replication adapter is installed.');
  });
  on.get(`${abr}/array-managers/:array_manager_id`, 'DE', none);
  on.delete(`${abr}/array-managers/:array_manager_id`, 'DE', none);
  on.post(`${abr}/array-managers/:array_manager_id/actions/discover-array-pairs`, 'DE', none);

  const pair = `${abr}/array-pairs/:array_pair_id`;
  on.get(`${abr}/array-pairs`, 'DD', empty);
  on.post(`${abr}/array-pairs`, 'DE', (call) => {
    pairSpec(call.body);
    throw new Conflict('ArrayPairNotFound', 'There is no such pair of arrays.');
  });
  on.get(pair, 'DD', none);
  on.delete(pair, 'DE', none);
  on.post(`${pair}/actions/discover-storage-devices`, 'DE', none);
  on.post(`${pair}/actions/retrieve-unassigned-datastore-groups`, 'DD', none);
  on.get(`${pair}/storage-devices`, 'DE', none);

  const adapter = `${abr}/storage-adapters/:storage_adapter_id`;
  on.get(`${abr}/storage-adapters`, 'DE', empty);
  on.get(adapter, 'DE', none);
  on.get(`${adapter}/connection-params`, 'DE', none);

  const vvol = `${SRM}/replication-management/vvol`;
  on.get(`${vvol}/fault-domains`, 'DD', empty);
  const domain = `${vvol}/fault-domains/:domain_id`;
  on.get(domain, 'DD', none);
  on.get(`${domain}/replication-groups`, 'DD', none);
  on.get(`${domain}/replication-groups/:replication_group_id`, 'DD', none);

  const emptyOfGroup = (call: Call) => {
    namedGroup(call);
    return list(call, []);
  };
  on.get(`${GROUPS}/:group_id/datastore-groups`, 'DD', emptyOfGroup);
  on.get(`${GROUPS}/:group_id/datastore-groups/:datastore_group_id`, 'FF', none);
  on.delete(`${GROUPS}/:group_id/datastore-groups/:datastore_group_id`, 'EE', none);
  on.post(`${GROUPS}/:group_id/datastore-groups`, 'EE', (call) => {
    throw new Conflict('InvalidArgument', `Group '${namedGroup(call).name}' is not array-based.`);
  });
  on.get(`${GROUPS}/:group_id/replication-groups`, 'FF', emptyOfGroup);
  on.get(`${GROUPS}/:group_id/replication-groups/:replication_group_id`, 'FF', none);
}
