import type { DrAction } from '../../../domain/dr-action.js';
import type { JobState, OperationStep, StepState } from '../../../domain/observation.js';
import type { WatchedOperation } from '../../provider-driver.js';
import { vmIdIn } from '../wire/srm.paths.js';
import type { KnownTask, TaskReading } from './srm.task-reading.js';

/** Actions on a group that SRM carries out machine by machine, each with a task of its own (4.2). */
const BY_MACHINE: readonly DrAction[] = ['ENABLE_PROTECTION', 'DISABLE_PROTECTION', 'RESTORE_PLACEHOLDERS'];

const STATE_OF: Readonly<Record<JobState, StepState>> = {
  QUEUED: 'PENDING',
  RUNNING: 'RUNNING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
  // Neither says anything of an end.
  GONE: 'PENDING',
  UNRECOGNIZED: 'RUNNING',
};

/** A step for each machine, so that it is told which succeeded and which did not; [] = nothing can be told. */
export function machineStepsOf(
  { command, calls }: WatchedOperation,
  tasks: Pick<TaskReading, 'of'>,
): OperationStep[] {
  if (!BY_MACHINE.includes(command.action)) return [];
  const steps = calls.flatMap(({ call, ref }): OperationStep[] => {
    const named = machineIn(call.label) ?? vmIdIn(call.path);
    if (ref === null) return [untaken(named ?? call.label, vmIdIn(call.path) ?? call.path)];
    return ref.jobIds.map((id) => stepOf(id, named, tasks.of(id)));
  });
  const told = calls.flatMap(({ ref }) => ref?.jobIds ?? []).filter((id) => !isForgotten(tasks.of(id)));
  return told.length === 0 ? [] : steps;
}

function stepOf(id: string, named: string | null, task: KnownTask | null): OperationStep {
  const state = task?.job.state ?? 'GONE';
  const detail = isForgotten(task)
    ? 'SRM no longer knows this task; look at the machine itself.'
    : (task?.job.error?.message ?? null);
  return {
    id,
    title: task?.entityName ?? named ?? `Task ${id}`,
    state: STATE_OF[state],
    progressPercent: task?.job.progressPercent ?? null,
    detail,
  };
}

/** A call that SRM did not take while it took others. */
function untaken(title: string, id: string): OperationStep {
  return { id, title, state: 'FAILED', progressPercent: null, detail: 'SRM did not take the request.' };
}

function isForgotten(task: KnownTask | null): boolean {
  return task === null || task.job.state === 'GONE';
}

/** As `srm.calls.ts` labels what is done to one machine. */
function machineIn(label: string): string | null {
  return / machine (.+) of group /.exec(label)?.[1] ?? null;
}
