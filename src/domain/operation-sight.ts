import type { Prompt } from './observation.js';
import type { Seen } from './operation-change.js';
import type { Operation } from './operation.js';

/** The record with what was seen last, its state untouched. */
export function withSeen(operation: Operation, seen: Seen, now: string): Operation {
  return {
    ...operation,
    progressPercent: seen.progressPercent ?? operation.progressPercent,
    steps: seen.steps.length > 0 ? seen.steps : operation.steps,
    prompts: seen.prompts,
    ...inputSeen(operation, seen.prompts),
    warnings: [...new Set([...operation.warnings, ...seen.warnings])],
    upstream: { state: seen.upstreamState ?? operation.upstream.state, jobs: seen.jobs },
    jobsOverSince: seen.jobsOver ? (operation.jobsOverSince ?? now) : null,
    ...(seen.upstreamEndedTime ? { upstreamEndedTime: seen.upstreamEndedTime } : {}),
    overdue: seen.overdue,
    stalled: seen.stalled,
  };
}

/** A prompt that the upstream no longer shows is answered, by whomever; only its sender speaks of what is on its way. */
function inputSeen({ input }: Operation, prompts: readonly Prompt[]): Partial<Pick<Operation, 'input'>> {
  if (input?.state !== 'REQUESTED' && input?.state !== 'AMBIGUOUS') return {};
  if (prompts.some((prompt) => prompt.id === input.promptId)) return {};
  return { input: { ...input, state: 'ACCEPTED', detail: 'The upstream no longer asks.', overBy: null } };
}

/** What a reader of the record would notice. */
export function visible(operation: Operation): string {
  const { state, progressPercent, steps, prompts, warnings, upstream, overdue, stalled, jobsOverSince } =
    operation;
  return JSON.stringify({
    state,
    progressPercent,
    steps,
    prompts,
    warnings,
    upstream,
    overdue,
    stalled,
    jobsOverSince,
    input: operation.input,
  });
}

export function progressOf(operation: Operation): string {
  return JSON.stringify([operation.progressPercent, operation.steps, operation.upstream]);
}
