import { publicId } from '../../../domain/ids.js';
import type { Condition, ProtectionState } from '../../../domain/inventory.js';
import type { PlannedInstance, PlanPrompt, TestNetwork } from '../../../domain/plan-parts.js';
import { srmDescriptor } from '../srm.descriptor.js';
import { gapConditions, promptOf } from './srm.mapper.js';
import type { WirePlannedVm, WireTestNetwork } from '../wire/srm.parts-wire.js';
import { dependsOnOf, priorityOf, startupActionOf } from './srm.settings-mapper.js';
import { textOf, type WirePrompt } from '../wire/srm.wire.js';

export interface PartContext {
  siteId: string;
  planId: string;
  gaps: readonly string[];
}

/** How far the plan's last run came with a machine (3.8). */
const PLANNED_STATES: Readonly<Record<string, ProtectionState>> = {
  READY_TO_RECOVER: 'PROTECTED',
  TEST_IN_PROGRESS: 'DRILL_STARTING',
  TEST_SUCCEEDED: 'DRILL_ACTIVE',
  TEST_WARNING: 'DRILL_ACTIVE',
  TEST_ERROR: 'ERROR',
  TEST_INCOMPLETE: 'INCOMPLETE',
  CLEANUP_IN_PROGRESS: 'DRILL_CLEANING_UP',
  CLEANUP_ERROR: 'ERROR',
  CLEANUP_INCOMPLETE: 'INCOMPLETE',
  RECOVERY_IN_PROGRESS: 'FAILING_OVER',
  RECOVERY_SUCCEEDED: 'FAILED_OVER',
  RECOVERY_WARNING: 'FAILED_OVER',
  RECOVERY_ERROR: 'ERROR',
  RECOVERY_INCOMPLETE: 'INCOMPLETE',
  REPROTECT_IN_PROGRESS: 'REPROTECTING',
  REPROTECT_ERROR: 'ERROR',
  REPROTECT_INCOMPLETE: 'INCOMPLETE',
};

export function plannedInstanceOf(wire: WirePlannedVm, cx: PartContext): PlannedInstance {
  const word = textOf(wire.status) ?? 'UNKNOWN';
  const settings = wire.recovery_settings;
  const groupId = textOf(wire.protection_group);
  return {
    id: publicId(cx.siteId, wire.id),
    siteId: cx.siteId,
    provider: srmDescriptor.provider,
    name: textOf(wire.name) ?? wire.id,
    recoveryPlanId: publicId(cx.siteId, cx.planId),
    protectionGroupId: groupId === null ? null : publicId(cx.siteId, groupId),
    state: PLANNED_STATES[word] ?? 'UNKNOWN',
    priority: priorityOf(settings?.priority),
    startupAction: startupActionOf(settings?.startup_action),
    dependsOn: dependsOnOf(settings?.dependent_vms, cx.siteId),
    conditions: [...runConditions(word), ...gapConditions(cx.gaps, wire)],
    upstream: {
      id: wire.id,
      state: word,
      protectionGroupName: textOf(wire.protection_group_name),
      managingRecoveryPlan: textOf(wire.managing_recovery_plan),
    },
  };
}

function runConditions(word: string): Condition[] {
  const text = /_ERROR$/.test(word)
    ? 'The last run of the plan met errors with this machine.'
    : /_WARNING$/.test(word)
      ? 'The last run of the plan met warnings with this machine.'
      : /_INCOMPLETE$/.test(word)
        ? 'The last run of the plan did not finish with this machine.'
        : null;
  return text === null ? [] : [{ type: word, text }];
}

export function testNetworkOf(wire: WireTestNetwork): TestNetwork {
  return {
    id: wire.id,
    networkId: textOf(wire.target_network) ?? '',
    testNetworkId: textOf(wire.test_network) ?? '',
    testNetworkName: textOf(wire.test_network_name),
  };
}

export function planPromptOf(wire: WirePrompt, cx: Pick<PartContext, 'siteId' | 'planId'>): PlanPrompt {
  const { id, text, raisedTime } = promptOf(wire);
  return {
    id,
    recoveryPlanId: publicId(cx.siteId, cx.planId),
    text: textOf(wire.prompt_text) ?? text,
    description: textOf(wire.description),
    raisedTime,
  };
}
