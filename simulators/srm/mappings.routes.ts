import { badRequest, Conflict, notFound } from './errors.js';
import { objectName } from './inventory.js';
import { siteByServer } from './sites.js';
import { anything, listOf, optional, spec, text } from './specs.js';
import { submit } from './submit.js';
import { list, nothing, one, SRM, type Answer, type Call, type Surface } from './surface.js';
import type { Mapping, MappingKind, SiteKey } from './world.js';

const KINDS: MappingKind[] = ['folders', 'networks', 'resources', 'storage-policies', 'test-networks'];

/** Inventory mappings of one server: which object of its site stands for which one of the other's. */
export function mappingRoutes(on: Surface): void {
  for (const kind of KINDS) {
    const path = `${SRM}/inventory-mappings/${kind}`;
    on.get(path, 'EE', (call) =>
      list(
        call,
        mappingsAt(call, kind).map((mapping) => viewOf(call, mapping)),
      ),
    );
    on.post(path, 'EE', (call) => addMapping(call, kind));
    on.get(`${path}/:mapping_id`, 'EE', (call) => one(viewOf(call, named(call, kind))));
    on.delete(`${path}/:mapping_id`, 'EE', (call) => {
      const gone = named(call, kind);
      call.world.mappings = call.world.mappings.filter((mapping) => mapping !== gone);
      call.sim.executed('unmap', gone.id);
      return nothing();
    });
  }
  subnetRoutes(on, `${SRM}/inventory-mappings/networks/:mapping_id/ip-subnet-mapping`);
  placeholderRoutes(on, `${SRM}/inventory-mappings/placeholder-datastores`);
}

const siteOf = (call: Call): SiteKey => siteByServer(call.world, 'srm', call.params.srm_id);

const mappingsAt = (call: Call, kind: MappingKind): Mapping[] => {
  const site = siteOf(call);
  return call.world.mappings.filter((mapping) => mapping.site === site && mapping.kind === kind);
};

function named(call: Call, kind: MappingKind): Mapping {
  const mapping = mappingsAt(call, kind).find((each) => each.id === call.params.mapping_id);
  if (!mapping) throw notFound();
  return mapping;
}

const mappingSpec = spec({ mapping_source_object: text(), mapping_target_object: text() });
const testNetworkSpec = spec({ target_network: text(), test_network: text() });

/** An object has one mapping: a new one replaces it. */
function addMapping(call: Call, kind: MappingKind): Answer {
  const [source, target] = readMapping(call.body, kind);
  for (const id of [source, target]) {
    if (!call.world.inventory.some((object) => object.id === id))
      throw badRequest(`There is no object ${id}.`);
  }
  const id = call.sim.random.uuid();
  const old = mappingsAt(call, kind).find((mapping) => mapping.source === source);
  call.world.mappings = call.world.mappings.filter((mapping) => mapping !== old);
  call.world.mappings.push({ id, site: siteOf(call), kind, source, target });
  call.sim.executed('map', id);
  return nothing();
}

function readMapping(body: unknown, kind: MappingKind): [string, string] {
  if (kind === 'test-networks') {
    const given = testNetworkSpec(body);
    return [given.target_network, given.test_network];
  }
  const given = mappingSpec(body);
  return [given.mapping_source_object, given.mapping_target_object];
}

function viewOf(call: Call, mapping: Mapping): object {
  const { world } = call;
  if (mapping.kind === 'test-networks') return testNetworkView(call, mapping);
  const back = world.mappings.find((each) => each.kind === mapping.kind && each.source === mapping.target);
  const reverse = !back ? 'NO' : back.target === mapping.source ? 'YES' : 'DIFFERENT';
  const different = reverse === 'DIFFERENT' ? (back?.target ?? null) : null;
  return {
    id: mapping.id,
    primary_object: mapping.source,
    secondary_object: mapping.target,
    primary_object_name: objectName(world, mapping.source),
    secondary_object_name: objectName(world, mapping.target),
    reverse_mapping_type: reverse,
    reverse_recovery_object: different,
    reverse_recovery_object_name: different && objectName(world, different),
    ...(mapping.kind === 'networks' && mapping.subnetRules ? { ip_mapping: mapping.subnetRules } : {}),
  };
}

const testNetworkView = ({ world }: Call, mapping: Mapping): object => ({
  id: mapping.id,
  target_network: mapping.source,
  test_network: mapping.target,
  test_network_name: objectName(world, mapping.target),
});

const subnetSpec = spec({ name: text(), rules: optional(listOf(anything)) });

function subnetRoutes(on: Surface, path: string): void {
  on.get(path, 'EE', (call) => one(named(call, 'networks').subnetRules ?? { name: '', rules: [] }));
  on.put(path, 'EE', (call) => {
    const { name, rules } = subnetSpec(call.body);
    named(call, 'networks').subnetRules = { name, rules: rules ?? [] };
    call.sim.executed('map-subnet', named(call, 'networks').id);
    return nothing();
  });
  on.delete(path, 'EE', (call) => {
    delete named(call, 'networks').subnetRules;
    call.sim.executed('unmap-subnet', named(call, 'networks').id);
    return nothing();
  });
}

const datastoresSpec = spec({ datastores: listOf(text()) });

function placeholderRoutes(on: Surface, path: string): void {
  on.get(path, 'DD', (call) => list(call, placeholdersAt(call)));
  on.get(`${path}/:datastore_id`, 'DD', (call) => one(namedPlaceholder(call)));
  on.post(path, 'EE', (call) => changePlaceholders(call, datastoresSpec(call.body).datastores, []));
  on.delete(`${path}/:datastore_id`, 'EE', (call) =>
    changePlaceholders(call, [], [namedPlaceholder(call).id]),
  );
  on.post(`${path}/actions/query-suitable-datastores`, 'EE', (call) =>
    submit(call, { kind: 'suitable-datastores', entity: null, entityName: null }, () => ({
      target: null,
      effect: { kind: 'suitable-datastores', payload: { site: siteOf(call) } },
    })),
  );
}

function placeholdersAt(call: Call): { id: string }[] {
  const site = siteOf(call);
  const host = call.world.inventory.find(
    (object) => object.site === site && object.id.startsWith('HostSystem'),
  );
  return call.world.inventory
    .filter((object) => object.site === site && call.world.placeholderDatastores.includes(object.id))
    .map(({ id, name }) => ({
      id,
      name,
      visible_to: host ? [{ id: host.id, name: host.name, status: 'OK' }] : [],
      overall_status: 'GREEN',
    }));
}

function namedPlaceholder(call: Call): { id: string } {
  const found = placeholdersAt(call).find(({ id }) => id === call.params.datastore_id);
  if (!found) throw notFound();
  return found;
}

function changePlaceholders(call: Call, add: string[], remove: string[]): Answer {
  const { id, name } = call.world.sites[siteOf(call)].srm;
  return submit(call, { kind: 'placeholder-datastores', entity: id, entityName: name }, () => {
    const unknown = add.find((datastore) => objectName(call.world, datastore) === '');
    if (unknown !== undefined) throw new Conflict('InvalidArgument', `There is no datastore ${unknown}.`);
    return { target: id, effect: { kind: 'placeholder-datastores', payload: { add, remove } } };
  });
}
