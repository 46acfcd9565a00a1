import type { ActionInputs } from '../../../domain/action-inputs.js';
import { publicId } from '../../../domain/ids.js';
import type { Blocker, Preparation } from '../../provider-driver.js';
import { marksOf, planCreateBaseline } from '../evidence/srm.baseline.js';
import { busyBlockers } from './srm.blockers.js';
import { invalid } from './srm.call-checks.js';
import { ChangeReads } from './srm.change-reads.js';
import type { SrmClient } from '../wire/srm.client.js';
import { blockersOfDependent, farSiteOf } from '../access/srm.far-site.js';
import type { SrmHome } from '../reading/srm.home.js';
import { whole } from '../wire/srm.lists.js';
import { groupFacts, planFacts } from '../reading/srm.mapper.js';
import type { PairedSites } from '../access/srm.pairing.js';
import { createPlanCall, deletePlanCall, reconfigurePlanCall } from './srm.plan-calls.js';
import type { PlanGroups } from '../reading/srm.plan-groups.js';
import { planShape } from '../evidence/srm.plan-shape.js';
import { textOf, type WireGroup, type WirePlan } from '../wire/srm.wire.js';

type PlanEdit = ActionInputs['UPDATE_RECOVERY_PLAN'];
type NewPlan = ActionInputs['CREATE_RECOVERY_PLAN'];

/** What it takes to make, change and delete a plan. Reads only. */
export class SrmPlanPreparation {
  private readonly reads: ChangeReads;

  constructor(
    private readonly siteId: string,
    private readonly client: SrmClient,
    private readonly home: SrmHome,
    private readonly planGroups: PlanGroups,
  ) {
    this.reads = new ChangeReads(client);
  }

  /** Without a path that names something of the far site, contract D/D asks for nothing (section 2, row 44). */
  async creation(input: NewPlan, operationId: string, signal: AbortSignal): Promise<Preparation> {
    const [sites, plans, groups, tasks] = await Promise.all([
      this.client.pairedSites(signal),
      this.client.plans(signal),
      this.client.groups(signal),
      this.client.newestTasks(signal),
    ]);
    const wanted = namedGroups(input.protectionGroupIds ?? [], groups.items);
    const protectedVcenterId =
      input.protectedVcenterId ?? textOf(wanted[0]?.protected_vc_guid) ?? sites.localVcenter.id;
    if (protectedVcenterId === null) {
      throw invalid(
        'SRM does not tell its own vCenter; name one in "protectedVcenterId".',
        '/protectedVcenterId',
      );
    }
    checkVcenter(sites, protectedVcenterId);
    return {
      resource: null,
      groupIds: this.publicIds(wanted),
      blockers: [
        ...namesakeBlockers(input.name, null, plans.items),
        ...directionBlockers(wanted, protectedVcenterId),
      ],
      warnings: wanted.length === 0 ? ['The plan holds no group: it cannot be run until it does.'] : [],
      baseline: planCreateBaseline(input.name, plans.items, tasks),
      calls: [createPlanCall(input, protectedVcenterId, operationId)],
    };
  }

  async change(planId: string, input: PlanEdit, signal: AbortSignal): Promise<Preparation> {
    const [plan, held, plans, groups, networks, tasks, far] = await Promise.all([
      this.client.plan(planId, signal),
      this.client.groupsOfPlan(planId, signal),
      input.name === undefined ? null : this.client.plans(signal),
      input.protectionGroupIds === undefined ? null : this.client.groups(signal),
      input.testNetworks === undefined ? null : this.reads.testNetworks(planId, signal),
      this.client.newestTasks(signal),
      farSiteOf(this.client, signal),
    ]);
    const now = whole(held, 'which groups the plan holds');
    this.planGroups.note(
      planId,
      now.map(({ id }) => id),
    );
    const next =
      groups === null || input.protectionGroupIds === undefined
        ? null
        : namedGroups(input.protectionGroupIds, groups.items);
    if (input.protectedVcenterId !== undefined) checkVcenter(far.sites, input.protectedVcenterId);
    const homes = await this.home.of([plan, ...now]);
    return {
      resource: planFacts(plan, homes.get(plan.id) ?? null),
      companions: now.map((group) => ({
        kind: 'PROTECTION_GROUP' as const,
        facts: groupFacts(group, homes.get(group.id) ?? null),
      })),
      groupIds: this.publicIds([...now, ...(next ?? [])]),
      blockers: [
        ...blockersOfDependent(far, plan),
        ...busyBlockers(tasks.items, [planId]),
        ...(input.name === undefined ? [] : namesakeBlockers(input.name, plan, plans?.items ?? [])),
        ...turnBlockers(plan, now, input.protectedVcenterId),
        ...directionBlockers(next ?? [], input.protectedVcenterId ?? null),
      ],
      warnings: emptiedWarnings(now, next),
      baseline: {
        kind: 'PLAN_EDIT',
        status: textOf(plan.status) ?? '',
        shape: planShape(plan, now, networks?.items ?? null),
        ...marksOf([planId], tasks),
      },
      calls: [reconfigurePlanCall(plan, input)],
    };
  }

  async deletion(planId: string, signal: AbortSignal): Promise<Preparation> {
    const [plan, held, tasks] = await Promise.all([
      this.client.plan(planId, signal),
      this.client.groupsOfPlan(planId, signal),
      this.client.newestTasks(signal),
    ]);
    const now = whole(held, 'which groups the plan holds');
    const home = (await this.home.of([plan])).get(plan.id) ?? null;
    return {
      resource: planFacts(plan, home),
      groupIds: this.publicIds(now),
      blockers: busyBlockers(tasks.items, [planId]),
      warnings: [],
      baseline: {
        kind: 'PLAN_EDIT',
        status: textOf(plan.status) ?? '',
        shape: planShape(plan, now, null),
        ...marksOf([planId], tasks),
      },
      calls: [deletePlanCall(plan)],
    };
  }

  private publicIds(groups: readonly WireGroup[]): string[] {
    return [...new Set(groups.map((group) => publicId(this.siteId, group.id)))];
  }
}

/** The groups that a request names, by their native ids. */
function namedGroups(ids: readonly string[], groups: readonly WireGroup[]): WireGroup[] {
  return [...new Set(ids)].map((id) => {
    const group = groups.find((known) => known.id === id);
    if (group !== undefined) return group;
    throw invalid(
      `There is no protection group ${id} at this site.`,
      `/protectionGroupIds/${ids.indexOf(id)}`,
    );
  });
}

function checkVcenter(sites: PairedSites, wanted: string): void {
  const ends = [sites.localVcenter.id, sites.remoteVcenter.id].filter((id) => id !== null);
  if (ends.length < 2 || ends.includes(wanted)) return;
  throw invalid(
    `"protectedVcenterId" ${wanted} is neither end of the pairing; it is one of ${ends.join(', ')}.`,
    '/protectedVcenterId',
  );
}

/** Names are unique among siblings of one folder, not in the whole server (3.7). A new plan goes to the root folder. */
function namesakeBlockers(name: string, self: WirePlan | null, plans: readonly WirePlan[]): Blocker[] {
  const isSibling = (plan: WirePlan): boolean => {
    const location = textOf(plan.location);
    const own = textOf(self?.location);
    if (location === null || (self !== null && own === null)) return true;
    return self === null ? location.includes(':DrRecoveryRootFolder:') : location === own;
  };
  const taken = plans.some((plan) => plan.name === name && plan.id !== self?.id && isSibling(plan));
  if (!taken) return [];
  return [
    {
      code: 'name-taken',
      text: `There is a recovery plan named ${name} in that folder already.`,
      remedy: 'Choose another name.',
    },
  ];
}

/** All groups of a plan point the same way (4.3, DIRECTION_ERROR). */
function directionBlockers(groups: readonly WireGroup[], vcenterId: string | null): Blocker[] {
  const wanted = vcenterId ?? textOf(groups[0]?.protected_vc_guid);
  return groups
    .filter((group) => wanted !== null && textOf(group.protected_vc_guid) !== wanted)
    .map((group) => ({
      code: 'wrong-direction',
      text: `Group ${group.name ?? group.id} is protected at ${group.protected_site_name ?? 'the other site'}, not where the plan begins.`,
      remedy: 'Give the plan only groups that are protected at the same site.',
    }));
}

function turnBlockers(plan: WirePlan, held: readonly WireGroup[], wanted: string | undefined): Blocker[] {
  if (wanted === undefined || held.length === 0 || wanted === plan.protected_vc_guid) return [];
  return [
    {
      code: 'plan-not-empty',
      text: 'A plan is turned round only while it holds no groups.',
      remedy: 'Take its groups out first, in a change of its own.',
    },
  ];
}

function emptiedWarnings(now: readonly WireGroup[], next: readonly WireGroup[] | null): string[] {
  if (next === null) return [];
  const leaving = now.filter((group) => !next.some(({ id }) => id === group.id));
  return leaving.map(
    (group) => `Group ${group.name ?? group.id} leaves the plan: this plan recovers it no more.`,
  );
}
