import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UpstreamResponse } from '../../../src/platform/http/upstream-http.js';
import {
  sdrsError,
  speaksOfToken,
  speaksOfUnknownJob,
} from '../../../src/providers/sdrs/wire/sdrs.errors.js';
import { clearedBy, toFailedTask } from '../../../src/providers/sdrs/reading/sdrs.failed-tasks.js';
import {
  toApiVersion,
  toPlannedInstance,
  toQuota,
  toRpoStatistic,
  toTag,
  toTagValues,
} from '../../../src/providers/sdrs/reading/sdrs.further-mapper.js';
import {
  stepsOf,
  toJobObservation,
  warningsOf,
} from '../../../src/providers/sdrs/reading/sdrs.job-mapper.js';
import { toImplicitPlan, toProtectionGroup } from '../../../src/providers/sdrs/reading/sdrs.mapper.js';
import { SdrsPartCalls } from '../../../src/providers/sdrs/preparing/sdrs.part-calls.js';
import {
  factsOfDrill,
  toDrill,
  toProtectedInstance,
  toReplicationPair,
} from '../../../src/providers/sdrs/reading/sdrs.parts-mapper.js';
import type {
  WireApiVersion,
  WireDrill,
  WireFailureJob,
  WireGroup,
  WireInstance,
  WireJob,
  WirePair,
  WireQuota,
  WireRpoStatistic,
  WireTag,
  WireTagValues,
} from '../../../src/providers/sdrs/wire/sdrs.wire.js';

const FOLDER = join(process.cwd(), 'test/providers/sdrs/testdata');
/** `UPDATE_GOLDEN=1` writes what is: read the difference before it is committed. */
const UPDATE = process.env.UPDATE_GOLDEN === '1';
const SITE = 'otc';
const GROUP_ID = '2b8f6f2e-9c1d-4a56-9a3e-0f6f1f6e7a11';

/** By the first word of the file's name. */
const MAPPERS: Readonly<Record<string, (input: unknown) => unknown>> = {
  group: (input) => ({
    group: toProtectionGroup(SITE, input as WireGroup),
    plan: toImplicitPlan(SITE, input as WireGroup),
  }),
  instance: (input) => toProtectedInstance(SITE, GROUP_ID, input as WireInstance),
  pair: (input) => toReplicationPair(SITE, GROUP_ID, input as WirePair),
  drill: (input) => ({
    drill: toDrill(SITE, GROUP_ID, input as WireDrill),
    facts: factsOfDrill(input as WireDrill, null),
  }),
  call: (input) => {
    const { builder, given } = input as { builder: string; given: unknown[] };
    const calls: unknown = new SdrsPartCalls('project-1');
    return (calls as Record<string, (...all: unknown[]) => unknown>)[builder]?.(...given);
  },
  planned: (input) => toPlannedInstance(SITE, GROUP_ID, input as WireInstance),
  task: (input) => {
    const { groupId, task } = input as { groupId: string | null; task: WireFailureJob };
    return { shown: toFailedTask(SITE, groupId, task), clearedBy: clearedBy(task) };
  },
  quotas: (input) => (input as WireQuota[]).map(toQuota),
  versions: (input) => (input as WireApiVersion[]).map(toApiVersion),
  rpo: (input) => (input as WireRpoStatistic[]).map(toRpoStatistic),
  tags: (input) => (input as WireTag[]).map(toTag),
  tagvalues: (input) => (input as WireTagValues[]).map(toTagValues),
  job: (input) => ({
    job: toJobObservation((input as WireJob).job_id ?? '', input as WireJob),
    steps: stepsOf(input as WireJob),
    warnings: warningsOf(input as WireJob),
  }),
  error: (input) => {
    const response = responseOf(input as WireAnswer);
    const { kind, retry, message, upstream, retryAfterMs } = sdrsError(response);
    return {
      kind,
      retry,
      message,
      upstream,
      retryAfterMs,
      speaksOfToken: speaksOfToken(response),
      speaksOfUnknownJob: speaksOfUnknownJob(response),
    };
  },
};

describe('the golden pairs of sdrs', () => {
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.in.json'))
    .map((name) => name.replace('.in.json', ''));

  it.each(names)('translates %s as written down', (name) => {
    const actual: unknown = JSON.parse(
      JSON.stringify(MAPPERS[name.split('-')[0] ?? '']?.(read(`${name}.in.json`))),
    );
    if (UPDATE) writeFileSync(join(FOLDER, `${name}.out.json`), `${JSON.stringify(actual, null, 2)}\n`);
    expect(actual).toEqual(read(`${name}.out.json`));
  });

  it('has a pair for every word of the group that the lifecycle knows', () => {
    const words = names
      .filter((name) => name.startsWith('group-'))
      .map((name) => (read(`${name}.in.json`) as WireGroup).status);
    for (const word of LIFECYCLE_WORDS) expect(words).toContain(word);
  });
});

const LIFECYCLE_WORDS = [
  'creating',
  'available',
  'protected',
  'deleting',
  'error-deleting',
  'error',
  'starting',
  'error-starting',
  'reprotecting',
  'error-reprotecting',
  'stopping',
  'error-stopping',
  'reversing',
  'error-reversing',
  'failing-over',
  'failed-over',
  'error-failing-over',
];

interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body?: unknown;
  text?: string;
}

function responseOf({ status, headers, body, text }: WireAnswer): UpstreamResponse {
  return { status, headers, text: text ?? JSON.stringify(body), json: text === undefined ? body : undefined };
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as unknown;
}
