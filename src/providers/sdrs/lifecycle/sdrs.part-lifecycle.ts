import type { LifecycleRow } from '../../../domain/lifecycle.js';
import type { ProviderDescriptor } from '../../provider-driver.js';
import { INSTANCE_STATES, restingWords } from './sdrs.part-states.js';

type Rows = ProviderDescriptor['lifecycle']['actions'];

/** What a group, an instance or a pair is in when nothing is wrong with it. */
const CALM = ['available', 'protected'] as const;
const CALM_GROUP = { PROTECTION_GROUP: CALM };

const REMOVABLE = [
  'available',
  'protected',
  'failed-over',
  'error-starting',
  'error-stopping',
  'error-reversing',
  'error-failing-over',
  'error-deleting',
  'error-reprotecting',
  'invalid',
  'fault',
] as const;

const DETACHABLE = [...REMOVABLE, 'error-attaching', 'error-detaching', 'error-extending'] as const;
const INSTANCE_IN_DETACH = [...REMOVABLE, 'error-resizing'] as const;
const INSTANCE_REMOVABLE = [...INSTANCE_IN_DETACH, 'error'] as const;

/** What the group must be in (section 4.1, lower rows). */
const GROUP_IN_DETACH = [
  'available',
  'protected',
  'failed-over',
  'error-starting',
  'error-stopping',
  'error-reversing',
  'error-failing-over',
] as const;
const GROUP_IN_PAIR_DELETION = [...GROUP_IN_DETACH, 'error-deleting', 'error-reprotecting'] as const;
/** Not documented for the deletion of an instance: whatever rests. */
const GROUP_AT_REST = [...GROUP_IN_PAIR_DELETION, 'error'] as const;

/** Done when it is answered. */
const AT_ONCE: LifecycleRow = { from: 'ANY', via: [], to: 'ANY', failed: [], flipsActiveSite: false };

/** Most rows end in the word they began with: what they bring about shows elsewhere, or not at all. */
function row(
  from: LifecycleRow['from'],
  via: string,
  to: LifecycleRow['to'],
  failed: string | null,
  companions?: LifecycleRow['companions'],
): LifecycleRow {
  return {
    from,
    via: [via],
    to,
    failed: failed === null ? [] : [failed],
    flipsActiveSite: false,
    ...(companions ? { companions } : {}),
  };
}

const OF_INSTANCES: Rows = {
  ADD_PROTECTED_INSTANCE: row('ANY', 'creating', CALM, 'error', CALM_GROUP),
  UPDATE_PROTECTED_INSTANCE: AT_ONCE,
  REMOVE_PROTECTED_INSTANCE: row(INSTANCE_REMOVABLE, 'deleting', 'GONE', 'error-deleting', {
    PROTECTION_GROUP: GROUP_AT_REST,
  }),
  RESIZE_PROTECTED_INSTANCE: row([...CALM, 'error-resizing'], 'resizing', CALM, 'error-resizing', CALM_GROUP),
  // There is no word for a failure (section 4.2): only the job tells.
  ADD_NETWORK_INTERFACE: row(CALM, 'nic-creating', CALM, null, CALM_GROUP),
  REMOVE_NETWORK_INTERFACE: row(CALM, 'nic-deleting', CALM, null, CALM_GROUP),
  // "Normal" is all that is said (2221, 2222): not while something is at work on it.
  SET_INSTANCE_TAGS: { ...AT_ONCE, from: restingWords(INSTANCE_STATES) },
  REMOVE_INSTANCE_TAGS: { ...AT_ONCE, from: restingWords(INSTANCE_STATES) },
};

const OF_PAIRS: Rows = {
  CREATE_REPLICATION_PAIR: row('ANY', 'creating', CALM, 'error', CALM_GROUP),
  UPDATE_REPLICATION_PAIR: AT_ONCE,
  DELETE_REPLICATION_PAIR: row(
    [...REMOVABLE, 'error', 'error-attaching', 'error-extending'],
    'deleting',
    'GONE',
    'error-deleting',
    { PROTECTION_GROUP: GROUP_IN_PAIR_DELETION },
  ),
  EXPAND_REPLICATION_PAIR: row([...CALM, 'error-extending'], 'extending', CALM, 'error-extending'),
  ATTACH_REPLICATION_PAIR: row(CALM, 'attaching', CALM, 'error-attaching', {
    ...CALM_GROUP,
    PROTECTED_INSTANCE: CALM,
  }),
  DETACH_REPLICATION_PAIR: row(
    DETACHABLE,
    'detaching',
    DETACHABLE.filter((word) => word !== 'error-detaching'),
    'error-detaching',
    { PROTECTION_GROUP: GROUP_IN_DETACH, PROTECTED_INSTANCE: INSTANCE_IN_DETACH },
  ),
};

/** Sections 4.1 (lower rows) to 4.4, on what a group holds; and what is cleared at the task center (3.9). */
export const PART_ACTIONS: Rows = {
  ...OF_INSTANCES,
  ...OF_PAIRS,
  UPDATE_DRILL: AT_ONCE,
  CLEAR_FAILED_TASKS: AT_ONCE,
};
