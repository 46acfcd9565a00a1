import type { DrAction } from '../../domain/dr-action.js';
import type { ProtectionState } from '../../domain/inventory.js';
import type { Lifecycle, StateMeaning } from '../../domain/lifecycle.js';
import type { ProviderDescriptor } from '../provider-driver.js';

/** Words of its own throughout, so that nothing can come to depend on those of a real upstream. */
const GROUP_WORDS: Readonly<Record<string, StateMeaning>> = {
  forming: passes('CREATING', 'The group is being made.', 'CREATE_PROTECTION_GROUP'),
  idle: rests('UNPROTECTED', 'Nothing is replicated.'),
  'raising-guard': passes('ENABLING', 'Replication is being started.', 'ENABLE_PROTECTION'),
  guarded: rests('PROTECTED', 'Replicated; ready to move.'),
  'lowering-guard': passes('DISABLING', 'Replication is being stopped.', 'DISABLE_PROTECTION'),
  'in-motion': passes('BUSY', 'A plan that holds the group is at work.'),
  moved: rests('FAILED_OVER', 'Runs at the other site, unguarded there.'),
  dissolving: passes('DELETING', 'The group is being deleted.', 'DELETE_PROTECTION_GROUP'),
  broken: rests('ERROR', 'Work on the group failed.'),
};

/** A machine shares the words of its group, but for those of what is done to it alone. */
const MACHINE_WORDS: Readonly<Record<string, StateMeaning>> = {
  ...mirrored(GROUP_WORDS),
  joining: passes('CREATING', 'The machine is being taken in.', 'ADD_PROTECTED_INSTANCE'),
  leaving: passes('DELETING', 'The machine is being let go.', 'REMOVE_PROTECTED_INSTANCE'),
};

/** Both kinds of a move share a word, and any run may ask or be halted: then the gravest is told. */
const GRAVEST: DrAction = 'FAILOVER';

const PLAN_WORDS: Readonly<Record<string, StateMeaning>> = {
  ready: rests('PROTECTED', 'Can be moved or rehearsed.'),
  drafting: passes('CREATING', 'The plan is being written.', 'CREATE_RECOVERY_PLAN'),
  erasing: passes('DELETING', 'The plan is being deleted.', 'DELETE_RECOVERY_PLAN'),
  moving: passes('FAILING_OVER', 'The workload is moving to the other site.', GRAVEST),
  moved: rests('FAILED_OVER', 'Runs at the other site, unguarded there.'),
  stranded: rests('INCOMPLETE', 'A move stopped half way; move again.'),
  'turning-round': passes('REPROTECTING', 'Replication is being reversed.', 'REPROTECT'),
  'half-turned': rests('INCOMPLETE', 'Reprotection stopped; reprotect again.'),
  staging: passes('DRILL_STARTING', 'A drill is being set up.', 'START_DRILL'),
  staged: rests('DRILL_ACTIVE', 'A drill stands and must be cleaned up.'),
  littered: rests('INCOMPLETE', 'A drill left things behind; clean up.'),
  striking: passes('DRILL_CLEANING_UP', 'The drill is being removed.', 'CLEAN_UP_DRILL'),
  halting: passes('CANCELLING', 'The run was asked to stop.', GRAVEST),
  asking: passes('WAITING_FOR_INPUT', 'A person must answer a question.', GRAVEST),
  'standing-by': passes('BUSY', 'A plan that shares a group is at work.'),
};

/** A drill is no thing of its own: it says what its plan says, which alone tells what is under way. */
const { staging, staged, littered, striking, halting, asking } = PLAN_WORDS;
const DRILL_WORDS = mirrored({ staging, staged, littered, striking, halting, asking });

function rests(state: ProtectionState, meaning: string): StateMeaning {
  return { state, meaning, passing: false };
}

/** @param action what it is the middle of; absent = it mirrors work on something else */
function passes(state: ProtectionState, meaning: string, action?: DrAction): StateMeaning {
  return { state, meaning, passing: true, ...(action ? { action } : {}) };
}

/** The same words, of something that only goes along. */
function mirrored(words: Readonly<Record<string, StateMeaning | undefined>>): Record<string, StateMeaning> {
  const known = Object.entries(words).flatMap(([word, meaning]) => (meaning ? [{ word, ...meaning }] : []));
  return Object.fromEntries(
    known.map(({ word, state, meaning, passing }) => [word, { state, meaning, passing }]),
  );
}

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
    DRILL: DRILL_WORDS,
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
    pastOperations: false,
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
  budget: { address: null, session: null },
};
