import type { ActionCommand } from '../../../domain/action-command.js';
import type { ActionInputs, KnownStep } from '../../../domain/action-inputs.js';
import { publicId } from '../../../domain/ids.js';
import type { Blocker, Preparation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { marksOf, type TaskMarks } from '../evidence/srm.baseline.js';
import { busyBlockers, changedMeanwhile } from './srm.blockers.js';
import { invalid } from './srm.call-checks.js';
import { ChangeReads, type StepsOf, type VmRecovery } from './srm.change-reads.js';
import type { SrmClient } from '../wire/srm.client.js';
import {
  blockersOfDependent,
  blockersOfDependentServer,
  farSiteOf,
  type FarSite,
} from '../access/srm.far-site.js';
import type { SrmHome } from '../reading/srm.home.js';
import { whole } from '../wire/srm.lists.js';
import { planFacts } from '../reading/srm.mapper.js';
import { titleOf } from '../reading/srm.step-mapper.js';
import type { PlanGroups } from '../reading/srm.plan-groups.js';
import { settingsShape, shaped } from '../evidence/srm.plan-shape.js';
import { settingsCall, type SettingsWish } from './srm.settings-calls.js';
import { addStepCall, editStepCall, removeStepCall } from './srm.step-calls.js';
import type { WirePlannedVm, WireStep } from '../wire/srm.parts-wire.js';
import { planPath } from '../wire/srm.paths.js';
import type { WirePlan } from '../wire/srm.wire.js';

type StepAction = 'ADD_RECOVERY_STEP' | 'UPDATE_RECOVERY_STEP' | 'REMOVE_RECOVERY_STEP';

/** What a plan, its groups and the tasks say before a part of it is changed. */
interface Ground {
  plan: WirePlan;
  far: FarSite;
  marks: TaskMarks;
  /** What every such change comes with. */
  common: Pick<Preparation, 'resource' | 'groupIds' | 'blockers'>;
}

/** What it takes to change a plan's steps, and the settings of its machines. Reads only. */
export class SrmPlanPartPreparation {
  private readonly reads: ChangeReads;

  constructor(
    private readonly siteId: string,
    private readonly client: SrmClient,
    private readonly home: SrmHome,
    private readonly planGroups: PlanGroups,
  ) {
    this.reads = new ChangeReads(client);
  }

  async settings(
    planId: string,
    vmId: string,
    input: ActionInputs['UPDATE_RECOVERY_SETTINGS'],
    signal: AbortSignal,
  ): Promise<Preparation> {
    const { changeVersion, ...wish } = input;
    const [ground, state] = await Promise.all([
      this.groundOf(planId, [planId, vmId], signal),
      this.reads.recoverySettings(planId, vmId, signal),
    ]);
    const now = state.recovery_settings ?? {};
    const call = (vms: readonly WirePlannedVm[]) => {
      const names = new Map(vms.map((vm) => [vm.id, vm.name ?? vm.id]));
      return settingsCall({ planId, vmId, vmName: names.get(vmId) ?? vmId, names }, now, wish);
    };
    const version = now.change_version ?? null;
    const blockers = [
      ...ground.common.blockers,
      ...farBlockers(wish, ground),
      ...(state.status === 'SYNC_CONFLICT' ? [SETTINGS_CONFLICT] : []),
      ...changedMeanwhile(changeVersion, version === null ? null : String(version)),
    ];
    // What is wrong with the wish is told before anything else is asked.
    const draft = call([]);
    const isNamed = wish.dependsOn !== undefined && wish.dependsOn.length > 0;
    const vms = isNamed && blockers.length === 0 ? await this.dependents(planId, vmId, wish, signal) : [];
    return {
      ...ground.common,
      blockers,
      warnings: [...priorityWarnings(vmId, wish, now, vms), ...addressWarnings(wish, now)],
      baseline: {
        kind: 'SETTINGS',
        changeVersion: version === null ? null : String(version),
        shape: settingsShape(state),
        ...ground.marks,
      },
      calls: [vms.length === 0 ? draft : call(vms)],
    };
  }

  async steps(command: ActionCommand & { action: StepAction }, signal: AbortSignal): Promise<Preparation> {
    const planId = command.targetNativeId ?? '';
    const input = command.input as ActionInputs[StepAction];
    const of: StepsOf = { planId, workflow: input.workflow };
    const ground = await this.groundOf(planId, [planId], signal);
    const blockers = [...ground.common.blockers, ...blockersOfDependent(ground.far, ground.plan)];
    const nothing = { ...ground.common, warnings: [], baseline: null, calls: [] };
    if (blockersOfDependent(ground.far, ground.plan).length > 0) return { ...nothing, blockers };
    try {
      const change = await this.stepChange(command, of, ground, signal);
      return { ...nothing, ...change, blockers: [...blockers, ...(change.blockers ?? [])] };
    } catch (error) {
      // Fails when the view is not available in the plan's present status (3.10).
      if (!(error instanceof ProviderError) || error.upstream.status !== 400) throw error;
      return { ...nothing, blockers: [...blockers, stepsUnavailable(of, ground.plan)] };
    }
  }

  private async stepChange(
    { action, input, partNativeId }: ActionCommand & { action: StepAction },
    of: StepsOf,
    { marks }: Ground,
    signal: AbortSignal,
  ): Promise<Partial<Preparation>> {
    const steps = await this.reads.steps(of, signal);
    const baseline = { kind: 'STEPS', titles: steps.map((step) => step.title ?? ''), ...marks };
    if (action === 'ADD_RECOVERY_STEP') {
      const calls = [addStepCall(of, input as ActionInputs['ADD_RECOVERY_STEP'], steps)];
      return { calls, baseline: { ...baseline, title: null, callout: null } };
    }
    const stepId = partNativeId ?? '';
    const step = await this.reads.step(of, stepId, signal);
    const { expectedTitle } = input as KnownStep;
    if (titleOf(step) !== expectedTitle) return { blockers: [stepMoved(step, expectedTitle)] };
    const title = step.title ?? stepId;
    const callout = await this.reads.callout(of, stepId, signal).catch((error: unknown) => {
      if (error instanceof ProviderError && ['NOT_FOUND', 'BAD_ANSWER'].includes(error.kind)) return null;
      throw error;
    });
    if (callout === null || (callout.callout_type ?? null) === null) {
      throw invalid(`Step ${numberOf(step)} (${title}) is SRM’s own, and not an inserted one.`);
    }
    return {
      warnings: namesakeWarnings(step, steps),
      calls: [
        action === 'REMOVE_RECOVERY_STEP'
          ? removeStepCall(of, stepId, title)
          : editStepCall(of, stepId, input as ActionInputs['UPDATE_RECOVERY_STEP'], callout),
      ],
      baseline: { ...baseline, title, callout: shaped(callout) },
    };
  }

  /** The machines of the plan, once those that are named are among them and make no circle. */
  private async dependents(
    planId: string,
    vmId: string,
    { dependsOn = [] }: SettingsWish,
    signal: AbortSignal,
  ): Promise<WirePlannedVm[]> {
    const vms = whole(
      await this.client.list<WirePlannedVm>(planPath(planId, '/vms'), signal, { remote: true }),
      'which machines the plan holds',
    );
    const strange = dependsOn.findIndex((id) => !vms.some((vm) => vm.id === id));
    if (strange >= 0) {
      throw invalid(`The plan holds no machine ${dependsOn[strange]}.`, `/dependsOn/${strange}`);
    }
    const { valid, issue_type: issue } = await this.reads.validateDependents(planId, vmId, dependsOn, signal);
    if (valid === false) {
      const why = issue === 'CYCLE_DETECTED' ? 'they form a circle' : (issue ?? 'no reason given');
      throw invalid(`SRM does not take these dependencies: ${why}.`, '/dependsOn');
    }
    return vms;
  }

  private async groundOf(planId: string, entities: readonly string[], signal: AbortSignal): Promise<Ground> {
    const [plan, held, tasks, far] = await Promise.all([
      this.client.plan(planId, signal),
      this.client.groupsOfPlan(planId, signal),
      this.client.newestTasks(signal),
      farSiteOf(this.client, signal),
    ]);
    const groupIds = whole(held, 'which groups the plan holds').map((group) => group.id);
    this.planGroups.note(planId, groupIds);
    const home = (await this.home.of([plan])).get(plan.id) ?? null;
    return {
      plan,
      far,
      marks: marksOf(entities, tasks),
      common: {
        resource: planFacts(plan, home),
        groupIds: groupIds.map((id) => publicId(this.siteId, id)),
        blockers: busyBlockers(tasks.items, entities),
      },
    };
  }
}

/** Rows 72 and 77 are taken without the login at the far site, rows 70 and 75 are not (section 2). */
function farBlockers(wish: SettingsWish, { far, plan }: Ground): Blocker[] {
  const named = Object.values(wish).filter((value) => value !== undefined);
  const isAlone = named.length === 1 && (wish.priority !== undefined || wish.dependsOn !== undefined);
  return isAlone ? blockersOfDependentServer(far, plan) : blockersOfDependent(far, plan);
}

const SETTINGS_CONFLICT: Blocker = {
  code: 'settings-conflict',
  text: 'The settings were changed at both sites, and SRM does not know which ones hold.',
  remedy: 'Run UPDATE_RECOVERY_PLAN on the plan, which brings both sites together.',
};

function stepsUnavailable({ workflow }: StepsOf, plan: WirePlan): Blocker {
  return {
    code: 'steps-unavailable',
    text: `SRM does not show the steps of ${workflow} while the plan is in ${plan.status ?? 'a state not told'}.`,
    remedy: 'Change them when the plan can be run that way.',
  };
}

/** Ids of steps move when others are inserted or removed (3.10): what is there now is not what the client saw. */
function stepMoved(step: WireStep, expectedTitle: string): Blocker {
  return {
    code: 'changed-meanwhile',
    text: `The steps were changed since they were read: step ${numberOf(step)} is now “${titleOf(step)}”, not “${expectedTitle}”.`,
    remedy: 'Read the steps again, and name the one that is meant.',
  };
}

function namesakeWarnings(step: WireStep, steps: readonly WireStep[]): string[] {
  const count = steps.filter((one) => titleOf(one) === titleOf(step)).length;
  return count > 1 ? [`${count} steps are called “${titleOf(step)}”; this is step ${numberOf(step)}.`] : [];
}

function numberOf(step: WireStep): string {
  return step.step_number ?? String(step.id);
}

/** Dependencies count only inside one priority (3.8). */
function priorityWarnings(
  vmId: string,
  wish: SettingsWish,
  now: VmRecovery,
  vms: readonly WirePlannedVm[],
): string[] {
  const own = wish.priority === undefined ? now.priority : `P${wish.priority}`;
  return vms
    .filter((vm) => vm.id !== vmId && wish.dependsOn?.includes(vm.id) === true)
    .filter((vm) => (vm.recovery_settings?.priority ?? own) !== own)
    .map(
      (vm) =>
        `SRM ignores ${vm.name ?? vm.id}: it has another priority, and order within one is all it keeps.`,
    );
}

function addressWarnings(wish: SettingsWish, now: VmRecovery): string[] {
  return wish.ipCustomization === 'MANUAL' && (now.nic_settings ?? []).length === 0
    ? ['No addresses are written down for this machine; write them in SRM.']
    : [];
}
