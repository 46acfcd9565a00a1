import { meanProgress, progressOf, replicationStatusOf } from './sync.js';
import { jobTime, microTime, spacedTime } from './times.js';
import {
  byId,
  drillsOf,
  instancesOf,
  pairsAttachedTo,
  pairsOf,
  type Drill,
  type FailedTask,
  type Group,
  type Instance,
  type Job,
  type Pair,
  type Resource,
  type Sdrs,
  type SubJob,
} from './world.js';

/** The status that reads show: the true one, unless the setting `statusLagMs` still hides it. */
export function shownStatus(sim: Sdrs, resource: Resource): string {
  return resource.stale && resource.stale.until > sim.instant ? resource.stale.status : resource.status;
}

/** The read model of 3.3. Legacy and reserved fields are null for every group made since 2019. */
export function groupView(sim: Sdrs, group: Group): object {
  const { state } = sim;
  const pairs = pairsOf(state, group.id);
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    status: shownStatus(sim, group),
    progress: meanProgress(pairs, sim.instant),
    source_availability_zone: group.source_availability_zone,
    target_availability_zone: group.target_availability_zone,
    domain_id: group.domain_id,
    domain_name: byId(state.domains, group.domain_id)?.name ?? '',
    protected_status: null,
    replication_status: null,
    health_status: null,
    priority_station: group.priority_station,
    protected_instance_num: instancesOf(state, group.id).length,
    replication_num: pairs.length,
    disaster_recovery_drill_num: drillsOf(state, group.id).length,
    source_vpc_id: group.vpc_id,
    target_vpc_id: group.vpc_id,
    test_vpc_id: null,
    dr_type: 'migration',
    server_type: 'ECS',
    created_at: spacedTime(group.created_at),
    updated_at: spacedTime(group.updated_at),
    protection_type: 'replication-pair',
    replication_model: null,
  };
}

export function instanceView(sim: Sdrs, instance: Instance): object {
  const pairs = pairsAttachedTo(sim.state, instance.id);
  return {
    id: instance.id,
    name: instance.name,
    description: instance.description,
    server_group_id: instance.server_group_id,
    status: shownStatus(sim, instance),
    progress: meanProgress(pairs, sim.instant),
    source_server: instance.source_server,
    target_server: instance.target_server,
    created_at: spacedTime(instance.created_at),
    updated_at: spacedTime(instance.updated_at),
    priority_station: byId(sim.state.groups, instance.server_group_id)?.priority_station ?? 'source',
    attachment: pairs.flatMap((pair) =>
      pair.attachment
        .filter((attachment) => attachment.protected_instance === instance.id)
        .map(({ device }) => ({ replication: pair.id, device })),
    ),
    tags: instance.tags,
    metadata: instance.frozen ? { __system__frozen: 'true' } : {},
  };
}

/** The read model of 3.5: `volume_ids` is one comma-joined string, `fault_level` a string, and no attachment is null. */
export function pairView(sim: Sdrs, pair: Pair): object {
  const volume = byId(sim.state.volumes, pair.productionVolume);
  return {
    id: pair.id,
    name: pair.name,
    description: pair.description,
    replication_model: 'hypermetro',
    status: shownStatus(sim, pair),
    progress: progressOf(pair.sync, sim.instant),
    replication_status: replicationStatusOf(pair.sync, sim.instant),
    attachment: pair.attachment.length > 0 ? pair.attachment : null,
    server_group_id: pair.server_group_id,
    volume_ids: volumeIds(pair),
    priority_station: byId(sim.state.groups, pair.server_group_id)?.priority_station ?? 'source',
    fault_level: pair.fault_level,
    created_at: microTime(pair.created_at),
    updated_at: microTime(pair.updated_at),
    record_metadata: {
      multiattach: volume?.multiattach ?? false,
      bootable: volume?.bootable ?? false,
      volume_size: volume?.size ?? 0,
      volume_type: volume?.type ?? 'SAS',
    },
    ...(pair.status === 'error' && pair.failure_detail ? { failure_detail: pair.failure_detail } : {}),
  };
}

export function volumeIds(pair: Pair): string {
  return `${pair.productionVolume},${pair.drVolume}`;
}

export function drillView(sim: Sdrs, drill: Drill): object {
  return {
    id: drill.id,
    name: drill.name,
    status: shownStatus(sim, drill),
    server_group_id: drill.server_group_id,
    drill_vpc_id: drill.drill_vpc_id,
    created_at: spacedTime(drill.created_at),
    updated_at: spacedTime(drill.updated_at),
    drill_servers: drill.drill_servers,
  };
}

/** Section 5.1. Group jobs hold `sub_jobs` only; flat jobs hold strings only, which real clients rely on. */
export function jobView(sim: Sdrs, job: Job): object {
  const subJobs = job.sub_jobs?.map((sub) => subJobView(sim, sub));
  const { entities, ...head } = subJobView(sim, job);
  return { ...head, entities: subJobs ? { ...entities, sub_jobs: subJobs } : entities };
}

function subJobView(sim: Sdrs, job: SubJob) {
  const known = job.status === 'SUCCESS' || sim.settings.entitiesBeforeSuccess;
  return {
    job_id: job.job_id,
    job_type: job.job_type,
    status: job.status,
    begin_time: jobTime(job.begin_time),
    end_time: job.end_time === null ? null : jobTime(job.end_time),
    error_code: job.error_code,
    fail_reason: job.fail_reason,
    entities: known ? job.entities : {},
  };
}

export function failedTaskView(task: FailedTask): object {
  const { server_group_id: _inside, begin_time: beginTime, ...fields } = task;
  return { job_status: 'FAIL', ...fields, begin_time: jobTime(beginTime) };
}
