import type { DrAction } from '../../../domain/dr-action.js';
import type { LifecycleRow } from '../../../domain/lifecycle.js';
import type { InputField } from '../../provider-driver.js';
import type { GroupWord, PlanWord } from './srm.states.js';
import type { InstanceWord } from './srm.vm-states.js';

/** A row whose words the compiler has seen. */
interface Row<Word extends string> extends LifecycleRow {
  from: readonly Word[] | 'ANY';
  via: readonly Word[];
  to: readonly Word[] | 'GONE' | 'ANY';
  failed: readonly Word[];
  companions?: { PROTECTION_GROUP: readonly GroupWord[] };
}

const NO_MOVE = { failed: [], flipsActiveSite: false } as const;

/** Where a plan of which part or all runs at the other site rests, or stopped on its way. */
const MOVED: readonly PlanWord[] = [
  ...(['RECOVERY_COMPLETE', 'DISASTER_RECOVERY_COMPLETE', 'RECOVERY_SPLIT_BRAIN'] as const),
  ...(['INCOMPLETE_RECOVERY', 'RECOVERY_INTERRUPTED', 'PARTIAL_RECOVERY'] as const),
  ...(['INCOMPLETE_REPROTECT', 'REPROTECT_INTERRUPTED', 'PARTIAL_REPROTECT'] as const),
];

/** 4.3, column "Pushable". */
const RECONFIGURABLE: readonly PlanWord[] = [
  ...(['READY_STATE', 'NO_PROTECTION_GROUPS', 'DIRECTION_ERROR', 'SYNC_CONFLICT'] as const),
];

/** Not running; which workflows can be changed then, the upstream tells by showing their steps or not (3.10). */
const AT_REST: readonly PlanWord[] = [
  ...RECONFIGURABLE,
  ...MOVED,
  ...(['PROTECTION_GROUPS_IN_USE', 'TEST_COMPLETE', 'TEST_INTERRUPTED'] as const),
  ...(['CLEANUP_INCOMPLETE', 'CLEANUP_INTERRUPTED'] as const),
];

const planPart: Row<PlanWord> = { from: AT_REST, via: [], to: 'ANY', ...NO_MOVE };

/** 4.5: editable only in these. */
const EDITABLE: readonly GroupWord[] = ['OK', 'NOT_CONFIGURED'];
/** 4.5: machines may be removed in these as well. */
const RECOVERED: readonly GroupWord[] = ['RECOVERED', 'PARTIALLY_RECOVERED', 'PARTIALLY_REPROTECTED'];

const PROTECTED: readonly InstanceWord[] = ['OK', 'REPLICATION_WARNING', 'VVOL_CONFIGURATION_WARNING'];
const IN_ERROR: readonly InstanceWord[] = [
  ...(['DEVICE_NOT_FOUND', 'PLACEHOLDER_VM_DELETED', 'ABR_CONFIGURATION_ERROR'] as const),
  ...(['PLACEHOLDER_CREATION_ERROR', 'INVALID', 'MISSING_MAPPING', 'REPLICATION_ERROR'] as const),
  ...(['MAPPING_CONFLICT', 'MISSING_UNPROTECTED_VM', 'VVOL_CONFIGURATION_ERROR'] as const),
];

/** Changes of plans, of what they hold, and of single machines, where the upstream takes them. */
export const CHANGE_ROWS = {
  CREATE_RECOVERY_PLAN: { from: 'ANY', via: [], to: 'ANY', ...NO_MOVE } satisfies Row<PlanWord>,
  /** Not running, and every group it holds editable (4.1). */
  UPDATE_RECOVERY_PLAN: {
    from: RECONFIGURABLE,
    via: [],
    to: 'ANY',
    companions: { PROTECTION_GROUP: EDITABLE },
    ...NO_MOVE,
  } satisfies Row<PlanWord>,
  /** Not while the plan is the way back of what it moved. */
  DELETE_RECOVERY_PLAN: {
    from: RECONFIGURABLE,
    via: ['DELETING'],
    to: 'GONE',
    ...NO_MOVE,
  } satisfies Row<PlanWord>,
  UPDATE_RECOVERY_SETTINGS: planPart,
  ADD_RECOVERY_STEP: planPart,
  UPDATE_RECOVERY_STEP: planPart,
  REMOVE_RECOVERY_STEP: planPart,

  RESTORE_PLACEHOLDERS: {
    from: EDITABLE,
    via: ['RESTORING_PLACEHOLDERS', 'OPERATIONS_IN_PROGRESS'],
    to: 'ANY',
    ...NO_MOVE,
  } satisfies Row<GroupWord>,

  ADD_PROTECTED_INSTANCE: {
    from: 'ANY',
    via: ['LOADING', 'CONFIGURING_PROTECTION'],
    to: [...PROTECTED, 'NOT_CONFIGURED'],
    failed: IN_ERROR,
    companions: { PROTECTION_GROUP: EDITABLE },
    flipsActiveSite: false,
  } satisfies Row<InstanceWord>,
  REMOVE_PROTECTED_INSTANCE: {
    from: [...PROTECTED, ...IN_ERROR, 'NOT_CONFIGURED'],
    via: ['REMOVING_PROTECTION'],
    to: 'GONE',
    companions: { PROTECTION_GROUP: [...EDITABLE, ...RECOVERED] },
    ...NO_MOVE,
  } satisfies Row<InstanceWord>,
  ENABLE_INSTANCE_PROTECTION: {
    from: [...PROTECTED, ...IN_ERROR, 'NOT_CONFIGURED'],
    via: ['CONFIGURING_PROTECTION', 'LOADING'],
    to: PROTECTED,
    failed: IN_ERROR,
    companions: { PROTECTION_GROUP: EDITABLE },
    flipsActiveSite: false,
  } satisfies Row<InstanceWord>,
  DISABLE_INSTANCE_PROTECTION: {
    from: [...PROTECTED, ...IN_ERROR],
    via: ['REMOVING_PROTECTION'],
    to: ['NOT_CONFIGURED'],
    companions: { PROTECTION_GROUP: EDITABLE },
    ...NO_MOVE,
  } satisfies Row<InstanceWord>,
} as const satisfies Partial<Record<DrAction, LifecycleRow>>;

const fields = (required: readonly string[], optional: readonly string[]): InputField[] => [
  ...required.map((name) => ({ name, required: true })),
  ...optional.map((name) => ({ name, required: false })),
];

const STEP = ['type', 'name', 'content'];

/** What these actions take beyond their target. */
export const CHANGE_INPUTS = {
  CREATE_RECOVERY_PLAN: fields(
    ['name'],
    ['description', 'protectionGroupIds', 'protectedVcenterId', 'testNetworks'],
  ),
  UPDATE_RECOVERY_PLAN: fields(
    [],
    [
      ...['name', 'description', 'protectionGroupIds'],
      ...['protectedVcenterId', 'testNetworks', 'suspendedInstanceIds'],
    ],
  ),
  ADD_PROTECTED_INSTANCE: fields(['serverId'], []),
  REMOVE_PROTECTED_INSTANCE: [],
  DISABLE_INSTANCE_PROTECTION: [],
  ENABLE_INSTANCE_PROTECTION: fields([], ['settings']),
  // "allowMigration" can be read, but is no part of what can be sent (3.8).
  UPDATE_RECOVERY_SETTINGS: fields(
    [],
    [
      ...['priority', 'startupAction', 'dependsOn', 'skipGuestShutdown', 'shutdownTimeoutSeconds'],
      ...['startupTimeoutSeconds', 'delayBeforeDependentsSeconds', 'ipCustomization', 'changeVersion'],
    ],
  ),
  ADD_RECOVERY_STEP: fields(['workflow', ...STEP], ['timeoutSeconds', 'beforeStepId']),
  UPDATE_RECOVERY_STEP: fields(['workflow', 'expectedTitle'], [...STEP, 'timeoutSeconds']),
  REMOVE_RECOVERY_STEP: fields(['workflow', 'expectedTitle'], []),
} as const satisfies Partial<Record<DrAction, readonly InputField[]>>;
