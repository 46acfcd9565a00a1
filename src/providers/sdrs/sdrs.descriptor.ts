import type { LifecycleRow, StateMeaning } from '../../domain/lifecycle.js';
import type { ProviderDescriptor } from '../provider-driver.js';
import { INPUTS } from './lifecycle/sdrs.inputs.js';
import { PART_ACTIONS } from './lifecycle/sdrs.part-lifecycle.js';
import { INSTANCE_STATES, PAIR_STATES, passes, rests } from './lifecycle/sdrs.part-states.js';

/** All seventeen words of section 4.1. A group and its implicit plan share them. */
const GROUP_STATES: Record<string, StateMeaning> = {
  creating: passes('CREATING', 'The group is being created.', 'CREATE_PROTECTION_GROUP'),
  available: rests('UNPROTECTED', 'The group exists and protection is off.'),
  starting: passes('ENABLING', 'Protection is being switched on.', 'ENABLE_PROTECTION'),
  protected: rests(
    'PROTECTED',
    'Protection is on; the first synchronisation may still run, see its progress.',
  ),
  stopping: passes('DISABLING', 'Protection is being switched off.', 'DISABLE_PROTECTION'),
  reversing: passes(
    'FAILING_OVER',
    'A planned failover is moving production to the other zone.',
    'PLANNED_FAILOVER',
  ),
  'failing-over': passes('FAILING_OVER', 'A failover is moving production to the other zone.', 'FAILOVER'),
  'failed-over': rests(
    'FAILED_OVER',
    'Production moved to the other zone and is not replicated; reprotect comes next.',
  ),
  reprotecting: passes(
    'REPROTECTING',
    'Protection is being switched on again after a failover.',
    'REPROTECT',
  ),
  deleting: passes('DELETING', 'The group is being deleted.', 'DELETE_PROTECTION_GROUP'),
  'error-starting': rests('INCOMPLETE', 'Switching protection on failed; enable protection again.'),
  'error-stopping': rests('INCOMPLETE', 'Switching protection off failed; disable protection again.'),
  'error-reversing': rests(
    'INCOMPLETE',
    'A planned failover failed; run it again, or fail over if production is lost.',
  ),
  'error-failing-over': rests('INCOMPLETE', 'A failover failed; run it again.'),
  'error-reprotecting': rests('INCOMPLETE', 'Reprotecting failed; run it again.'),
  'error-deleting': rests('ERROR', 'Deleting the group failed; delete it again.'),
  error: rests('ERROR', 'Creating the group failed; it can only be deleted.'),
};

/** Section 4.4. */
const DRILL_STATES: Record<string, StateMeaning> = {
  creating: passes('DRILL_STARTING', 'The drill is being set up.', 'START_DRILL'),
  available: rests('DRILL_ACTIVE', 'The drill stands and must be cleaned up.'),
  deleting: passes('DRILL_CLEANING_UP', 'The drill is being removed.', 'CLEAN_UP_DRILL'),
  error: rests('ERROR', 'Setting up the drill failed; clean it up.'),
  'error-deleting': rests('ERROR', 'Removing the drill failed; clean it up again.'),
};

const DRILL_PRE_STATES = [
  'available',
  'protected',
  'failed-over',
  'error-starting',
  'error-stopping',
  'error-reversing',
  'error-reprotecting',
  'error-failing-over',
] as const;

const DELETE_PRE_STATES = [
  'available',
  'failed-over',
  'error',
  'error-deleting',
  'error-starting',
  'error-stopping',
  'error-reversing',
  'error-failing-over',
  'error-reprotecting',
] as const;

const ACTIONS: ProviderDescriptor['lifecycle']['actions'] = {
  CREATE_PROTECTION_GROUP: row('ANY', 'creating', ['available'], 'error'),
  UPDATE_PROTECTION_GROUP: { from: 'ANY', via: [], to: 'ANY', failed: [], flipsActiveSite: false },
  // Empty groups only. No list of states is documented; the passing ones and `protected` are left out.
  DELETE_PROTECTION_GROUP: row(DELETE_PRE_STATES, 'deleting', 'GONE', 'error-deleting'),
  // One request of the upstream, two meanings: the state decides between this and REPROTECT.
  ENABLE_PROTECTION: row(['available', 'error-starting'], 'starting', ['protected'], 'error-starting'),
  DISABLE_PROTECTION: row(['protected', 'error-stopping'], 'stopping', ['available'], 'error-stopping'),
  // Ends where it began: only the active site tells that it ran.
  PLANNED_FAILOVER: {
    ...row(['protected', 'error-reversing'], 'reversing', ['protected'], 'error-reversing'),
    flipsActiveSite: true,
  },
  FAILOVER: {
    ...row(
      ['protected', 'error-failing-over', 'error-reversing'],
      'failing-over',
      ['failed-over'],
      'error-failing-over',
    ),
    flipsActiveSite: true,
  },
  REPROTECT: row(['failed-over', 'error-reprotecting'], 'reprotecting', ['protected'], 'error-reprotecting'),
  // Drills are resources of their own and leave the group's state alone (section 3.6).
  START_DRILL: { ...row(DRILL_PRE_STATES, 'creating', ['available'], 'error'), observes: 'DRILL' },
  CLEAN_UP_DRILL: { ...row('ANY', 'deleting', 'GONE', 'error-deleting'), observes: 'DRILL' },
  ...PART_ACTIONS,
};

function row(from: LifecycleRow['from'], via: string, to: LifecycleRow['to'], failed: string): LifecycleRow {
  return { from, via: [via], to, failed: [failed], flipsActiveSite: false };
}

export const sdrsDescriptor: ProviderDescriptor = deeplyFrozen({
  provider: 'sdrs',
  title: 'Storage Disaster Recovery Service',
  capabilities: {
    cancel: false,
    cancellable: [],
    explicitPlans: false,
    replicationPairs: true,
    prompts: false,
    pastOperations: false,
    reads: [
      'protectedInstance',
      'instanceTags',
      'replicationPair',
      'plannedInstances',
      'plannedInstance',
      'drill',
      'apiVersions',
      'quotas',
      'failedTasks',
      'rpoStatistics',
      'tagValues',
      'instancesByTag',
    ],
    inputs: INPUTS,
    options: { START_DRILL: ['drillName', 'drillNetworkId'] },
    createFields: [
      { name: 'sourceAvailabilityZone', required: true },
      { name: 'targetAvailabilityZone', required: true },
      { name: 'domainId', required: true },
      { name: 'sourceVpcId', required: true },
      { name: 'drType', required: false },
    ],
    changeableFields: ['name'],
    // Section 3.6: drill servers, their disks and interfaces go; these stay.
    drillLeftovers: [
      {
        fact: 'drillVpcId',
        text: "The drill's network (VPC {}) and its subnets stay when a drill is removed; so does a public address that was bound to one of its servers.",
        remedy:
          'Delete the VPC and its subnets, and release public addresses that nobody needs, if they are kept for no other drill.',
      },
    ],
  },
  lifecycle: {
    states: {
      PROTECTION_GROUP: GROUP_STATES,
      RECOVERY_PLAN: GROUP_STATES,
      PROTECTED_INSTANCE: INSTANCE_STATES,
      REPLICATION_PAIR: PAIR_STATES,
      DRILL: DRILL_STATES,
    },
    actions: ACTIONS,
  },
  // Published: 200 calls a second for each API (section 1.6). Half is left to the account's other clients.
  budget: { address: { requests: 100, windowSeconds: 1 }, session: null },
} as const satisfies ProviderDescriptor);

function deeplyFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deeplyFrozen);
  return Object.freeze(value);
}
