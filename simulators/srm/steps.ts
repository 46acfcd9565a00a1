import { buildSteps } from './build-steps.js';
import { timeFor } from './tasks.js';
import { ACTIONS, PLAN_MACHINE, type Action } from './transitions.js';
import { ownStatus } from './plan-status.js';
import type { Step } from './run-state.js';
import type { Plan, World } from './world.js';

export const isViewMode = (word: string | undefined): word is Action =>
  (ACTIONS as readonly (string | undefined)[]).includes(word);

/**
 * The steps of a plan for one workflow: those of the run going on, of the last run, or of one that
 * could be started now. null = the view is not available in the plan's present status.
 */
export function stepsFor(world: World, plan: Plan, mode: Action): Step[] | null {
  if (plan.run?.action === mode) return plan.run.steps;
  const last = plan.lastSteps[mode];
  if (last) return last;
  const status = ownStatus(world, plan);
  const possible = (PLAN_MACHINE[mode].from as readonly string[]).includes(status);
  return possible ? buildSteps(world, plan, mode) : null;
}

/** Only the steps that are really carried out; a step with children is their frame. */
export const leavesOf = (steps: Step[]): Step[] => steps.filter((step) => step.children === 0);

const FINAL = ['CANCELLED', 'SKIPPED', 'ALREADY_DONE', 'SUCCESS', 'WARNING', 'ERROR'];

/** A frame shows the worst of what is in it, and runs as long as one of them does. */
export function frameSteps(steps: Step[]): void {
  for (const frame of steps.filter((step) => step.children > 0)) {
    const children = steps.filter((step) => step.parent === frame.id);
    const statuses = children.map((child) => child.status);
    const worst = ['ERROR', 'CANCELLED', 'WARNING', 'SUCCESS'].find((word) => statuses.includes(word));
    const done = statuses.every((status) => FINAL.includes(status));
    const begun = statuses.some((status) => status !== 'INACTIVE');
    const stopped = statuses.includes('ERROR') || statuses.includes('CANCELLED');
    frame.status = done || stopped ? (worst ?? 'ALREADY_DONE') : begun ? 'RUNNING' : 'INACTIVE';
    frame.start = children.find((child) => child.start !== null)?.start ?? null;
    frame.finish = done ? Math.max(...children.map((child) => child.finish ?? 0)) || null : null;
  }
}

/** Children are listed only under steps the caller asked to expand. */
export function stepListView(steps: Step[], expanded: ReadonlySet<number>, version: 1 | 2): object[] {
  return steps
    .filter((step) => step.parent === null || expanded.has(step.parent))
    .map((step) => stepView(step, expanded.has(step.id), version));
}

export function stepView(step: Step, expanded: boolean, version: 1 | 2): object {
  return {
    id: step.id,
    title: step.title,
    step_number: step.number,
    child_count: step.children,
    depth: step.depth,
    status: step.status,
    progress: FINAL.includes(step.status) ? 100 : 0,
    // The document lets finish_time be null, but not start_time: a step not begun has none.
    ...(step.start === null ? {} : { start_time: timeFor(version, step.start) }),
    finish_time: timeFor(version, step.finish),
    expanded,
    warnings: step.warnings,
    errors: step.errors,
    referred_object: step.referred,
    plan_callout_position_spec: step.position
      ? { position_spec_index: step.position.index, position_spec_position: step.position.word }
      : null,
    vm_callout_position_spec: null,
  };
}
