import type { UpstreamCall } from '../../../domain/action-command.js';
import type { ActionInputs, TestNetworkWish } from '../../../domain/action-inputs.js';
import { checkMachine, checkTexts, invalid } from './srm.call-checks.js';
import { markOf } from '../reading/srm.mapper.js';
import { planPath, plansPath } from '../wire/srm.paths.js';
import type { WirePlan } from '../wire/srm.wire.js';

/** A plan that holds these groups from the start. */
export function createPlanCall(
  input: ActionInputs['CREATE_RECOVERY_PLAN'],
  protectedVcenterId: string,
  operationId: string,
): UpstreamCall {
  checkTexts(input.name, input.description);
  return {
    label: `Create plan ${input.name}`,
    method: 'POST',
    path: plansPath(),
    body: {
      name: input.name,
      // The only place for a mark by which the plan is found again after a lost answer (5.1.6).
      description: input.description ?? markOf(operationId),
      protected_vc_guid: protectedVcenterId,
      protection_groups: unique(input.protectionGroupIds ?? []),
      test_network_mappings: networkPairs(input.testNetworks ?? []),
    },
  };
}

/** What is absent stays as it is; a list that is given replaces the whole of the old one (3.7). */
export function reconfigurePlanCall(
  plan: WirePlan,
  input: ActionInputs['UPDATE_RECOVERY_PLAN'],
): UpstreamCall {
  if (Object.values(input).every((value) => value === undefined)) {
    throw invalid('There is nothing to change: give at least one field.');
  }
  checkTexts(input.name ?? 'unchanged', input.description);
  input.suspendedInstanceIds?.forEach((id, index) =>
    checkMachine(id, 'suspendedInstanceIds', `/suspendedInstanceIds/${index}`),
  );
  return {
    label: `Reconfigure plan ${plan.name ?? plan.id}`,
    method: 'POST',
    path: planPath(plan.id, '/actions/reconfigure'),
    body: {
      ...(input.name === undefined ? {} : { name: input.name }),
      ...(input.description === undefined ? {} : { description: input.description }),
      ...(input.protectedVcenterId === undefined ? {} : { protected_vc_guid: input.protectedVcenterId }),
      ...(input.protectionGroupIds === undefined
        ? {}
        : { protection_groups: unique(input.protectionGroupIds) }),
      ...(input.testNetworks === undefined
        ? {}
        : { test_network_mappings: networkPairs(input.testNetworks) }),
      ...(input.suspendedInstanceIds === undefined
        ? {}
        : { vms_to_suspend: unique(input.suspendedInstanceIds) }),
    },
  };
}

export function deletePlanCall(plan: WirePlan): UpstreamCall {
  return {
    label: `Delete plan ${plan.name ?? plan.id}`,
    method: 'DELETE',
    path: planPath(plan.id),
    body: undefined,
  };
}

function networkPairs(wishes: readonly TestNetworkWish[]): object[] {
  const twice = wishes.findIndex(
    ({ networkId }, index) => wishes.findIndex((other) => other.networkId === networkId) < index,
  );
  if (twice >= 0) {
    throw invalid('"testNetworks" names one network twice.', `/testNetworks/${twice}/networkId`);
  }
  return wishes.map(({ networkId, testNetworkId }) => ({
    target_network: networkId,
    test_network: testNetworkId,
  }));
}

const unique = (ids: readonly string[]): string[] => [...new Set(ids)];
