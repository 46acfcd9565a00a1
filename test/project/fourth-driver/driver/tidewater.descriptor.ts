import type { Lifecycle, LifecycleRow, StateMeaning } from '../../../../src/domain/lifecycle.js';
import type { ProviderDescriptor } from '../../../../src/providers/provider-driver.js';

/**
 * The phases of a group (section 4); a plan is a group and shares them. Calm and stormy moves share a phase: of the two,
 * `action` names the graver.
 */
const PHASES: Readonly<Record<string, StateMeaning>> = {
  founding: {
    state: 'CREATING',
    meaning: 'The group is being founded.',
    passing: true,
    action: 'CREATE_PROTECTION_GROUP',
  },
  slack: { state: 'UNPROTECTED', meaning: 'The water is out: nothing is replicated.', passing: false },
  flooding: {
    state: 'ENABLING',
    meaning: 'The water comes in: replication starts.',
    passing: true,
    action: 'ENABLE_PROTECTION',
  },
  afloat: { state: 'PROTECTED', meaning: 'Replicated; ready to move.', passing: false },
  ebbing: {
    state: 'DISABLING',
    meaning: 'The water goes out: replication ends.',
    passing: true,
    action: 'DISABLE_PROTECTION',
  },
  crossing: {
    state: 'FAILING_OVER',
    meaning: 'The ships move to the other port.',
    passing: true,
    action: 'FAILOVER',
  },
  beached: { state: 'FAILED_OVER', meaning: 'Moored at the other port, unprotected there.', passing: false },
  aground: { state: 'INCOMPLETE', meaning: 'A move stopped half way; move again.', passing: false },
  turning: {
    state: 'REPROTECTING',
    meaning: 'The ships are turned round.',
    passing: true,
    action: 'REPROTECT',
  },
  adrift: { state: 'INCOMPLETE', meaning: 'A turn stopped half way; turn again.', passing: false },
  gathering: {
    state: 'DRILL_STARTING',
    meaning: 'A rehearsal is being set up.',
    passing: true,
    action: 'START_DRILL',
  },
  rehearsing: { state: 'DRILL_ACTIVE', meaning: 'A rehearsal stands and must be swept.', passing: false },
  littered: { state: 'INCOMPLETE', meaning: 'A rehearsal left things behind; sweep.', passing: false },
  sweeping: {
    state: 'DRILL_CLEANING_UP',
    meaning: 'The rehearsal is being swept away.',
    passing: true,
    action: 'CLEAN_UP_DRILL',
  },
  sinking: {
    state: 'DELETING',
    meaning: 'The group is being dissolved.',
    passing: true,
    action: 'DELETE_PROTECTION_GROUP',
  },
  wrecked: { state: 'ERROR', meaning: 'Work on the group failed.', passing: false },
};

/** A rehearsal is a phase of its group, which alone tells what is under way: no action here. */
const REHEARSALS: Readonly<Record<string, StateMeaning>> = {
  gathering: { state: 'DRILL_STARTING', meaning: 'It is being set up.', passing: true },
  rehearsing: { state: 'DRILL_ACTIVE', meaning: 'It stands and must be swept.', passing: false },
  littered: { state: 'ERROR', meaning: 'It left things behind; sweep.', passing: false },
  sweeping: { state: 'DRILL_CLEANING_UP', meaning: 'It is being swept away.', passing: true },
};

const STAYS = { flipsActiveSite: false };
const MOVE: LifecycleRow = {
  from: ['afloat', 'aground'],
  via: ['crossing'],
  to: ['beached'],
  failed: ['aground'],
  flipsActiveSite: true,
};

const lifecycle: Lifecycle = {
  states: { PROTECTION_GROUP: PHASES, RECOVERY_PLAN: PHASES, DRILL: REHEARSALS },
  actions: {
    CREATE_PROTECTION_GROUP: { from: 'ANY', via: ['founding'], to: ['slack'], failed: ['wrecked'], ...STAYS },
    UPDATE_PROTECTION_GROUP: { from: 'ANY', via: [], to: 'ANY', failed: [], ...STAYS },
    DELETE_PROTECTION_GROUP: {
      from: ['slack', 'wrecked'],
      via: ['sinking'],
      to: 'GONE',
      failed: ['wrecked'],
      ...STAYS,
    },
    ENABLE_PROTECTION: {
      from: ['slack', 'wrecked'],
      via: ['flooding'],
      to: ['afloat'],
      failed: ['wrecked'],
      ...STAYS,
    },
    DISABLE_PROTECTION: { from: ['afloat'], via: ['ebbing'], to: ['slack'], failed: ['wrecked'], ...STAYS },
    PLANNED_FAILOVER: MOVE,
    FAILOVER: MOVE,
    REPROTECT: {
      from: ['beached', 'adrift'],
      via: ['turning'],
      to: ['afloat'],
      failed: ['adrift'],
      ...STAYS,
    },
    START_DRILL: { from: ['afloat'], via: ['gathering'], to: ['rehearsing'], failed: ['littered'], ...STAYS },
    CLEAN_UP_DRILL: {
      from: ['rehearsing', 'littered'],
      via: ['sweeping'],
      to: ['afloat'],
      failed: ['littered'],
      ...STAYS,
    },
  },
};

export const tidewaterDescriptor: ProviderDescriptor = {
  provider: 'tidewater',
  title: 'Tidewater',
  capabilities: {
    cancel: false,
    cancellable: [],
    explicitPlans: false,
    replicationPairs: false,
    prompts: false,
    reads: ['quotas'],
    options: {},
    inputs: {},
    createFields: [],
    changeableFields: ['name', 'description'],
  },
  lifecycle,
  budget: { address: null, session: null },
};
