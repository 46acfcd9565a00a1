import type { TargetType } from './dr-action.js';
import type { OperationResult } from './operation.js';

const FIELDS: Readonly<Partial<Record<TargetType, keyof OperationResult>>> = {
  PROTECTION_GROUP: 'protectionGroupId',
  RECOVERY_PLAN: 'recoveryPlanId',
  PROTECTED_INSTANCE: 'protectedInstanceId',
  REPLICATION_PAIR: 'replicationPairId',
  DRILL: 'drillId',
};

/** What was made, under the name of its type; null for what has no place in a result. */
export function resultOf(type: TargetType, id: string): OperationResult | null {
  const field = FIELDS[type];
  return field ? { [field]: id } : null;
}
