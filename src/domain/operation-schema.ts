import type { Operation } from './operation.js';

/**
 * The shapes of a record, so that two versions of the gateway can work on one store (docs/upgrades.md).
 * 1: without what the target was at acceptance; what nobody had needed yet (an answer to a prompt, a person's verdict, a
 *    parent, steps) could be absent.
 * 2: has all of it, null where there is none.
 * Whoever changes the shape adds a number here, reads the one before, and lets a release pass before writing it.
 */
export const WRITTEN_SCHEMA = 2;

/** What every record has been able to do without, at some time. */
const ABSENT_IN_1 = {
  expected: null,
  input: null,
  resolution: null,
  parentId: null,
  composite: null,
} as const;

/** What lists and pages need to show a record that is not understood in full. */
const AS_FAR_AS_IT_GOES = {
  ...ABSENT_IN_1,
  outcome: null,
  direction: null,
  reason: null,
  lockedGroupIds: [],
  calls: [],
  cancel: null,
  progressPercent: null,
  steps: [],
  prompts: [],
  warnings: [],
  upstream: { state: null, jobs: [] },
  evidence: null,
  error: null,
  result: null,
  timings: { queuedMs: null, submitMs: null, upstreamMs: null, detectMs: null, totalMs: null },
} satisfies Partial<Operation>;

/** The record as this version has it, whichever wrote it. Throws `SyntaxError` for what is not JSON. */
export function readRecord(json: string): Operation {
  return inOurShape(JSON.parse(json) as Operation);
}

/**
 * The same of a record that is parsed already. A newer one keeps its number, and everything that is not known here: it
 * is shown as far as it goes, and nothing else (`isNewer`).
 */
export function inOurShape(record: Operation): Operation {
  if (isNewer(record)) return { ...AS_FAR_AS_IT_GOES, ...record };
  if (record.schema === WRITTEN_SCHEMA) return record;
  return {
    ...ABSENT_IN_1,
    ...record,
    target: { ...record.target, within: record.target.within ?? null },
    schema: WRITTEN_SCHEMA,
  };
}

/** Written by a later version of the gateway: never changed, sent or judged by this one. */
export function isNewer({ schema }: Pick<Operation, 'schema'>): boolean {
  return schema > WRITTEN_SCHEMA;
}
