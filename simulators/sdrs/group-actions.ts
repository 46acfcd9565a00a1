import { Refusal } from './errors.js';
import { startJob } from './jobs.js';
import { isStopped, productionServerOf, standbyServerOf } from './servers.js';
import { isTransitional } from './statuses.js';
import { progressOf } from './sync.js';
import { GROUP_ACTIONS, GROUP_TRANSITIONAL, type Condition, type GroupActionName } from './transitions.js';
import { isFields } from './validation.js';
import { instancesOf, pairsOf, type Group, type Sdrs, type Station } from './world.js';

const ACTIONS = Object.entries(GROUP_ACTIONS) as [GroupActionName, (typeof GROUP_ACTIONS)[GroupActionName]][];

/** Instances and pairs whose creation or deletion failed, or whose disk is gone, stay where they are. */
const LEFT_BEHIND: readonly string[] = ['error', 'error-deleting', 'invalid'];

/** Beyond the status: what else an action wants, and the code it is refused with (4.1, 6.5). */
const CONDITIONS: Record<Condition, { met: (sim: Sdrs, group: Group) => boolean; refusal: string }> = {
  'no-native-deletion': {
    met: (sim, group) => instancesOf(sim.state, group.id).every((instance) => instance.status !== 'invalid'),
    refusal: '1314',
  },
  'settled-members': {
    met: (sim, group) => membersOf(sim, group).every((member) => !isTransitional(member.status)),
    refusal: '1328',
  },
  pairs: { met: (sim, group) => carriedPairs(sim, group).length > 0, refusal: '1002' },
  'sync-finished': {
    met: (sim, group) =>
      pairsOf(sim.state, group.id).every(
        (pair) => pair.sync.state !== 'running' || progressOf(pair.sync, sim.instant) === 100,
      ),
    refusal: '1830',
  },
  'link-up': {
    met: (sim, group) => pairsOf(sim.state, group.id).every((pair) => pair.fault_level !== '5'),
    refusal: '1824',
  },
  'production-stopped': { met: (sim, group) => allStopped(sim, group, productionServerOf), refusal: '1319' },
  'standby-stopped': { met: (sim, group) => allStopped(sim, group, standbyServerOf), refusal: '1342' },
};

/** `POST …/action`: the body is exactly one action with its object, `{"start-server-group":{}}` (quirk 9). */
export function actOnGroup(sim: Sdrs, group: Group, body: unknown): { job_id: string } {
  const { wire, station } = readAction(body);
  const name = chooseAction(wire, group.status);
  for (const condition of GROUP_ACTIONS[name].conditions) {
    const { met, refusal } = CONDITIONS[condition];
    if (!met(sim, group)) throw new Refusal(refusal);
  }
  if (station === group.priority_station && sim.settings.reverseToCurrent === 'refuse')
    throw new Refusal('0216');
  return startGroupJob(sim, group, name, station);
}

function readAction(body: unknown): { wire: string; station: Station | null } {
  const [entry, ...others] = Object.entries(isFields(body) ? body : {});
  if (!entry) throw new Refusal('0201');
  const [wire, fields] = entry;
  if (others.length > 0 || !isFields(fields) || !ACTIONS.some(([, action]) => action.wire === wire))
    throw new Refusal('0206');
  if (wire !== GROUP_ACTIONS.reverse.wire) return { wire, station: null };
  const station = fields.priority_station;
  if (station !== 'source' && station !== 'target') throw new Refusal('0216');
  return { wire, station };
}

/** One word may be two operations: the group's status tells enable from re-protect. */
function chooseAction(wire: string, status: string): GroupActionName {
  if ((GROUP_TRANSITIONAL as readonly string[]).includes(status)) throw new Refusal('1002');
  const readings = ACTIONS.filter(([, action]) => action.wire === wire);
  const allowed = readings.find(([, action]) => (action.from as readonly string[]).includes(status));
  if (allowed) return allowed[0];
  const worded = readings.find(
    ([, action]) => 'refusesFor' in action && (action.refusesFor as readonly string[]).includes(status),
  );
  throw new Refusal((worded ?? readings[0])?.[1].refusal ?? '1002');
}

/** Every group action carries the instances and pairs of the group through the same statuses. */
function startGroupJob(
  sim: Sdrs,
  group: Group,
  name: GroupActionName,
  station: Station | null,
): { job_id: string } {
  const instances = instancesOf(sim.state, group.id).filter(({ status }) => !LEFT_BEHIND.includes(status));
  const pairs = carriedPairs(sim, group);
  return startJob(sim, {
    operation: name,
    groupId: group.id,
    targets: [
      { kind: 'group', id: group.id },
      ...instances.map(({ id }) => ({ kind: 'instance' as const, id })),
      ...pairs.map(({ id }) => ({ kind: 'pair' as const, id })),
    ],
    entities: {},
    subJobs: pairs.map(() => ({
      jobType: GROUP_ACTIONS[name].subJobType,
      entities: { server_group_id: group.id },
    })),
    details: station === null ? {} : { priority_station: station },
  });
}

function carriedPairs(sim: Sdrs, group: Group) {
  return pairsOf(sim.state, group.id).filter(({ status }) => !LEFT_BEHIND.includes(status));
}

function membersOf(sim: Sdrs, group: Group) {
  return [...instancesOf(sim.state, group.id), ...pairsOf(sim.state, group.id)];
}

function allStopped(sim: Sdrs, group: Group, serverOf: typeof productionServerOf): boolean {
  if (!sim.settings.requireServersStopped) return true;
  return instancesOf(sim.state, group.id).every((instance) =>
    isStopped(sim.state, serverOf(instance, group)),
  );
}
