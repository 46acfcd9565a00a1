import { statusOf } from './plan-status.js';
import { planVms, vmId, vmsOf } from './sites.js';
import { otherSite, type Group, type Plan, type SiteKey, type SrmSim } from './world.js';

type IssueType = 'VC' | 'SRM' | 'PROTECTION_GROUP' | 'RECOVERY_PLAN';

function issue(
  sim: SrmSim,
  type: IssueType,
  status: 'WARNING' | 'ERROR',
  about: { id: string; name: string },
  description: string,
): object {
  return {
    entity: about.id,
    entity_name: about.name,
    description,
    timestamp: sim.instant,
    status,
    issue_type: type,
  };
}

export function issuesOfGroup(sim: SrmSim, group: Group): object[] {
  return vmsOf(sim.state, group)
    .filter((vm) => vm.protection !== 'OK')
    .map((vm) =>
      issue(
        sim,
        'PROTECTION_GROUP',
        'WARNING',
        { id: vmId(vm), name: vm.name },
        `Protection is ${vm.protection}.`,
      ),
    );
}

const FAULTS = ['DIRECTION_ERROR', 'SYNC_CONFLICT', 'RECOVERY_SPLIT_BRAIN', 'INCOMPLETE_RECOVERY'];

export function issuesOfPlan(sim: SrmSim, plan: Plan): object[] {
  const status = statusOf(sim.state, plan);
  const found: object[] = [];
  if (FAULTS.includes(status))
    found.push(issue(sim, 'RECOVERY_PLAN', 'ERROR', plan, `The plan is in state ${status}.`));
  if (planVms(sim.state, plan).some((vm) => vm.protection !== 'OK')) {
    found.push(
      issue(sim, 'RECOVERY_PLAN', 'WARNING', plan, 'A virtual machine of the plan is not protected.'),
    );
  }
  return found;
}

/** What one site thinks of the other: it cannot know more than that it does not answer. */
export function issuesOfSite(sim: SrmSim, site: SiteKey): object[] {
  const there = sim.state.sites[otherSite(site)];
  if (sim.state.link && there.up) return [];
  return [issue(sim, 'SRM', 'ERROR', there.srm, 'The remote server does not answer.')];
}

export function issuesOfPairing(sim: SrmSim): object[] {
  const { state: world } = sim;
  return [
    ...issuesOfSite(sim, 'a'),
    ...issuesOfSite(sim, 'b'),
    ...world.groups.flatMap((group) => issuesOfGroup(sim, group)),
    ...world.plans.flatMap((plan) => issuesOfPlan(sim, plan)),
  ];
}
