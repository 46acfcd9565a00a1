import type { DrAction } from '../../../../src/domain/dr-action.js';
import type { ProtectionState } from '../../../../src/domain/inventory.js';
import type { Lifecycle, LifecycleRow, StateMeaning } from '../../../../src/domain/lifecycle.js';
import type { ProviderDescriptor } from '../../../../src/providers/provider-driver.js';

/**
 * The phases of a group (section 4); a plan is a group and shares them. Calm and stormy moves share a phase: of the two,
 * `action` names the graver.
 */
const PHASES: Readonly<Record<string, StateMeaning>> = {
  founding: passes('CREATING', 'The group is being founded.', 'CREATE_PROTECTION_GROUP'),
  slack: rests('UNPROTECTED', 'The water is out: nothing is replicated.'),
  flooding: passes('ENABLING', 'The water comes in: replication starts.', 'ENABLE_PROTECTION'),
  afloat: rests('PROTECTED', 'Replicated; ready to move.'),
  ebbing: passes('DISABLING', 'The water goes out: replication ends.', 'DISABLE_PROTECTION'),
  crossing: passes('FAILING_OVER', 'The ships move to the other port.', 'FAILOVER'),
  beached: rests('FAILED_OVER', 'Moored at the other port, unprotected there.'),
  aground: rests('INCOMPLETE', 'A move stopped half way; move again.'),
  turning: passes('REPROTECTING', 'The ships are turned round.', 'REPROTECT'),
  adrift: rests('INCOMPLETE', 'A turn stopped half way; turn again.'),
  gathering: passes('DRILL_STARTING', 'A rehearsal is being set up.', 'START_DRILL'),
  rehearsing: rests('DRILL_ACTIVE', 'A rehearsal stands and must be swept.'),
  littered: rests('INCOMPLETE', 'A rehearsal left things behind; sweep.'),
  sweeping: passes('DRILL_CLEANING_UP', 'The rehearsal is being swept away.', 'CLEAN_UP_DRILL'),
  sinking: passes('DELETING', 'The group is being dissolved.', 'DELETE_PROTECTION_GROUP'),
  wrecked: rests('ERROR', 'Work on the group failed.'),
};

/** A rehearsal is a phase of its group, which alone tells what is under way: no action here. */
const REHEARSALS: Readonly<Record<string, StateMeaning>> = {
  gathering: passes('DRILL_STARTING', 'It is being set up.'),
  rehearsing: rests('DRILL_ACTIVE', 'It stands and must be swept.'),
  littered: rests('ERROR', 'It left things behind; sweep.'),
  sweeping: passes('DRILL_CLEANING_UP', 'It is being swept away.'),
};

function rests(state: ProtectionState, meaning: string): StateMeaning {
  return { state, meaning, passing: false };
}

/** @param action what it is the middle of; absent = it mirrors work on something else */
function passes(state: ProtectionState, meaning: string, action?: DrAction): StateMeaning {
  return { state, meaning, passing: true, ...(action ? { action } : {}) };
}

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
    pastOperations: false,
    reads: ['quotas'],
    options: {},
    inputs: {},
    createFields: [],
    changeableFields: ['name', 'description'],
  },
  lifecycle,
  budget: { address: null, session: null },
};
