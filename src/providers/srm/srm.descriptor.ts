import type { LifecycleRow } from '../../domain/lifecycle.js';
import type { ProviderDescriptor } from '../provider-driver.js';
import { CHANGE_INPUTS, CHANGE_ROWS } from './lifecycle/srm.change-rows.js';
import {
  DRILL_STATES_OF_PLAN,
  GROUP_STATES,
  PLAN_STATES,
  type GroupWord,
  type PlanWord,
} from './lifecycle/srm.states.js';
import { INSTANCE_STATES } from './lifecycle/srm.vm-states.js';

/** A row whose words the compiler has seen. */
interface Row<Word extends string> extends LifecycleRow {
  from: readonly Word[] | 'ANY';
  via: readonly Word[];
  to: readonly Word[] | 'GONE' | 'ANY';
  failed: readonly Word[];
}

/** 4.1 and 4.4: a recovery is taken from the ready state, and again wherever one stopped half way. */
const RECOVERY: Row<PlanWord> = {
  from: [
    'READY_STATE',
    'INCOMPLETE_RECOVERY',
    'RECOVERY_INTERRUPTED',
    'RECOVERY_SPLIT_BRAIN',
    'PARTIAL_RECOVERY',
    'DISASTER_RECOVERY_COMPLETE',
  ],
  via: ['RECOVERY_IN_PROGRESS', 'WAITING_FOR_USER_INPUT', 'CANCEL_IN_PROGRESS'],
  to: ['RECOVERY_COMPLETE', 'DISASTER_RECOVERY_COMPLETE'],
  failed: ['INCOMPLETE_RECOVERY', 'RECOVERY_INTERRUPTED', 'RECOVERY_SPLIT_BRAIN', 'PARTIAL_RECOVERY'],
  flipsActiveSite: true,
};

const START_DRILL: Row<PlanWord> = {
  from: ['READY_STATE', 'TEST_INTERRUPTED'],
  via: ['TEST_IN_PROGRESS', 'WAITING_FOR_USER_INPUT', 'CANCEL_IN_PROGRESS'],
  to: ['TEST_COMPLETE'],
  // A cancelled test rests there too: only clean-up goes on (4.4).
  cancelled: ['TEST_COMPLETE'],
  failed: ['TEST_INTERRUPTED'],
  flipsActiveSite: false,
};

const CLEAN_UP_DRILL: Row<PlanWord> = {
  from: ['TEST_COMPLETE', 'CLEANUP_INCOMPLETE', 'CLEANUP_INTERRUPTED', 'TEST_INTERRUPTED'],
  via: ['CLEANUP_IN_PROGRESS', 'WAITING_FOR_USER_INPUT'],
  to: ['READY_STATE'],
  failed: ['CLEANUP_INCOMPLETE', 'CLEANUP_INTERRUPTED'],
  flipsActiveSite: false,
};

/** The workload stays where it runs; the plan's pair of sites turns round beneath it (4.6). */
const REPROTECT: Row<PlanWord> = {
  from: ['RECOVERY_COMPLETE', 'INCOMPLETE_REPROTECT', 'REPROTECT_INTERRUPTED', 'PARTIAL_REPROTECT'],
  via: ['REPROTECT_IN_PROGRESS', 'WAITING_FOR_USER_INPUT'],
  to: ['READY_STATE'],
  failed: ['INCOMPLETE_REPROTECT', 'REPROTECT_INTERRUPTED', 'PARTIAL_REPROTECT'],
  flipsActiveSite: false,
};

const ENABLE_PROTECTION: Row<GroupWord> = {
  from: ['NOT_CONFIGURED', 'OK'],
  via: ['CONFIGURING_PROTECTION', 'OPERATIONS_IN_PROGRESS'],
  to: ['OK'],
  failed: [],
  flipsActiveSite: false,
};

const DISABLE_PROTECTION: Row<GroupWord> = {
  from: ['OK', 'NOT_CONFIGURED'],
  via: ['REMOVING_PROTECTION', 'OPERATIONS_IN_PROGRESS'],
  to: ['NOT_CONFIGURED'],
  failed: [],
  flipsActiveSite: false,
};

const CREATE_PROTECTION_GROUP: Row<GroupWord> = {
  from: 'ANY',
  via: ['LOADING', 'CONFIGURING_PROTECTION', 'OPERATIONS_IN_PROGRESS'],
  to: ['OK', 'NOT_CONFIGURED'],
  failed: [],
  flipsActiveSite: false,
};

/** Editable only in OK and NOT_CONFIGURED (4.5). */
const UPDATE_PROTECTION_GROUP: Row<GroupWord> = {
  from: ['OK', 'NOT_CONFIGURED'],
  via: ['OPERATIONS_IN_PROGRESS', 'CONFIGURING_PROTECTION', 'REMOVING_PROTECTION'],
  to: 'ANY',
  failed: [],
  flipsActiveSite: false,
};

/** Every state in which the group rests outside a test; a plan that runs is a blocker of `prepare`. */
const DELETE_PROTECTION_GROUP: Row<GroupWord> = {
  from: ['OK', 'READY', 'NOT_CONFIGURED', 'RECOVERED', 'PARTIALLY_RECOVERED', 'PARTIALLY_REPROTECTED'],
  via: ['REMOVING_PROTECTION', 'OPERATIONS_IN_PROGRESS'],
  to: 'GONE',
  failed: [],
  flipsActiveSite: false,
};

export const srmDescriptor: ProviderDescriptor = frozen({
  provider: 'srm',
  title: 'VMware Site Recovery Manager',
  capabilities: {
    cancel: true,
    cancellable: ['PLANNED_FAILOVER', 'FAILOVER', 'START_DRILL'],
    explicitPlans: true,
    replicationPairs: false,
    prompts: true,
    pastOperations: true,
    reads: [
      'protectedInstance',
      'protectionSettings',
      'groupIssues',
      'plannedInstances',
      'plannedInstance',
      'recoverySettings',
      'recoverySteps',
      'recoveryStep',
      'planPrompts',
      'testNetworks',
      'planIssues',
      'planRuns',
      'planRun',
      'drill',
      'siteIssues',
      'siteRuns',
      'siteServers',
      'apiVersions',
    ],
    inputs: CHANGE_INPUTS,
    options: {
      START_DRILL: ['syncData'],
      CLEAN_UP_DRILL: ['forced'],
      PLANNED_FAILOVER: ['syncData', 'migrateEligibleVms'],
      FAILOVER: ['syncData', 'skipProtectionSiteOperations'],
      REPROTECT: ['forced'],
    },
    createFields: [
      { name: 'replicationType', required: false },
      { name: 'hbrSpec', required: true },
      { name: 'protectedVcenterId', required: false },
    ],
    changeableFields: ['name', 'description'],
  },
  lifecycle: {
    states: {
      RECOVERY_PLAN: PLAN_STATES,
      PROTECTION_GROUP: GROUP_STATES,
      PROTECTED_INSTANCE: INSTANCE_STATES,
      DRILL: DRILL_STATES_OF_PLAN,
    },
    actions: {
      CREATE_PROTECTION_GROUP,
      UPDATE_PROTECTION_GROUP,
      DELETE_PROTECTION_GROUP,
      ENABLE_PROTECTION,
      DISABLE_PROTECTION,
      PLANNED_FAILOVER: RECOVERY,
      FAILOVER: RECOVERY,
      REPROTECT,
      START_DRILL,
      CLEAN_UP_DRILL,
      ...CHANGE_ROWS,
    },
  },
  // The defaults of the appliance's limiter (1.7); all versions and services of it count together.
  budget: {
    address: { requests: 100, windowSeconds: 60 },
    session: { requests: 50, windowSeconds: 60 },
    together: { preparation: 5, survey: 3, round: 2 },
  },
});

function frozen<T extends object>(data: T): T {
  for (const part of Object.values(data) as unknown[]) {
    if (typeof part === 'object' && part !== null) frozen(part);
  }
  return Object.freeze(data);
}
