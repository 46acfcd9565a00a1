import { GROUP_STABLE, GROUP_TRANSITIONAL } from './transitions.js';

/** All documented statuses, which the `status` filter of a list accepts (4.1 to 4.4). */
export const GROUP_STATUSES: readonly string[] = [...GROUP_TRANSITIONAL, ...GROUP_STABLE];

const CARRIED = [...GROUP_STATUSES, 'invalid', 'fault'];

export const INSTANCE_STATUSES: readonly string[] = [
  ...CARRIED,
  'nic-creating',
  'nic-deleting',
  'resizing',
  'error-resizing',
];

export const PAIR_STATUSES: readonly string[] = [
  ...CARRIED,
  'extending',
  'error-extending',
  'attaching',
  'error-attaching',
  'detaching',
  'error-detaching',
];

export const DRILL_STATUSES: readonly string[] = [
  'creating',
  'available',
  'deleting',
  'error-deleting',
  'error',
];

const BUSY: readonly string[] = [
  ...GROUP_TRANSITIONAL,
  'nic-creating',
  'nic-deleting',
  'resizing',
  'extending',
  'attaching',
  'detaching',
];

/** True while a job carries the resource (the words in italics). */
export function isTransitional(status: string): boolean {
  return BUSY.includes(status);
}
