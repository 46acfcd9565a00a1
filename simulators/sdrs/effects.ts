import type { OperationName } from './operations.js';
import { moveServers, productionServerOf, returnNics, standbyServerOf } from './servers.js';
import {
  attachVolumes,
  detachVolumes,
  removeServer,
  removeVolume,
  settleVolume,
  volumesOfPair,
} from './side-table.js';
import { startSync, stopSync } from './sync.js';
import {
  byId,
  pairsAttachedTo,
  pairsOf,
  standbyZone,
  type Group,
  type Job,
  type Pair,
  type Sdrs,
  type Server,
  type Station,
} from './world.js';

type Effects = Partial<Record<OperationName, (sim: Sdrs, job: Job) => void>>;

/** What happens when a job is accepted, beside the status. */
export const ON_ACCEPT: Effects = {
  enable: (sim, job) => startGroupSync(sim, job),
  reprotect: (sim, job) => startGroupSync(sim, job),
};

/** What the end of a job does beside the statuses that the tables name. Runs before they change. */
export const AFTER_SUCCESS: Effects = {
  reprotect: (sim, job) => onGroup(sim, job, (group) => returnNics(sim.state, group)),
  stop: (sim, job) => stopGroupSync(sim, job),
  failover: (sim, job) => {
    stopGroupSync(sim, job);
    onGroup(sim, job, (group) => {
      moveServers(sim.state, group, 'failover');
      group.priority_station = otherStation(group.priority_station);
    });
  },
  reverse: (sim, job) => {
    onGroup(sim, job, (group) => {
      const station = job.details.priority_station ?? group.priority_station;
      if (station !== group.priority_station) moveServers(sim.state, group, 'reverse');
      group.priority_station = station;
    });
  },
  'create-protected-instance': (sim, job) => startSyncOfNew(sim, job),
  'batch-create-protected-instances': (sim, job) => startSyncOfNew(sim, job),
  'delete-protected-instance': (sim, job) => releaseServers(sim, job),
  'batch-delete-protected-instances': (sim, job) => releaseServers(sim, job),
  'create-replication': (sim, job) => startSyncOfNew(sim, job),
  'delete-replication': (sim, job) => {
    for (const pair of targetPairs(sim, job))
      releaseVolumes(sim, pair, job.details.delete_target_volume ?? false);
  },
  'attach-replication': (sim, job) => {
    const { attachment } = job.details;
    const instance = byId(sim.state.instances, attachment?.protected_instance ?? '');
    for (const pair of targetPairs(sim, job)) {
      if (!attachment || !instance) continue;
      pair.attachment.push(attachment);
      attachVolumes(sim.state, pair, [instance.source_server, instance.target_server]);
    }
  },
  'detach-replication': (sim, job) => {
    const instance = byId(sim.state.instances, job.details.attachment?.protected_instance ?? '');
    for (const pair of targetPairs(sim, job)) {
      if (!instance) continue;
      pair.attachment = pair.attachment.filter((a) => a.protected_instance !== instance.id);
      detachVolumes(sim.state, pair, [instance.source_server, instance.target_server]);
    }
  },
  'add-nic': (sim, job) => {
    const { nic } = job.details;
    if (nic) onServers(sim, job, (production) => production?.nics.push(nic));
  },
  'delete-nic': (sim, job) => {
    onServers(sim, job, (production) => {
      if (production) production.nics = production.nics.filter((nic) => nic.id !== job.details.nic?.id);
    });
  },
  'resize-protected-instance': (sim, job) => {
    const { productionFlavor, drFlavor } = job.details;
    onServers(sim, job, (production, standby) => {
      if (production && productionFlavor) production.flavor = productionFlavor;
      if (standby && drFlavor) standby.flavor = drFlavor;
    });
  },
  'extend-replication': (sim, job) => {
    for (const pair of targetPairs(sim, job))
      for (const volume of volumesOfPair(sim.state, pair)) volume.size = job.details.new_size ?? volume.size;
  },
  'create-drill': (sim, job) => {
    const drill = byId(sim.state.drills, job.targets[0]?.id ?? '');
    if (!drill) return;
    drill.drill_servers = sim.state.instances
      .filter((instance) => instance.server_group_id === drill.server_group_id)
      .map((instance) => ({ protected_instance: instance.id, drill_server_id: sim.random.uuid() }));
  },
};

/** Where production stands after a failed move is documented nowhere, hence the setting (9). */
export const AFTER_FAILURE: Effects = {
  enable: (sim, job) => stopGroupSync(sim, job),
  reprotect: (sim, job) => stopGroupSync(sim, job),
  failover: (sim, job) => moveAnyway(sim, job),
  reverse: (sim, job) => moveAnyway(sim, job),
  'create-replication': (sim, job) => {
    for (const pair of targetPairs(sim, job)) pair.failure_detail = job.failure?.error_code ?? null;
  },
};

function moveAnyway(sim: Sdrs, job: Job): void {
  if (sim.settings.priorityStationAfterFail === 'unchanged') return;
  onGroup(sim, job, (group) => {
    group.priority_station = job.details.priority_station ?? otherStation(group.priority_station);
  });
}

function otherStation(station: Station): Station {
  return station === 'source' ? 'target' : 'source';
}

function onGroup(sim: Sdrs, job: Job, change: (group: Group) => void): void {
  const group = byId(sim.state.groups, job.server_group_id);
  if (group) change(group);
}

function onServers(
  sim: Sdrs,
  job: Job,
  change: (production: Server | undefined, standby: Server | undefined) => void,
): void {
  const group = byId(sim.state.groups, job.server_group_id);
  const instance = byId(sim.state.instances, job.targets[0]?.id ?? '');
  if (!group || !instance) return;
  const { servers } = sim.state;
  change(byId(servers, productionServerOf(instance, group)), byId(servers, standbyServerOf(instance, group)));
}

function targetPairs(sim: Sdrs, job: Job): Pair[] {
  return job.targets.flatMap(({ kind, id }) => {
    const pair = kind === 'pair' ? byId(sim.state.pairs, id) : undefined;
    return pair ? [pair] : [];
  });
}

/** Copying begins with the job and outlasts it: SUCCESS is not "synchronised" (4.1). */
function startGroupSync(sim: Sdrs, job: Job): void {
  for (const pair of targetPairs(sim, job))
    startSync(sim, pair, byId(sim.state.volumes, pair.productionVolume));
}

function stopGroupSync(sim: Sdrs, job: Job): void {
  for (const pair of pairsOf(sim.state, job.server_group_id)) stopSync(sim, pair);
}

/** What is made in a protected group synchronises by itself (4.2, 4.3). */
function startSyncOfNew(sim: Sdrs, job: Job): void {
  if (byId(sim.state.groups, job.server_group_id)?.status === 'protected') startGroupSync(sim, job);
}

/** The production server survives; its pairs go along unless another instance shares them. */
function releaseServers(sim: Sdrs, job: Job): void {
  for (const { kind, id } of job.targets) {
    const instance = kind === 'instance' ? byId(sim.state.instances, id) : undefined;
    if (!instance) continue;
    for (const pair of pairsAttachedTo(sim.state, instance.id)) {
      pair.attachment = pair.attachment.filter((a) => a.protected_instance !== instance.id);
    }
    if (job.details.delete_target_server) removeServer(sim.state, instance.target_server);
  }
}

/** The production disk goes free; the DR disk is deleted, or left behind. */
function releaseVolumes(sim: Sdrs, pair: Pair, deleteTarget: boolean): void {
  const group = byId(sim.state.groups, pair.server_group_id);
  for (const volume of volumesOfPair(sim.state, pair)) {
    const isTarget = group !== undefined && volume.availabilityZone === standbyZone(group);
    if (isTarget && deleteTarget) removeVolume(sim.state, volume.id);
    else settleVolume(volume);
  }
}
