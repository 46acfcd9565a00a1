import type { Bench } from './srm-bench.js';

/** A visit to one operation: what to fill into its path, what to send, what to expect. */
export interface Stop {
  operation: string;
  params?: () => Record<string, string>;
  body?: () => unknown;
  status: number;
}

const CALLOUT = {
  name: 'Say hello',
  content: '/bin/true',
  callout_type: 'RUN_ON_SRM_SERVER',
  timeout_seconds: 10,
};

/** Something of everything to read: a finished run, a waiting prompt, a callout, a mapping with rules. */
export async function furnish(bench: Bench): Promise<void> {
  await bench.run('erp-plan', 'test');
  await bench.run('erp-plan', 'cleanup');
  await bench.post(`${bench.planPath('erp-plan')}/recovery-steps/test`, { ...CALLOUT, position: 0 });
  await bench.control('POST', `/plans/${bench.plan('web-plan').id}/prompts`, { action: 'test' });
  bench.advance(5_000);
  await bench.start('web-plan', 'test');
  bench.advance(30_000);
}

/** Something that exists for every parameter of a path. */
export function paramsFor(bench: Bench, template: string): Record<string, string> {
  const { state } = bench.sim;
  const { a } = state.sites;
  const kind = /inventory-mappings\/([a-z-]+)/.exec(template)?.[1];
  const place = template.includes('protection-management') ? 'protection' : 'recovery';
  const object = (start: string) => state.inventory.find(({ id }) => id.startsWith(start))?.id ?? '';
  return {
    pairing_id: state.pairingId,
    group_id: bench.group('erp').id,
    plan_id: bench.plan(template.includes('user-prompts') ? 'web-plan' : 'erp-plan').id,
    vm_id: bench.vm('erp-db').ids.a,
    view_mode: 'test',
    recovery_step_id: '1',
    prompt_id: bench.plan('web-plan').run?.prompt?.id ?? '',
    report_id: String(state.history[0]?.runKey),
    folder_id: state.folders.find((folder) => folder.kind === place)?.id ?? '',
    srm_id: a.srm.id,
    vcenter_id: a.vc.id,
    mapping_id: state.mappings.find((mapping) => mapping.site === 'a' && mapping.kind === kind)?.id ?? '',
    datastore_id: kind ? (state.placeholderDatastores[0] ?? '') : object('Datastore'),
    compute_id: object('ClusterComputeResource'),
    network_id: object('Network'),
    vm_folder_id: object('Folder'),
    storage_policy_id: object('StorageProfile'),
    taskId: state.tasks[0]?.id ?? '',
  };
}

/** Every operation that changes something, in an order in which all of them succeed. */
export function changes(bench: Bench): Stop[] {
  const { state } = bench.sim;
  const P = '/pairings/{pairing_id}';
  const GROUP = `${P}/protection-management/groups`;
  const PLAN = `${P}/recovery-management/plans`;
  const SETTINGS = `${PLAN}/{plan_id}/vms/{vm_id}/recovery-settings`;
  const STEPS = `${PLAN}/{plan_id}/recovery-steps`;
  const SRM = `${P}/srms/{srm_id}`;
  const groupOf = (name: string) => () => ({ group_id: bench.group(name).id });
  const vmOf = (name: string) => ({ vm_id: bench.vm(name).ids.a });
  const planOf = (name: string) => () => ({ plan_id: bench.plan(name).id });
  const empty = () => ({});
  const network = (value: string) => `Network:network-${value}:${state.sites.a.vc.id}`;
  const pairing = () => ({
    pair_psc_info: {
      url: 'vc-b.example',
      port: 443,
      thumbprint: null,
      username: 'administrator@remote.local',
      password: 'demo-remote-password',
    },
    pair_vc_guid: state.sites.b.vc.id,
  });

  const folders = ['protection', 'recovery'].flatMap((kind): Stop[] => {
    const path = `${P}/${kind}-management/inventory`;
    const made = () => ({ folder_id: state.folders.at(-1)?.id ?? '' });
    const root = () => state.folders.find((folder) => folder.kind === kind)?.id;
    return [
      { operation: `POST ${path}`, body: () => ({ name: 'spare' }), status: 202 },
      {
        operation: `POST ${path}/{folder_id}/actions/rename`,
        params: made,
        body: () => ({ name: 'old' }),
        status: 202,
      },
      {
        operation: `POST ${path}/{folder_id}/actions/move`,
        params: made,
        body: () => ({ destination_parent: root() }),
        status: 202,
      },
      { operation: `DELETE ${path}/{folder_id}`, params: made, status: 202 },
    ];
  });

  const mappings = ['folders', 'networks', 'resources', 'storage-policies', 'test-networks'].flatMap(
    (kind): Stop[] => {
      const path = `${SRM}/inventory-mappings/${kind}`;
      const seeded = state.mappings.find((mapping) => mapping.kind === kind);
      const body =
        kind === 'test-networks'
          ? { target_network: seeded?.source, test_network: seeded?.target }
          : { mapping_source_object: seeded?.source, mapping_target_object: seeded?.target };
      return [
        { operation: `POST ${path}`, body: () => body, status: 204 },
        { operation: `DELETE ${path}/{mapping_id}`, status: 204 },
      ];
    },
  );

  return [
    {
      operation: `POST ${GROUP}`,
      body: () => ({
        name: 'crm',
        replication_type: 'HBR',
        protected_vc_guid: state.sites.a.vc.id,
        hbr_spec: { vms: [bench.vm('crm-1').ids.a] },
      }),
      status: 202,
    },
    {
      operation: `POST ${PLAN}`,
      body: () => ({
        name: 'crm-plan',
        protected_vc_guid: state.sites.a.vc.id,
        protection_groups: [bench.group('crm').id],
        test_network_mappings: [{ target_network: network('15'), test_network: network('18') }],
      }),
      status: 202,
    },
    {
      operation: `POST ${PLAN}/{plan_id}/actions/reconfigure`,
      params: planOf('crm-plan'),
      body: () => ({ name: 'crm-plan' }),
      status: 202,
    },
    {
      operation: `POST ${GROUP}/{group_id}/actions/reconfigure`,
      params: groupOf('crm'),
      body: () => ({ name: 'crm', hbr_spec: { vms: [bench.vm('crm-2').ids.a] } }),
      status: 202,
    },
    {
      operation: `POST ${GROUP}/{group_id}/vms/{vm_id}/actions/remove-protection`,
      params: () => ({ ...groupOf('crm')(), ...vmOf('crm-2') }),
      status: 202,
    },
    {
      operation: `PUT ${GROUP}/{group_id}/vms/{vm_id}/protection-settings`,
      params: () => ({ ...groupOf('crm')(), ...vmOf('crm-2') }),
      body: empty,
      status: 202,
    },
    {
      operation: `POST ${GROUP}/{group_id}/actions/configure-all-vms`,
      params: groupOf('archive'),
      status: 202,
    },
    {
      operation: `POST ${GROUP}/{group_id}/actions/restore-all-placeholders`,
      params: groupOf('archive'),
      status: 202,
    },
    {
      operation: `POST ${GROUP}/{group_id}/vms/{vm_id}/actions/remove-from-group`,
      params: () => ({ ...groupOf('crm')(), ...vmOf('crm-2') }),
      status: 202,
    },
    { operation: `DELETE ${PLAN}/{plan_id}`, params: planOf('crm-plan'), status: 202 },
    { operation: `DELETE ${GROUP}/{group_id}`, params: groupOf('crm'), status: 202 },

    { operation: `PUT ${SETTINGS}/priority`, body: () => ({ priority: 'P2' }), status: 202 },
    {
      operation: `POST ${SETTINGS}/actions/update`,
      body: () => ({
        ip_customization_type: 'AUTO',
        priority: 'P1',
        startup_action: 'POWER_ON',
        shutdown_action_settings: { timeout_seconds: 60 },
      }),
      status: 202,
    },
    {
      operation: `POST ${SETTINGS}/dependent-vms/actions/validate`,
      body: () => ({ dependent_vms: [bench.vm('erp-db').ids.a] }),
      status: 200,
    },
    {
      operation: `POST ${SETTINGS}/dependent-vms/actions/update`,
      body: () => ({ dependent_vms: [bench.vm('erp-app').ids.a] }),
      status: 202,
    },
    {
      operation: `POST ${SETTINGS}/ip-customization/actions/update`,
      body: () => ({ ip_customization_type: 'NO_CUSTOMIZATION' }),
      status: 202,
    },

    { operation: `POST ${STEPS}/{view_mode}`, body: () => ({ ...CALLOUT, position: 0 }), status: 202 },
    {
      operation: `POST ${STEPS}/{view_mode}/{recovery_step_id}/callout-data/actions/edit`,
      body: () => CALLOUT,
      status: 202,
    },
    { operation: `DELETE ${STEPS}/{view_mode}/{recovery_step_id}`, status: 202 },

    ...folders,
    {
      operation: `PUT ${SRM}/inventory-mappings/networks/{mapping_id}/ip-subnet-mapping`,
      body: () => ({ name: 'rules', rules: [] }),
      status: 204,
    },
    { operation: `DELETE ${SRM}/inventory-mappings/networks/{mapping_id}/ip-subnet-mapping`, status: 204 },
    ...mappings,
    { operation: `DELETE ${SRM}/inventory-mappings/placeholder-datastores/{datastore_id}`, status: 202 },
    {
      operation: `POST ${SRM}/inventory-mappings/placeholder-datastores`,
      body: () => ({ datastores: [`Datastore:datastore-17:${state.sites.a.vc.id}`] }),
      status: 202,
    },
    {
      operation: `POST ${SRM}/inventory-mappings/placeholder-datastores/actions/query-suitable-datastores`,
      status: 202,
    },

    { operation: `POST ${PLAN}/{plan_id}/actions/test`, body: empty, status: 202 },
    { operation: `POST ${PLAN}/{plan_id}/actions/cleanup`, body: empty, status: 202 },
    {
      operation: `POST ${PLAN}/{plan_id}/actions/recovery`,
      body: () => ({ planned_failover: true }),
      status: 202,
    },
    { operation: `POST ${PLAN}/{plan_id}/actions/reprotect`, body: empty, status: 202 },

    { operation: `POST ${P}/remote-session`, status: 204 },
    { operation: `POST ${P}/actions/reconnect`, body: pairing, status: 202 },
    { operation: `DELETE ${P}`, status: 202 },
    { operation: 'POST /pairings', body: pairing, status: 202 },
    { operation: 'POST /session', status: 200 },
    { operation: 'DELETE /session', status: 204 },
  ];
}
