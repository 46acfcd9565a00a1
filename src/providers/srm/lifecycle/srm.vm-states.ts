import type { Condition, ProtectionState } from '../../../domain/inventory.js';
import type { StateMeaning } from '../../../domain/lifecycle.js';

function resting(state: ProtectionState, meaning: string): StateMeaning {
  return { state, meaning, passing: false };
}

function passing(state: ProtectionState, meaning: string): StateMeaning {
  return { state, meaning, passing: true };
}

/** Every word of a machine in a group (3.5); whatever speaks of an error is ERROR, and where the document has a remedy, it is told (4.2). */
export const INSTANCE_STATES = {
  OK: resting('PROTECTED', 'The machine is protected.'),
  NOT_CONFIGURED: resting('UNPROTECTED', 'The machine is in the group, but not protected.'),
  CONFIGURING_PROTECTION: passing('ENABLING', 'Its protection is being set up.'),
  REMOVING_PROTECTION: passing('DISABLING', 'Its protection is being removed.'),
  RESTORING_PLACEHOLDER: passing('UPDATING', 'Its placeholder is being made again.'),
  LOADING: passing('UNKNOWN', 'The SRM server is still reading what it knows of the machine.'),
  REPLICATION_WARNING: resting('PROTECTED', 'Its replication has a warning; look at vSphere Replication.'),
  VVOL_CONFIGURATION_WARNING: resting(
    'PROTECTED',
    'Its vVol configuration has a warning; look at it in SRM.',
  ),
  DEVICE_NOT_FOUND: resting('ERROR', 'One of its devices was not found; look at it in SRM.'),
  PLACEHOLDER_VM_DELETED: resting('ERROR', 'Its placeholder is gone; restore the placeholders.'),
  ABR_CONFIGURATION_ERROR: resting('ERROR', 'Its array-based replication is not in order; mend it in SRM.'),
  PLACEHOLDER_CREATION_ERROR: resting(
    'ERROR',
    'Its placeholder could not be made; restore the placeholders.',
  ),
  INVALID: resting('ERROR', 'Its protection is not valid any more; remove it and protect the machine again.'),
  MISSING_MAPPING: resting(
    'ERROR',
    'An inventory mapping is missing; map it in SRM, or protect the machine with settings of its own.',
  ),
  REPLICATION_ERROR: resting('ERROR', 'Its replication is in error; look at vSphere Replication.'),
  MAPPING_CONFLICT: resting('ERROR', 'Its inventory mappings contradict each other; mend them in SRM.'),
  MISSING_UNPROTECTED_VM: resting('ERROR', 'The machine itself is not found; look at its vCenter.'),
  VVOL_CONFIGURATION_ERROR: resting('ERROR', 'Its vVol configuration is not in order; mend it in SRM.'),
} as const satisfies Record<string, StateMeaning>;

export type InstanceWord = keyof typeof INSTANCE_STATES;

const WORDS: Readonly<Record<string, StateMeaning | undefined>> = INSTANCE_STATES;

export function vmStateOf(word: string): ProtectionState {
  return WORDS[word]?.state ?? 'UNKNOWN';
}

export function vmConditionOf(word: string, errors: readonly unknown[]): Condition[] {
  const texts = errors.filter((error) => typeof error === 'string' && error !== '');
  const troubled = vmStateOf(word) === 'ERROR' || word.endsWith('_WARNING');
  if (!troubled && texts.length === 0) return [];
  const said = WORDS[word]?.meaning ?? `SRM says ${word}.`;
  return [{ type: word, text: texts.length === 0 ? said : `${said} SRM's words: ${texts.join('; ')}` }];
}

/** Whether protection of the machine stands, in whatever health: something that can be removed. */
export function isProtected(word: string | null | undefined): boolean {
  return word !== 'NOT_CONFIGURED';
}
