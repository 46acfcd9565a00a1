import type { Condition, ProtectionState } from '../../domain/inventory.js';

/** The words of a machine in a group (3.5); whatever speaks of an error is ERROR. */
const VM_STATES: Readonly<Record<string, ProtectionState>> = {
  OK: 'PROTECTED',
  NOT_CONFIGURED: 'UNPROTECTED',
  CONFIGURING_PROTECTION: 'ENABLING',
  REMOVING_PROTECTION: 'DISABLING',
  RESTORING_PLACEHOLDER: 'UPDATING',
  LOADING: 'UNKNOWN',
  REPLICATION_WARNING: 'PROTECTED',
  VVOL_CONFIGURATION_WARNING: 'PROTECTED',
  DEVICE_NOT_FOUND: 'ERROR',
  PLACEHOLDER_VM_DELETED: 'ERROR',
  ABR_CONFIGURATION_ERROR: 'ERROR',
  PLACEHOLDER_CREATION_ERROR: 'ERROR',
  INVALID: 'ERROR',
  MISSING_MAPPING: 'ERROR',
  REPLICATION_ERROR: 'ERROR',
  MAPPING_CONFLICT: 'ERROR',
  MISSING_UNPROTECTED_VM: 'ERROR',
  VVOL_CONFIGURATION_ERROR: 'ERROR',
};

/** What the document advises (3.5). */
const REMEDIES: Readonly<Record<string, string>> = {
  PLACEHOLDER_VM_DELETED: 'Its placeholder is gone; restore the placeholders in SRM.',
  PLACEHOLDER_CREATION_ERROR: 'Its placeholder could not be made; restore the placeholders in SRM.',
  MISSING_MAPPING: 'An inventory mapping is missing; map it in SRM.',
  MAPPING_CONFLICT: 'Its inventory mappings contradict each other; mend them in SRM.',
  INVALID: 'Its protection is not valid any more; remove it and protect the machine again.',
  REPLICATION_ERROR: 'Its replication is in error; look at vSphere Replication.',
  REPLICATION_WARNING: 'Its replication has a warning; look at vSphere Replication.',
};

export function vmStateOf(word: string): ProtectionState {
  return VM_STATES[word] ?? 'UNKNOWN';
}

export function vmConditionOf(word: string, errors: readonly unknown[]): Condition[] {
  const texts = errors.filter((error) => typeof error === 'string' && error !== '');
  const troubled = vmStateOf(word) === 'ERROR' || word.endsWith('_WARNING');
  if (!troubled && texts.length === 0) return [];
  const remedy = REMEDIES[word] ?? `SRM says ${word}.`;
  return [{ type: word, text: texts.length === 0 ? remedy : `${remedy} SRM's words: ${texts.join('; ')}` }];
}

/** Whether protection of the machine stands, in whatever health: something that can be removed. */
export function isProtected(word: string | null | undefined): boolean {
  return word !== 'NOT_CONFIGURED';
}
