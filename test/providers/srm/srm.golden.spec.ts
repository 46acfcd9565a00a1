import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { UpstreamResponse } from '../../../src/platform/http/upstream-http.js';
import { failureOf } from '../../../src/providers/srm/wire/srm.errors.js';
import { drillOf } from '../../../src/providers/srm/reading/srm.drill-mapper.js';
import {
  groupFacts,
  groupOf,
  instanceOf,
  planFacts,
  planOf,
  promptOf,
  type GroupContext,
  type PlanContext,
} from '../../../src/providers/srm/reading/srm.mapper.js';
import { createdBy, jobOf } from '../../../src/providers/srm/watching/srm.tasks.js';
import {
  timeOf,
  type WireGroup,
  type WireGroupVm,
  type WirePlan,
  type WirePrompt,
  type WireTask,
} from '../../../src/providers/srm/wire/srm.wire.js';
import { PART_MAPPERS } from './golden-parts.js';

/** The pairs are read where they are written: the compiler does not copy them. */
const FOLDER = path.join(process.cwd(), 'test/providers/srm/testdata');

interface Input {
  kind: keyof typeof MAPPERS;
  context?: unknown;
  wire: unknown;
}

const MAPPERS = {
  ...PART_MAPPERS,
  plans: (wire: unknown, context: unknown) =>
    (wire as WirePlan[]).map((plan) => ({
      plan: planOf(plan, context as PlanContext),
      facts: planFacts(plan, (context as PlanContext).home),
      drill: drillOf(plan, (context as PlanContext).siteId),
    })),
  /** Only what a state means, for every word there is. */
  planStates: (wire: unknown, context: unknown) =>
    Object.fromEntries(
      (wire as string[]).map((status) => {
        const { home, base } = context as { home: string; base: WirePlan };
        const { state, activeSite, nextDirection } = planFacts({ ...base, status }, home);
        return [
          status,
          [state, activeSite, nextDirection, drillOf({ ...base, status }, 's')?.state ?? null].join(' '),
        ];
      }),
    ),
  groupStates: (wire: unknown, context: unknown) =>
    Object.fromEntries(
      (wire as string[]).map((status) => {
        const { home, base } = context as { home: string; base: WireGroup };
        const { state, activeSite } = groupFacts({ ...base, status }, home);
        return [status, [state, activeSite].join(' ')];
      }),
    ),
  groups: (wire: unknown, context: unknown) =>
    (wire as WireGroup[]).map((group) => groupOf(group, context as GroupContext)),
  instances: (wire: unknown, context: unknown) => {
    const { group, ...rest } = context as GroupContext & { group: WireGroup };
    return (wire as WireGroupVm[]).map((vm) => instanceOf(vm, group, rest));
  },
  tasks: (wire: unknown) =>
    (wire as WireTask[]).map((task) => ({
      job: jobOf(task),
      createdId: createdBy(task),
      queuedTime: timeOf(task.queued_time),
    })),
  prompts: (wire: unknown) => (wire as WirePrompt[]).map(promptOf),
  errors: (wire: unknown) =>
    (wire as { status: number; headers?: Record<string, string>; body?: unknown }[]).map((answer) => {
      const { kind, retry, message, upstream, retryAfterMs } = failureOf(responseOf(answer), 42_000);
      return { kind, retry, message, upstream, retryAfterMs };
    }),
} satisfies Record<string, (wire: unknown, context: unknown) => unknown>;

describe('the words of SRM in ours', () => {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.in.json'))
    .map((file) => file.slice(0, -'.in.json'.length));

  it.each(names)('%s', (name) => {
    const { kind, wire, context } = read(`${name}.in.json`) as Input;
    const ours: unknown = JSON.parse(JSON.stringify(MAPPERS[kind](wire, context)));
    expect(ours).toEqual(read(`${name}.out.json`));
  });
});

function read(file: string): unknown {
  return JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'));
}

function responseOf(answer: {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}): UpstreamResponse {
  const { status, headers = {}, body } = answer;
  const isText = typeof body === 'string';
  const text = body === undefined ? '' : isText ? body : JSON.stringify(body);
  return { status, headers, text, json: isText ? undefined : body };
}
