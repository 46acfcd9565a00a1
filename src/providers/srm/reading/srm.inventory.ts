import type { Drill, ProtectionGroup, RecoveryPlan } from '../../../domain/inventory.js';
import type { SiteSurvey } from '../../../domain/site-survey.js';
import { laneNow } from '../../lanes.js';
import { ProviderError } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import { tellsAll, type WireList, type WirePage } from '../wire/srm.lists.js';
import { textOf, type WireGroup, type WirePlan, type WireTask } from '../wire/srm.wire.js';
import { drillOf } from './srm.drill-mapper.js';
import type { SrmHome } from './srm.home.js';
import { groupOf, planOf } from './srm.mapper.js';
import type { PlanGroups } from './srm.plan-groups.js';
import { reachesBack, runsOf } from './srm.runs.js';
import { TouchedGroups } from './srm.touched-groups.js';
import { cannotTell, mustTell } from './srm.wholeness.js';

/** What a site's lists hold, as they were read. null = not read this time. */
export interface SiteLists {
  groups: WireList<WireGroup> | null;
  plans: WireList<WirePlan> | null;
  tasks: WirePage<WireTask> | null;
}

/** In one page: enough for whatever runs at a time. */
const TASKS = 1000;
/** Whose groups are read in one survey. */
const PLANS_LEARNT = 2;
/** A plan in this holds nothing (4.3). */
const EMPTY = 'NO_PROTECTION_GROUPS';
/** Plans in these hold nothing, or do not say. */
const WITHOUT_GROUPS: readonly unknown[] = [EMPTY, 'DELETING', 'UNKNOWN_STATE', 'SYNC_CONFLICT'];

/** Whoever wants lists without a request takes them if they are as new. */
const LATELY_MS = 120_000;
const MAX_CLEANED_UP = 500;

type Lists = { [list in 'groups' | 'plans']: NonNullable<SiteLists[list]> };

/** Groups, plans and tests of a site in the words of the domain; and all of them at once, whole or not at all. */
export class SrmInventory {
  private last: (Lists & { readAt: number }) | null = null;
  /** Plans whose test was seen to have gone, until somebody has looked at what it left. */
  private readonly cleaned = new Set<string>();
  readonly touched = new TouchedGroups();

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
        groupIds: plan.status === EMPTY ? [] : planGroups.of(plan.id),
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

  /**
   * Three requests, and two more where a list comes out empty. Where nobody waits for it and places are not scarce,
   * a few more, until it is known which groups each plan holds.
   */
  async survey(signal: AbortSignal): Promise<SiteSurvey> {
    const lists = await this.read(signal);
    if (lists.groups.items.length > 0 && lists.plans.items.length > 0) return this.surveyOf(lists, signal);
    if (await this.client.isLetIn(signal)) return this.surveyOf(lists, signal);
    // The session was dead: another one is used from now on.
    return this.surveyOf(await this.read(signal), signal);
  }

  /** Groups and plans as they were read last; two requests where that was not lately. */
  async lately(signal: AbortSignal): Promise<Lists> {
    const { last } = this;
    const isNew = last !== null && this.client.clock.monotonic() - last.readAt < LATELY_MS;
    if (isNew) return last;
    const [groups, plans] = await Promise.all([this.client.groups(signal), this.client.plans(signal)]);
    mustTell(groups);
    mustTell(plans);
    this.remember({ groups, plans });
    return { groups, plans };
  }

  cleanedUp(): ReadonlySet<string> {
    return this.cleaned;
  }

  noteLooked(planId: string): void {
    this.cleaned.delete(planId);
  }

  /** As much of a survey as these lists hold, of those that are whole. */
  async noticedIn({ groups, plans, tasks }: SiteLists): Promise<Partial<SiteSurvey>> {
    const noticed: Partial<SiteSurvey> = {};
    const hasPlans = plans !== null && plans.items.length > 0 && faultOfPlans(plans) === null;
    const hasGroups = groups !== null && groups.items.length > 0 && faultOf(groups) === null;
    if (hasPlans) {
      noticed.plans = await this.plansOf(plans);
      noticed.drills = this.drillsOf(plans);
    }
    if (hasGroups) noticed.groups = await this.groupsOf(groups);
    if (hasPlans && hasGroups) {
      this.remember({ groups, plans });
      if (tasks !== null && tasks.gaps.length === 0 && reachesBack(tasks))
        noticed.runs = runsOf(tasks, { plans: plans.items, groups: groups.items });
    }
    return noticed;
  }

  private async read(signal: AbortSignal): Promise<Lists & { tasks: WirePage<WireTask> }> {
    const [groups, plans, tasks] = await Promise.all([
      this.client.groups(signal),
      this.client.plans(signal),
      this.client.newestTasks(signal, TASKS),
    ]);
    return { groups, plans, tasks };
  }

  private remember({ groups, plans }: Lists): void {
    const before = new Map(this.last?.plans?.items.map(({ id, status }) => [id, status ?? '']));
    for (const { id, status } of plans.items) {
      if (status === 'READY_STATE' && OF_TESTS.test(before.get(id) ?? '')) this.cleaned.add(id);
      else if (status !== 'READY_STATE') this.cleaned.delete(id);
    }
    const [oldest] = this.cleaned;
    if (this.cleaned.size > MAX_CLEANED_UP && oldest !== undefined) this.cleaned.delete(oldest);
    this.touched.compare(groups.items);
    this.last = { groups, plans, readAt: this.client.clock.monotonic() };
  }

  private async surveyOf(
    lists: Awaited<ReturnType<SrmInventory['read']>>,
    signal: AbortSignal,
  ): Promise<SiteSurvey> {
    const { groups, plans, tasks } = lists;
    const fault =
      faultOf(groups) ?? faultOfPlans(plans) ?? (tasks.gaps.length > 0 ? cannotTell(tasks.gaps) : null);
    if (fault !== null) throw fault;
    if (
      groups.items.length === 0 &&
      plans.items.some(({ status }) => !WITHOUT_GROUPS.includes(status ?? null))
    )
      throw nonsense('with plans that hold groups, and with no group');
    this.remember(lists);
    if (laneNow() === 'REFRESH') await this.learnGroups(plans.items, signal);
    return {
      groups: await this.groupsOf(groups),
      plans: await this.plansOf(plans),
      drills: this.drillsOf(plans),
      runs: runsOf(tasks, { plans: plans.items, groups: groups.items }),
    };
  }

  /** A survey is whole without them: it never fails for them. */
  private learnGroups(plans: readonly WirePlan[], signal: AbortSignal): Promise<void> {
    const ids = plans.filter(({ status }) => status !== EMPTY).map(({ id }) => id);
    return this.planGroups.learn(ids, PLANS_LEARNT, async (planId) => {
      try {
        const groups = await this.client.groupsOfPlan(planId, signal);
        return tellsAll(groups) ? groups.items.map(({ id }) => id) : null;
      } catch (error) {
        if (error instanceof ProviderError) return null;
        throw error;
      }
    });
  }
}

/** As the words of a test and of its clean-up begin (4.3). */
const OF_TESTS = /^(?:TEST|CLEANUP)_/;

/** Why a list is no inventory; null = it is one. A gap in a field that only describes leaves it whole. */
function faultOf(list: WireList<WireGroup | WirePlan>): ProviderError | null {
  const isWhole = tellsAll(list, 'status', 'name') && (list.items.length > 0 || list.gaps.length === 0);
  return isWhole ? null : cannotTell(list.gaps);
}

/** Of plans, unlike groups, the state is never left out (3.7). */
function faultOfPlans(plans: WireList<WirePlan>): ProviderError | null {
  const isMute = plans.items.length > 0 && plans.items.every(({ status }) => textOf(status) === null);
  return faultOf(plans) ?? (isMute ? nonsense('plans without a single state') : null);
}

function nonsense(what: string): ProviderError {
  return new ProviderError('BAD_ANSWER', `SRM answered ${what}.`, { retry: 'TEMPORARY' });
}
