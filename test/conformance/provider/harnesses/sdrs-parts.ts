import type { SdrsState } from '../../../../simulators/sdrs/sdrs.simulator.js';
import type { DrAction } from '../../../../src/domain/dr-action.js';
import type { FurtherRead } from '../../../../src/providers/further-reads.js';
import type { PartStage } from '../harness.js';

/** As much of a simulated site as the stages need. */
export interface PartSite {
  state: SdrsState;
  running: { simulator: { clock: { now(): number }; random: { uuid(): string } } };
}

const NOBODY = '00000000-0000-4000-8000-000000000000';

/** What the first world offers for each action on what a group holds; what it lacks is put there first. */
export function sdrsPartStages(site: PartSite): Partial<Record<DrAction, PartStage>> {
  const { state } = site;
  const named = <T extends { id: string; name: string }>(items: readonly T[], name: string): string =>
    items.find((item) => item.name === name)?.id ?? '';
  const group = named(state.groups, 'erp-dr');
  const app = named(state.instances, 'erp-app01');
  const db = named(state.instances, 'erp-db01');
  const second = state.pairs.find(({ attachment }) => attachment.some((one) => one.device === '/dev/vdb'));
  const of = (partId: string, input: PartStage['input'], more: Partial<PartStage> = {}): PartStage => ({
    targetId: group,
    partId,
    input,
    absent: { partId: NOBODY },
    ...more,
  });
  const making = (input: PartStage['input']): PartStage => ({ targetId: group, partId: null, input });
  const ofLoose = (input: PartStage['input']) =>
    of(looseId(site), input, { before: () => putLoosePair(site, group) });
  const subnetId = state.vpcs[0]?.subnets[0]?.id ?? '';

  return {
    ADD_PROTECTED_INSTANCE: making({ serverId: named(state.servers, 'crm-app01'), name: 'crm-app01' }),
    UPDATE_PROTECTED_INSTANCE: of(app, { name: 'erp-app-renamed' }),
    REMOVE_PROTECTED_INSTANCE: of(app, {}),
    RESIZE_PROTECTED_INSTANCE: of(app, { flavor: 's3.2xlarge.2' }),
    ADD_NETWORK_INTERFACE: of(app, { subnetId }),
    REMOVE_NETWORK_INTERFACE: of(
      app,
      { networkInterfaceId: looseId(site) },
      { before: () => putInterface(site, app, subnetId) },
    ),
    SET_INSTANCE_TAGS: of(app, { tags: [{ key: 'owner', value: 'ops' }] }),
    REMOVE_INSTANCE_TAGS: of(app, { keys: ['tier'] }),
    CREATE_REPLICATION_PAIR: making({ volumeId: named(state.volumes, 'archive-01'), name: 'archive' }),
    UPDATE_REPLICATION_PAIR: of(second?.id ?? '', { name: 'erp-data' }),
    DELETE_REPLICATION_PAIR: ofLoose({}),
    EXPAND_REPLICATION_PAIR: of(second?.id ?? '', { sizeGigabytes: 200 }),
    ATTACH_REPLICATION_PAIR: ofLoose({ protectedInstanceId: app, device: '/dev/vdc' }),
    DETACH_REPLICATION_PAIR: of(second?.id ?? '', { protectedInstanceId: db }),
    UPDATE_DRILL: of(looseId(site), { name: 'autumn-drill' }, { before: () => putDrill(site, group) }),
    CLEAR_FAILED_TASKS: {
      targetId: null,
      partId: null,
      input: {},
      before: () => putFailedTask(site, group),
    },
  };
}

export function sdrsWhere({
  state,
}: PartSite): Partial<Record<FurtherRead, { there: object; absent?: object }>> {
  const groupId = state.groups.find(({ name }) => name === 'erp-dr')?.id ?? '';
  const instanceId = state.instances.find((one) => one.server_group_id === groupId)?.id ?? '';
  const pairId = state.pairs.find((one) => one.server_group_id === groupId)?.id ?? '';
  const drill = { id: looseId({ state }), server_group_id: groupId };
  if (!state.drills.some(({ id }) => id === drill.id)) state.drills.push({ ...drill, ...DRILL_FIELDS });
  return {
    protectedInstance: { there: { groupId, instanceId }, absent: { groupId, instanceId: NOBODY } },
    instanceTags: { there: { groupId, instanceId }, absent: { groupId, instanceId: NOBODY } },
    replicationPair: { there: { groupId, pairId }, absent: { groupId, pairId: NOBODY } },
    plannedInstances: { there: { planId: groupId }, absent: { planId: NOBODY } },
    plannedInstance: {
      there: { planId: groupId, instanceId },
      absent: { planId: groupId, instanceId: NOBODY },
    },
    drill: {
      there: { planId: groupId, drillId: drill.id },
      absent: { planId: groupId, drillId: NOBODY },
    },
    apiVersions: { there: {} },
    quotas: { there: {} },
    failedTasks: { there: { groupId }, absent: { groupId: NOBODY } },
    rpoStatistics: { there: {} },
    tagValues: { there: {} },
    instancesByTag: { there: { tags: [{ key: 'tier', values: ['app'] }] } },
  };
}

/** The same for one world, and of nobody else: the first group's with other digits at its end. */
function looseId({ state }: Pick<PartSite, 'state'>): string {
  return `${(state.groups[0]?.id ?? NOBODY).slice(0, 24)}0000000000aa`;
}

const DRILL_FIELDS = {
  name: 'spring-drill',
  status: 'available',
  created_at: 0,
  updated_at: 0,
  stale: null,
  drill_vpc_id: '',
  drill_servers: [],
};

/** A pair with disks of its own that no instance has. */
function putLoosePair(site: PartSite, groupId: string): Promise<void> {
  const { pairs, volumes } = site.state;
  const model = pairs.find((pair) => pair.server_group_id === groupId);
  if (!model) throw new Error('the group has no pair to take for a model');
  const [productionVolume, drVolume] = [model.productionVolume, model.drVolume].map((id) => {
    const volume = volumes.find((one) => one.id === id);
    if (!volume) throw new Error('the pair has no such disk');
    const copy = { ...structuredClone(volume), id: site.running.simulator.random.uuid(), attachedTo: [] };
    volumes.push(copy);
    return copy.id;
  });
  pairs.push({
    ...structuredClone(model),
    id: looseId(site),
    name: 'loose',
    attachment: [],
    productionVolume: productionVolume ?? '',
    drVolume: drVolume ?? '',
  });
  return Promise.resolve();
}

function putInterface({ state }: PartSite, instanceId: string, subnetId: string): Promise<void> {
  const instance = state.instances.find(({ id }) => id === instanceId);
  const server = state.servers.find(({ id }) => id === instance?.source_server);
  server?.nics.push({ id: looseId({ state }), subnetId, ipAddress: '10.0.0.99', primary: false });
  return Promise.resolve();
}

function putDrill({ state }: PartSite, groupId: string): Promise<void> {
  state.drills.push({ id: looseId({ state }), server_group_id: groupId, ...DRILL_FIELDS });
  return Promise.resolve();
}

function putFailedTask({ state, running }: PartSite, groupId: string): Promise<void> {
  state.failedTasks.push({
    server_group_id: groupId,
    resource_id: groupId,
    resource_name: 'erp-dr',
    resource_type: 'server_groups',
    failure_status: 'stopFail',
    job_id: '0'.repeat(32),
    job_type: 'stopProtectionGroupNoCG',
    begin_time: running.simulator.clock.now(),
    error_code: 'SDRS.1028',
    fail_reason: 'StopProtectionGroupTask-fail:no',
  });
  return Promise.resolve();
}
