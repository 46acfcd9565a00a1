import { publicId } from '../../../domain/ids.js';
import type { Drill, DrillState } from '../../../domain/inventory.js';
import { srmDescriptor } from '../srm.descriptor.js';
import { NO_WORD } from './srm.mapper.js';
import { textOf, type WirePlan } from '../wire/srm.wire.js';

const DRILL_STATE_OF: Readonly<Record<string, DrillState>> = {
  TEST_IN_PROGRESS: 'STARTING',
  TEST_COMPLETE: 'ACTIVE',
  TEST_INTERRUPTED: 'ERROR',
  CLEANUP_IN_PROGRESS: 'CLEANING_UP',
  CLEANUP_INCOMPLETE: 'ERROR',
  CLEANUP_INTERRUPTED: 'ERROR',
};

/** A plan has at most one test, and it has no id of its own (8). null = there is none. */
export function drillOf(wire: WirePlan, siteId: string): Drill | null {
  const word = textOf(wire.status) ?? NO_WORD;
  const isTest = word.startsWith('TEST_') || word.startsWith('CLEANUP_');
  if (!isTest) return null;
  const nativeId = `${wire.id}:test`;
  return {
    id: publicId(siteId, nativeId),
    siteId,
    provider: srmDescriptor.provider,
    name: `Test of ${textOf(wire.name) ?? wire.id}`,
    recoveryPlanId: publicId(siteId, wire.id),
    state: DRILL_STATE_OF[word] ?? 'UNKNOWN',
    createdTime: null,
    upstream: { id: nativeId, state: word },
  };
}
