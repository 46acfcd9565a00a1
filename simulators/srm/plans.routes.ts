import { badRequest, Conflict } from './errors.js';
import { siteOfVc } from './groups.routes.js';
import { newPlanId } from './ids.js';
import { issuesOfPlan } from './issues.js';
import { objectName } from './inventory.js';
import { checkPlanName } from './plans-work.js';
import { groupIsEditable, ownStatus, statusOf } from './plan-status.js';
import { groupsOf, planById } from './sites.js';
import { listOf, note, optional, spec, text } from './specs.js';
import { submit } from './submit.js';
import { list, one, PLANS, type Answer, type Call, type Surface } from './surface.js';
import { EDITABLE, HOLDING } from './transitions.js';
import { groupView, planView } from './views.js';
import type { Group, Plan, SiteKey } from './world.js';

const networksSpec = optional(listOf(spec({ target_network: text(), test_network: text() })));

const createSpec = spec({
  name: text(80),
  description: optional(note),
  location: optional(text()),
  protected_vc_guid: text(),
  protection_groups: optional(listOf(text())),
  test_network_mappings: networksSpec,
});

const editSpec = spec({
  name: optional(text(80)),
  description: optional(note),
  protected_vc_guid: optional(text()),
  protection_groups: optional(listOf(text())),
  test_network_mappings: networksSpec,
  vms_to_suspend: optional(listOf(text())),
});

export function planRoutes(on: Surface): void {
  on.get(PLANS, 'FF', (call) =>
    list(
      call,
      call.world.plans.map((plan) => planView(call.world, plan, call.here)),
    ),
  );
  on.post(PLANS, 'DD', createPlan);
  on.get(`${PLANS}/:plan_id`, 'FF', (call) => one(planView(call.world, namedPlan(call), call.here)));
  on.delete(`${PLANS}/:plan_id`, 'OO', deletePlan);
  on.post(`${PLANS}/:plan_id/actions/reconfigure`, 'DD', editPlan);
  on.get(`${PLANS}/:plan_id/issues`, 'FF', (call) => list(call, issuesOfPlan(call.sim, namedPlan(call))));
  on.get(`${PLANS}/:plan_id/protection-groups`, 'FF', (call) =>
    list(
      call,
      groupsOf(call.world, namedPlan(call)).map((group) => groupView(call.world, group)),
    ),
  );
  on.get(`${PLANS}/:plan_id/test-networks`, 'FF', (call) =>
    list(
      call,
      namedPlan(call).testNetworks.map(({ id, target, test }) => ({
        id,
        target_network: target,
        test_network: test,
        test_network_name: objectName(call.world, test),
      })),
    ),
  );
}

export const namedPlan = ({ world, params }: Call): Plan => planById(world, params.plan_id);

function createPlan(call: Call): Answer {
  const given = createSpec(call.body);
  const site = siteOfVc(call, given.protected_vc_guid);
  const location = given.location ?? rootFolder(call);
  if (!call.world.folders.some((folder) => folder.id === location && folder.kind === 'recovery')) {
    throw badRequest(`location ${location} is not a folder of recovery plans.`);
  }
  return submit(call, { kind: 'create-plan', entity: null, entityName: given.name }, () => {
    checkPlanName(call.world, given.name, location, null);
    checkDirection(namedGroups(call, given.protection_groups ?? []), site);
    const plan: Plan = {
      id: newPlanId(call.sim),
      name: given.name,
      description: given.description,
      location,
      protectedSite: site,
      groupIds: given.protection_groups ?? [],
      status: 'READY_STATE',
      pinned: null,
      deleting: false,
      run: null,
      lastSteps: {},
      callouts: [],
      testNetworks: asTestNetworks(call, given.test_network_mappings) ?? [],
      vmsToSuspend: [],
    };
    return { target: plan.id, effect: { kind: 'create-plan', payload: { plan } } };
  });
}

/** Not while it runs, and only with all its groups OK; the direction only while it is empty (4.1). */
function editPlan(call: Call): Answer {
  const plan = namedPlan(call);
  const given = editSpec(call.body);
  const site = given.protected_vc_guid === null ? null : siteOfVc(call, given.protected_vc_guid);
  return submit(call, { kind: 'edit-plan', entity: plan.id, entityName: plan.name }, () => {
    const status = statusOf(call.world, plan);
    const busy = groupsOf(call.world, plan).find((group) => !groupIsEditable(call.world, group));
    if (!(EDITABLE as readonly string[]).includes(status)) throw wrongState(plan, status);
    if (busy) throw new Conflict('WrongGroupState', `Group '${busy.name}' of the plan is not OK.`);
    if (given.name !== null) checkPlanName(call.world, given.name, plan.location, plan);
    if (site !== null && site !== plan.protectedSite && plan.groupIds.length > 0) {
      throw new Conflict('DirectionError', 'The direction changes only while the plan has no groups.');
    }
    const groups = given.protection_groups && namedGroups(call, given.protection_groups);
    if (groups) checkDirection(groups, site ?? groups[0]?.protectedSite ?? plan.protectedSite);
    const payload = {
      planId: plan.id,
      name: given.name,
      description: given.description,
      protectedSite: site,
      groupIds: given.protection_groups,
      testNetworks: asTestNetworks(call, given.test_network_mappings),
      vmsToSuspend: given.vms_to_suspend,
    };
    return { target: plan.id, effect: { kind: 'edit-plan', payload } };
  });
}

function deletePlan(call: Call): Answer {
  const plan = namedPlan(call);
  return submit(call, { kind: 'delete-plan', entity: plan.id, entityName: plan.name }, () => {
    const status = ownStatus(call.world, plan);
    if ((HOLDING as readonly string[]).includes(status) || plan.deleting) throw wrongState(plan, status);
    plan.deleting = true;
    return { target: plan.id, effect: { kind: 'delete-plan', payload: { planId: plan.id } } };
  });
}

const wrongState = (plan: Plan, status: string): Conflict =>
  new Conflict('WrongPlanState', `Plan '${plan.name}' is in state ${status}.`);

function namedGroups(call: Call, ids: string[]): Group[] {
  return ids.map((id) => {
    const group = call.world.groups.find((each) => each.id === id);
    if (!group) throw new Conflict('ProtectionGroupNotFound', `There is no protection group '${id}'.`);
    return group;
  });
}

function checkDirection(groups: Group[], site: SiteKey): void {
  const odd = groups.find((group) => group.protectedSite !== site);
  if (odd) throw new Conflict('DirectionError', `Group '${odd.name}' is protected at the other site.`);
}

const asTestNetworks = (
  call: Call,
  given: { target_network: string; test_network: string }[] | null,
): Plan['testNetworks'] | null =>
  given &&
  given.map(({ target_network, test_network }) => ({
    id: call.sim.random.uuid(),
    target: target_network,
    test: test_network,
  }));

const rootFolder = ({ world }: Call): string =>
  world.folders.find((folder) => folder.kind === 'recovery' && folder.parent === null)?.id ?? '';
