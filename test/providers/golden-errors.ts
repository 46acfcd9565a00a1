import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { UpstreamCall } from '../../src/domain/action-command.js';
import type { Problem } from '../../src/domain/problem.js';
import type { UpstreamHttp, UpstreamResponse } from '../../src/platform/http/upstream-http.js';
import { ProviderError } from '../../src/providers/provider-error.js';
import { providerProblem, refusalProblem } from '../../src/providers/provider-problem.js';
import type { Provider } from '../../src/providers/provider.js';

/** `UPDATE_GOLDEN=1` writes what is: read the difference against the reference before it is committed. */
const UPDATE = process.env.UPDATE_GOLDEN === '1';

/** An answer of an upstream, given to a read as well as to a state-changing request. */
interface Case {
  name: string;
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** What is not JSON. */
  text?: string;
}

interface Family {
  /**
   * BRIEF: kind, retry, again, delivery → problem in a line. WHOLE: with every word that is shown. Any other word names
   * one of `inside`: cases are `{name, input}` then, for what fails inside of an answer that is a success.
   */
  shows: string;
  cases: (Case & { input?: unknown })[];
}

/** A driver's read and its one state-changing request, against an upstream that answers like this. */
export interface Asked {
  provider: string;
  read(http: UpstreamHttp): Promise<unknown>;
  change(http: UpstreamHttp): Promise<unknown>;
  inside: Readonly<Record<string, (input: unknown) => unknown>>;
}

/** Checks every pair `<family>.in.json`, `<family>.out.json` of a folder. */
export function checkGoldenErrors(folder: string, asked: Asked): void {
  const provider = { siteId: 'site', descriptor: { provider: asked.provider } } as Provider;

  it.each(familiesIn(folder))('%s', async (family) => {
    const { shows, cases } = read(folder, `${family}.in.json`) as Family;
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    const found: Record<string, unknown> = {};
    for (const one of cases) {
      const translate = asked.inside[shows];
      if (translate) {
        found[one.name] = translate(one.input);
        continue;
      }
      const http = answering(responseOf(one));
      const outcomes = { READ: await errorOf(asked.read(http)), CHANGE: await errorOf(asked.change(http)) };
      const shown = Object.entries(outcomes).map(([call, error]) => {
        const told = { ...factsOf(error), problem: problemOf(error, provider) };
        return [call, shows === 'BRIEF' ? brief(told) : told];
      });
      found[one.name] = Object.fromEntries(shown);
    }
    const actual: unknown = JSON.parse(JSON.stringify(found));
    const file = path.join(folder, `${family}.out.json`);
    if (UPDATE) writeFileSync(file, `${JSON.stringify(actual, null, 2)}\n`);
    expect(actual).toEqual(read(folder, `${family}.out.json`));
  });
}

export function familiesIn(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.in.json'));
  return files.map((name) => name.replace('.in.json', ''));
}

export function casesIn(folder: string): Case[] {
  return familiesIn(folder).flatMap((family) => (read(folder, `${family}.in.json`) as Family).cases);
}

/** Some DELETE, as the runner would send it. */
export const REMOVAL: UpstreamCall = { label: 'remove it', method: 'DELETE', path: '/x/1', body: undefined };

function factsOf(error: ProviderError) {
  const { kind, retry, again, delivery, retryAfterMs, upstream } = error;
  return { kind, retry, again, delivery, retryAfterMs, upstream };
}

/** What the client is told; in words where the gateway goes on by itself, as the runner does. */
function problemOf(
  error: ProviderError,
  provider: Provider,
): string | Pick<Problem, 'status' | 'code' | 'retryable' | 'detail'> {
  const { delivery, retry } = error;
  if (delivery === 'AMBIGUOUS') return 'none: it is never sent again, the target is watched';
  if (delivery === 'NOT_SENT' || (delivery === 'REFUSED' && retry === 'TEMPORARY')) {
    return 'none: the gateway sends it again';
  }
  const { status, code, retryable, detail } = (delivery === null ? providerProblem : refusalProblem)(
    error,
    provider,
  );
  return { status, code, retryable, detail };
}

type Told = ReturnType<typeof factsOf> & { problem: ReturnType<typeof problemOf> };

function brief({ kind, retry, again, delivery, problem }: Told): string {
  const error = [kind, retry, again, ...(delivery === null ? [] : [delivery])].join(' ');
  if (typeof problem === 'string') return `${error} → ${problem}`;
  return `${error} → ${problem.status} ${problem.code}, ${problem.retryable ? 'retryable' : 'not retryable'}`;
}

function answering(response: UpstreamResponse): UpstreamHttp {
  return {
    read: async () => response,
    submit: async (_request: unknown, open: () => void) => {
      open();
      return response;
    },
  } as unknown as UpstreamHttp;
}

async function errorOf(work: Promise<unknown>): Promise<ProviderError> {
  const outcome: unknown = await work.catch((error: unknown) => error);
  if (outcome instanceof ProviderError) return outcome;
  throw new Error(`no error of a provider: ${JSON.stringify(outcome)} ${String(outcome)}`);
}

function responseOf({ status, headers = {}, body, text }: Case): UpstreamResponse {
  return {
    status,
    headers,
    text: text ?? JSON.stringify(body ?? null),
    json: text === undefined ? body : undefined,
  };
}

function read(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as unknown;
}
