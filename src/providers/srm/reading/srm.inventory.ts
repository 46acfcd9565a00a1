import type { Drill, ProtectionGroup, RecoveryPlan } from '../../../domain/inventory.js';
import type { SiteSurvey } from '../../../domain/site-survey.js';
import { ProviderError } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import { tellsAll, type WireList, type WirePage } from '../wire/srm.lists.js';
import { textOf, type WireGroup, type WirePlan, type WireTask } from '../wire/srm.wire.js';
import { drillOf } from './srm.drill-mapper.js';
import type { SrmHome } from './srm.home.js';
import { groupOf, planOf } from './srm.mapper.js';
import type { PlanGroups } from './srm.plan-groups.js';
import { reachesBack, runsOf } from './srm.runs.js';
import { cannotTell, mustTell } from './srm.wholeness.js';

/** What a site's lists hold, as they were read. null = not read this time. */
export interface SiteLists {
  groups: WireList<WireGroup> | null;
  plans: WireList<WirePlan> | null;
  tasks: WirePage<WireTask> | null;
}

/** In one page: enough for whatever runs at a time. */
const TASKS = 1000;
/** Plans in these hold nothing, or do not say. */
const WITHOUT_GROUPS: readonly unknown[] = [
  'NO_PROTECTION_GROUPS',
  'DELETING',
  'UNKNOWN_STATE',
  'SYNC_CONFLICT',
];

/** Groups, plans and tests of a site in the words of the domain; and all of them at once, whole or not at all. */
export class SrmInventory {
  constructor(
    private readonly siteId: string,
    private readonly client: SrmClient,
    private readonly home: SrmHome,
    private readonly planGroups: PlanGroups,
  ) {}

  async plansOf(plans: WireList<WirePlan>): Promise<RecoveryPlan[]> {
    mustTell(plans);
    const { planGroups, siteId } = this;
    const homes = await this.home.of(plans.items);
    return plans.items.map((plan) =>
      planOf(plan, {
        siteId,
        home: homes.get(plan.id) ?? null,
        groupIds: planGroups.of(plan.id),
        gaps: plans.gaps,
      }),
    );
  }

  async groupsOf(groups: WireList<WireGroup>): Promise<ProtectionGroup[]> {
    mustTell(groups);
    const homes = await this.home.of(groups.items);
    return groups.items.map((group) =>
      groupOf(group, { siteId: this.siteId, home: homes.get(group.id) ?? null, gaps: groups.gaps }),
    );
  }

  drillsOf({ items }: WireList<WirePlan>): Drill[] {
    return items.map((plan) => drillOf(plan, this.siteId)).filter((drill) => drill !== null);
  }

  /** Three requests, and two more where a list comes out empty. */
  async survey(signal: AbortSignal): Promise<SiteSurvey> {
    const lists = await this.read(signal);
    if (lists.groups.items.length > 0 && lists.plans.items.length > 0) return this.surveyOf(lists);
    if (await this.client.isLetIn(signal)) return this.surveyOf(lists);
    // The session was dead: another one is used from now on.
    return this.surveyOf(await this.read(signal));
  }

  /** As much of a survey as these lists hold, of those that are whole. */
  async noticedIn({ groups, plans, tasks }: SiteLists): Promise<Partial<SiteSurvey>> {
    const noticed: Partial<SiteSurvey> = {};
    if (plans !== null && plans.items.length > 0 && faultOf(plans) === null) {
      noticed.plans = await this.plansOf(plans);
      noticed.drills = this.drillsOf(plans);
    }
    if (groups !== null && groups.items.length > 0 && faultOf(groups) === null)
      noticed.groups = await this.groupsOf(groups);
    if (tasks !== null && plans !== null && groups !== null && tasks.gaps.length === 0 && reachesBack(tasks))
      noticed.runs = runsOf(tasks, { plans: plans.items, groups: groups.items });
    return noticed;
  }

  private async read(
    signal: AbortSignal,
  ): Promise<{ [list in keyof SiteLists]: NonNullable<SiteLists[list]> }> {
    const [groups, plans, tasks] = await Promise.all([
      this.client.groups(signal),
      this.client.plans(signal),
      this.client.newestTasks(signal, TASKS),
    ]);
    return { groups, plans, tasks };
  }

  private async surveyOf(lists: Awaited<ReturnType<SrmInventory['read']>>): Promise<SiteSurvey> {
    const { groups, plans, tasks } = lists;
    const fault =
      faultOf(groups) ?? faultOf(plans) ?? (tasks.gaps.length > 0 ? cannotTell(tasks.gaps) : null);
    if (fault !== null) throw fault;
    if (
      groups.items.length === 0 &&
      plans.items.some(({ status }) => !WITHOUT_GROUPS.includes(status ?? null))
    )
      throw nonsense('with plans that hold groups, and with no group');
    return {
      groups: await this.groupsOf(groups),
      plans: await this.plansOf(plans),
      drills: this.drillsOf(plans),
      runs: runsOf(tasks, { plans: plans.items, groups: groups.items }),
    };
  }
}

/** Why a list is no inventory; null = it is one. A gap in a field that is only described leaves it whole. */
function faultOf(list: WireList<WireGroup | WirePlan>): ProviderError | null {
  const isWhole = tellsAll(list, 'status', 'name') && (list.items.length > 0 || list.gaps.length === 0);
  if (!isWhole) return cannotTell(list.gaps);
  const isMute = list.items.length > 0 && list.items.every(({ status }) => textOf(status) === null);
  return isMute ? nonsense('a list without a single state') : null;
}

function nonsense(what: string): ProviderError {
  return new ProviderError('BAD_ANSWER', `SRM answered ${what}.`, { retry: 'TEMPORARY' });
}
