import type { Lifecycle, StateMeaning } from '../../domain/lifecycle.js';
import type { ProviderDescriptor } from '../provider-driver.js';

/** Words of its own throughout, so that nothing can come to depend on those of a real upstream. */
const GROUP_WORDS: Readonly<Record<string, StateMeaning>> = {
  forming: { state: 'CREATING', meaning: 'The group is being made.', passing: true },
  idle: { state: 'UNPROTECTED', meaning: 'Nothing is replicated.', passing: false },
  'raising-guard': { state: 'ENABLING', meaning: 'Replication is being started.', passing: true },
  guarded: { state: 'PROTECTED', meaning: 'Replicated; ready to move.', passing: false },
  'lowering-guard': { state: 'DISABLING', meaning: 'Replication is being stopped.', passing: true },
  'in-motion': { state: 'BUSY', meaning: 'A plan that holds the group is at work.', passing: true },
  moved: { state: 'FAILED_OVER', meaning: 'Runs at the other site, unguarded there.', passing: false },
  dissolving: { state: 'DELETING', meaning: 'The group is being deleted.', passing: true },
  broken: { state: 'ERROR', meaning: 'Work on the group failed.', passing: false },
};

/** A machine shares the words of its group, but for those of what is done to it alone. */
const MACHINE_WORDS: Readonly<Record<string, StateMeaning>> = {
  ...GROUP_WORDS,
  joining: { state: 'CREATING', meaning: 'The machine is being taken in.', passing: true },
  leaving: { state: 'DELETING', meaning: 'The machine is being let go.', passing: true },
};

const PLAN_WORDS: Readonly<Record<string, StateMeaning>> = {
  ready: { state: 'PROTECTED', meaning: 'Can be moved or rehearsed.', passing: false },
  drafting: { state: 'CREATING', meaning: 'The plan is being written.', passing: true },
  erasing: { state: 'DELETING', meaning: 'The plan is being deleted.', passing: true },
  moving: { state: 'FAILING_OVER', meaning: 'The workload is moving to the other site.', passing: true },
  moved: { state: 'FAILED_OVER', meaning: 'Runs at the other site, unguarded there.', passing: false },
  stranded: { state: 'INCOMPLETE', meaning: 'A move stopped half way; move again.', passing: false },
  'turning-round': { state: 'REPROTECTING', meaning: 'Replication is being reversed.', passing: true },
  'half-turned': { state: 'INCOMPLETE', meaning: 'Reprotection stopped; reprotect again.', passing: false },
  staging: { state: 'DRILL_STARTING', meaning: 'A drill is being set up.', passing: true },
  staged: { state: 'DRILL_ACTIVE', meaning: 'A drill stands and must be cleaned up.', passing: false },
  littered: { state: 'INCOMPLETE', meaning: 'A drill left things behind; clean up.', passing: false },
  striking: { state: 'DRILL_CLEANING_UP', meaning: 'The drill is being removed.', passing: true },
  halting: { state: 'CANCELLING', meaning: 'The run was asked to stop.', passing: true },
  asking: { state: 'WAITING_FOR_INPUT', meaning: 'A person must answer a question.', passing: true },
  'standing-by': { state: 'BUSY', meaning: 'A plan that shares a group is at work.', passing: true },
};

const MOVE = {
  from: ['ready', 'stranded'],
  via: ['moving', 'asking', 'halting'],
  to: ['moved'],
  failed: ['stranded'],
  flipsActiveSite: true,
} as const;

const lifecycle: Lifecycle = {
  states: {
    PROTECTION_GROUP: GROUP_WORDS,
    RECOVERY_PLAN: PLAN_WORDS,
    PROTECTED_INSTANCE: MACHINE_WORDS,
    DRILL: {},
  },
  actions: {
    CREATE_PROTECTION_GROUP: {
      from: 'ANY',
      via: ['forming'],
      to: ['idle'],
      failed: ['broken'],
      flipsActiveSite: false,
    },
    UPDATE_PROTECTION_GROUP: { from: 'ANY', via: [], to: 'ANY', failed: [], flipsActiveSite: false },
    DELETE_PROTECTION_GROUP: {
      from: ['idle', 'broken'],
      via: ['dissolving'],
      to: 'GONE',
      failed: ['broken'],
      flipsActiveSite: false,
    },
    ENABLE_PROTECTION: {
      from: ['idle', 'broken'],
      via: ['raising-guard'],
      to: ['guarded'],
      failed: ['broken'],
      flipsActiveSite: false,
    },
    DISABLE_PROTECTION: {
      from: ['guarded', 'broken'],
      via: ['lowering-guard'],
      to: ['idle'],
      failed: ['broken'],
      flipsActiveSite: false,
    },
    PLANNED_FAILOVER: MOVE,
    FAILOVER: MOVE,
    REPROTECT: {
      from: ['moved', 'half-turned'],
      via: ['turning-round', 'asking'],
      to: ['ready'],
      failed: ['half-turned'],
      flipsActiveSite: false,
    },
    START_DRILL: {
      from: ['ready'],
      via: ['staging', 'asking', 'halting'],
      to: ['staged'],
      failed: ['littered'],
      flipsActiveSite: false,
    },
    CLEAN_UP_DRILL: {
      from: ['staged', 'littered'],
      via: ['striking', 'asking'],
      to: ['ready'],
      failed: ['littered'],
      flipsActiveSite: false,
    },
    ADD_PROTECTED_INSTANCE: {
      from: 'ANY',
      companions: { PROTECTION_GROUP: ['idle', 'guarded'] },
      via: ['joining'],
      to: ['idle', 'guarded'],
      failed: ['broken'],
      flipsActiveSite: false,
    },
    UPDATE_PROTECTED_INSTANCE: {
      from: ['idle', 'guarded', 'broken'],
      via: [],
      to: 'ANY',
      failed: [],
      flipsActiveSite: false,
    },
    REMOVE_PROTECTED_INSTANCE: {
      from: ['idle', 'guarded', 'broken'],
      companions: { PROTECTION_GROUP: ['idle', 'guarded', 'broken'] },
      via: ['leaving'],
      to: 'GONE',
      failed: ['broken'],
      flipsActiveSite: false,
    },
    CREATE_RECOVERY_PLAN: {
      from: 'ANY',
      via: ['drafting'],
      to: ['ready'],
      failed: [],
      flipsActiveSite: false,
    },
    UPDATE_RECOVERY_PLAN: {
      from: ['ready', 'moved'],
      via: [],
      to: 'ANY',
      failed: [],
      flipsActiveSite: false,
    },
    DELETE_RECOVERY_PLAN: {
      from: ['ready', 'moved'],
      via: ['erasing'],
      to: 'GONE',
      failed: [],
      flipsActiveSite: false,
    },
  },
};

export const memoryDescriptor: ProviderDescriptor = {
  provider: 'memory',
  title: 'Memory',
  capabilities: {
    cancel: true,
    cancellable: ['PLANNED_FAILOVER', 'FAILOVER', 'START_DRILL'],
    explicitPlans: true,
    replicationPairs: true,
    prompts: true,
    reads: ['protectedInstance', 'plannedInstances', 'replicationPair', 'planPrompts'],
    options: {
      PLANNED_FAILOVER: ['syncData', 'migrateEligibleVms'],
      FAILOVER: ['forced', 'syncData', 'skipProtectionSiteOperations'],
      REPROTECT: ['forced'],
      START_DRILL: ['syncData', 'drillName', 'drillNetworkId'],
      CLEAN_UP_DRILL: ['forced'],
    },
    inputs: {
      ADD_PROTECTED_INSTANCE: [
        { name: 'serverId', required: true },
        { name: 'name', required: false },
      ],
      UPDATE_PROTECTED_INSTANCE: [{ name: 'name', required: true }],
      REMOVE_PROTECTED_INSTANCE: [],
      CREATE_RECOVERY_PLAN: [
        { name: 'name', required: true },
        { name: 'protectionGroupIds', required: false },
      ],
      UPDATE_RECOVERY_PLAN: [
        { name: 'name', required: false },
        { name: 'protectionGroupIds', required: false },
      ],
    },
    createFields: [],
    changeableFields: ['name', 'description'],
  },
  lifecycle,
  budget: { readsPerMinute: null },
};
