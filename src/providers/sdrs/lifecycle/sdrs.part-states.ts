import type { DrAction } from '../../../domain/dr-action.js';
import type { StateMeaning } from '../../../domain/lifecycle.js';

type Words = Record<string, StateMeaning>;

export function rests(state: StateMeaning['state'], meaning: string): StateMeaning {
  return { state, meaning, passing: false };
}

/** @param action what it is the middle of; absent = it mirrors work on something else */
export function passes(state: StateMeaning['state'], meaning: string, action?: DrAction): StateMeaning {
  return { state, meaning, passing: true, ...(action ? { action } : {}) };
}

/** The words that a group's actions carry its instances and pairs through (sections 4.2, 4.3). */
function carried(part: string): Words {
  return {
    creating: passes('CREATING', `The ${part} is being created.`),
    available: rests('UNPROTECTED', `The ${part} exists; protection is off.`),
    starting: passes('ENABLING', "Protection is being switched on, with the group's."),
    protected: rests('PROTECTED', `The ${part} is protected; how far the copy is, its progress tells.`),
    stopping: passes('DISABLING', "Protection is being switched off, with the group's."),
    reversing: passes('FAILING_OVER', 'A planned failover of the group is moving it to the other zone.'),
    'failing-over': passes('FAILING_OVER', 'A failover of the group is moving it to the other zone.'),
    'failed-over': rests(
      'FAILED_OVER',
      'It moved with its group and is not replicated; reprotect the group.',
    ),
    reprotecting: passes('REPROTECTING', 'Protection is being switched on again, after a failover.'),
    deleting: passes('DELETING', `The ${part} is being deleted.`),
    'error-starting': rests('INCOMPLETE', 'Switching protection on failed; enable the group again.'),
    'error-stopping': rests('INCOMPLETE', 'Switching protection off failed; disable the group again.'),
    'error-reversing': rests('INCOMPLETE', 'The planned failover of its group failed; run it again.'),
    'error-failing-over': rests('INCOMPLETE', 'The failover of its group failed; run it again.'),
    'error-reprotecting': rests('INCOMPLETE', 'Reprotecting failed; reprotect the group again.'),
    'error-deleting': rests('ERROR', `Deleting the ${part} failed; delete it again.`),
    error: rests('ERROR', `Creating the ${part} failed; it can only be deleted.`),
  };
}

/** Section 4.2. */
export const INSTANCE_STATES: Words = {
  ...carried('instance'),
  'nic-creating': passes('UPDATING', 'A network interface is being added.'),
  'nic-deleting': passes('UPDATING', 'A network interface is being removed.'),
  resizing: passes('UPDATING', 'The size of its servers is being changed.'),
  'error-resizing': rests('INCOMPLETE', 'Changing its size failed; resize it again.'),
  invalid: rests('ERROR', 'One of its two servers was deleted behind the service; delete the instance.'),
  fault: rests('ERROR', 'The synchronisation of its pairs is disturbed; look at the pairs.'),
};

/** Section 4.3. */
export const PAIR_STATES: Words = {
  ...carried('pair'),
  extending: passes('UPDATING', 'Both disks are being enlarged.'),
  attaching: passes('UPDATING', 'The disks are being attached to the servers.'),
  detaching: passes('UPDATING', 'The disks are being detached from the servers.'),
  'error-extending': rests('INCOMPLETE', 'Enlarging the disks failed; expand the pair again.'),
  'error-attaching': rests('INCOMPLETE', 'Attaching the disks failed; detach or delete the pair.'),
  'error-detaching': rests('INCOMPLETE', 'Detaching the disks failed; detach the pair again.'),
  invalid: rests('ERROR', 'One of its two disks was deleted behind the service; detach and delete the pair.'),
  fault: rests('ERROR', 'The synchronisation between the two disks is disturbed.'),
};

export function restingWords(words: Words): string[] {
  return Object.keys(words).filter((word) => !words[word]?.passing);
}
