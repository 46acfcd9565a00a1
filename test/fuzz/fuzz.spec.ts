import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { useWorld } from '../support/world.js';
import { barrage, type FoundFault } from './barrage.js';
import type { DocumentedOperation, OpenApiDocument } from './document.js';
import { FUZZED } from './fuzzed-world.js';
import { Judge } from './judge.js';
import type { Received } from './sending.js';

const REQUESTS = 2_000;
const TAKES_MS = 90_000;
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_122);

describe('the gateway', () => {
  const world = useWorld(FUZZED);

  it('answers whatever is asked as its document says, and never by a fault of its own', async () => {
    const { url, apiKey } = world().api;
    const endsMs = performance.now() + TAKES_MS;
    const report = await barrage({
      url,
      apiKey,
      requests: REQUESTS,
      seed: SEED,
      abreast: 8,
      isOver: () => performance.now() > endsMs,
    });
    expect(report.faults.map(told)).toEqual([]);
    expect(report.operations).toBeGreaterThan(100);
    expect(report.requests).toBeGreaterThan(report.operations);
    const statuses = new Set([...report.answers.values()].flatMap((of) => [...of.keys()]));
    for (const status of [200, 202, 400, 401, 404]) expect(statuses).toContain(status);
    // It would have ended if anything had been changed that all objects share.
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });
});

function told({ operation, what, detail, number, curl }: FoundFault): string {
  return `${operation}: ${what}: ${detail}; seed ${SEED}, request ${number}: ${curl}`;
}

describe('the judge', () => {
  const document = {
    paths: {},
    components: {
      schemas: {
        ProblemDto: {
          type: 'object',
          properties: {
            code: { type: 'string', enum: ['not-found', 'internal-error', 'upstream-timeout'] },
            status: { type: 'integer' },
            requestId: { type: 'string' },
          },
          required: ['code', 'status', 'requestId'],
        },
      },
    },
  } as unknown as OpenApiDocument;
  const operation: DocumentedOperation = {
    name: 'get /v1/things',
    method: 'GET',
    path: '/v1/things',
    parameters: [],
    body: null,
    responses: {
      200: ['application/json'],
      404: ['application/problem+json'],
      504: ['application/problem+json'],
    },
  };
  const withPaths = {
    ...document,
    paths: {
      '/v1/things': {
        get: {
          responses: {
            200: {
              content: {
                'application/json': {
                  schema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
                },
              },
            },
          },
        },
      },
    },
  } as unknown as OpenApiDocument;
  const judge = new Judge(withPaths, 'the-key');
  const headers = { 'x-content-type-options': 'nosniff', 'x-request-id': 'r-1' };
  const problem = (status: number, body: object, more: object = {}): Received => ({
    status,
    headers: { ...headers, 'content-type': 'application/problem+json', ...more },
    text: JSON.stringify({ status, requestId: 'r-1', ...body }),
  });
  const good = (body: unknown, more: object = {}): Received => ({
    status: 200,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8', ...more },
    text: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const faults = (received: Received): string[] =>
    judge
      .faultsOf({ method: 'GET', url: '/v1/things', headers: [], body: null }, received, operation)
      .map(({ what }) => what);

  it.each([
    ['what is documented', good({ id: 'a' })],
    ['a problem that is', problem(404, { code: 'not-found' })],
    ['what the upstream has done', problem(504, { code: 'upstream-timeout' })],
  ])('takes %s', (_what, received) => {
    expect(faults(received)).toEqual([]);
  });

  it.each([
    ['a field too many', good({ id: 'a', more: 1 })],
    ['a field that is missing', good({})],
    ['half of the JSON', good('{"id":')],
    ['another type', good({ id: 'a' }, { 'content-type': 'text/html' })],
    ['a header that was planted', good({ id: 'a' }, { 'x-planted': '1' })],
    ['a header that is missing', good({ id: 'a' }, { 'x-content-type-options': undefined })],
    ['a request id that is none', good({ id: 'a' }, { 'x-request-id': 'a b' })],
    ['the credential', good({ id: 'the-key' })],
    ['a fault of ours', problem(500, { code: 'internal-error' })],
    ['a status that is not documented', problem(409, { code: 'not-found' })],
    ['a code that is not known', problem(404, { code: 'nope' })],
    [
      'a problem of another type',
      problem(404, { code: 'not-found' }, { 'content-type': 'application/json' }),
    ],
    ['another request id', problem(404, { code: 'not-found', requestId: 'r-2' })],
    ['another status inside', problem(404, { code: 'not-found', status: 400 })],
  ])('tells %s', (_what, received) => {
    expect(faults(received)).not.toEqual([]);
  });
});

it.each([
  ['({}).__proto__.polluted = true', 86],
  ['Array.prototype.polluted = true', 86],
  ['globalThis.polluted = true', 0],
])('a process that is watched ends by %s with %i', async (change, code) => {
  const watch = new URL('prototype-watch.js', import.meta.url).href;
  const args = ['--import', watch, '-e', change];
  const [ended] = (await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit')) as [number];
  expect(ended).toBe(code);
});
