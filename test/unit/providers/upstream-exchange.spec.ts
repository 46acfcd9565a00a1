import { UpstreamHttp } from '../../../src/platform/http/upstream-http.js';
import type { SendGate } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import {
  readUpstream,
  submitUpstream,
  type SubmissionDialect,
} from '../../../src/providers/upstream-exchange.js';
import { bareServer, closeServers, deadUrl, webServer, type Answer } from '../support/listening.js';
import { upstreamCall } from '../support/operation.js';

afterEach(closeServers);

/** An upstream that answers `{"job": …}` to what it takes and `{"error": …}` to what it refuses. */
const dialect: SubmissionDialect = {
  headers: { 'x-auth-token': 'secret' },
  accepted: ({ json }) => {
    const job = (json as { job?: unknown } | undefined)?.job;
    return typeof job === 'string' ? { jobIds: [job] } : null;
  },
  refusal: ({ status, json }) => {
    const error = (json as { error?: unknown } | undefined)?.error;
    return typeof error === 'string'
      ? new ProviderError('CONFLICT', error, { upstream: { status, message: error } })
      : null;
  },
  timeoutMs: 500,
};
const openGate: SendGate = { open: () => undefined };

async function submitted(url: string, gate = openGate): Promise<unknown> {
  try {
    return await submitUpstream(new UpstreamHttp({ baseUrl: url }), upstreamCall(), gate, dialect);
  } catch (error) {
    return error instanceof ProviderError ? error.delivery : error;
  }
}

const JOB = '{"job":"job-1"}';
const ERROR = '{"error":"not now"}';
const ROWS: readonly [string, Answer, unknown][] = [
  ['200 with a job', { status: 200, body: JOB }, { jobIds: ['job-1'] }],
  ['202 with a job', { status: 202, body: JOB }, { jobIds: ['job-1'] }],
  ['200 without a job', { status: 200, body: '{}' }, 'AMBIGUOUS'],
  ['200 with an error in it', { status: 200, body: ERROR }, 'AMBIGUOUS'],
  ['200 that is empty', { status: 200, body: '' }, 'AMBIGUOUS'],
  ['200 that is not JSON', { status: 200, body: '<html>job</html>' }, 'AMBIGUOUS'],
  ['204', { status: 204, body: '' }, 'AMBIGUOUS'],
  ['a redirection', { status: 302, body: JOB, headers: { location: '/elsewhere' } }, 'AMBIGUOUS'],
  ...[400, 401, 403, 404, 405, 409, 422, 429].flatMap((status): [string, Answer, unknown][] => [
    [`${status} in the upstream's own words`, { status, body: ERROR }, 'REFUSED'],
    [`${status} of somebody in between`, { status, body: '<html>proxy</html>' }, 'AMBIGUOUS'],
    [`${status} that names a job`, { status, body: JOB }, 'AMBIGUOUS'],
  ]),
  ...[402, 408, 410, 412, 423, 500, 501, 502, 503, 504].map((status): [string, Answer, unknown] => [
    `${status}, even in the upstream's own words`,
    { status, body: ERROR },
    'AMBIGUOUS',
  ]),
];

describe('what is known of a change after', () => {
  it.each(ROWS)('%s', async (_name, answer, known) => {
    const server = await webServer(answer);
    expect(await submitted(server.url)).toEqual(known);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['a connection that broke without an answer', ''],
    ['half an answer', `HTTP/1.1 202 Accepted\r\ncontent-length: 50\r\n\r\n${JOB}`],
    ['silence', null],
  ])('%s', async (_name, text) => {
    const server = await bareServer(text);
    expect(await submitted(server.url)).toBe('AMBIGUOUS');
    expect(server.connections).toHaveLength(1);
  });

  it('a connection that was refused', async () => {
    expect(await submitted(await deadUrl())).toBe('NOT_SENT');
  });

  it('a gate that had closed: its own word, with nothing sent', async () => {
    const server = await bareServer(null);
    const gate: SendGate = {
      open: () => {
        throw new ProviderError('TIMEOUT', 'Too late.', { delivery: 'NOT_SENT' });
      },
    };
    expect(await submitted(server.url, gate)).toBe('NOT_SENT');
    await server.seen;
    await server.connections[0]?.closed;
    expect(server.connections[0]?.received).toBe('');
  });
});

it('a refusal keeps the words of the upstream', async () => {
  const server = await webServer({ status: 409, body: ERROR });
  const http = new UpstreamHttp({ baseUrl: server.url });
  await expect(submitUpstream(http, upstreamCall(), openGate, dialect)).rejects.toMatchObject({
    message: 'not now',
    upstream: { status: 409, message: 'not now' },
  });
});

it('an ambiguous answer keeps its status and the id under which the upstream knows it', async () => {
  const server = await webServer({ status: 500, body: '', headers: { 'x-request-id': 'r-9' } });
  const http = new UpstreamHttp({ baseUrl: server.url });
  await expect(submitUpstream(http, upstreamCall(), openGate, dialect)).rejects.toMatchObject({
    kind: 'BAD_ANSWER',
    upstream: { status: 500, requestId: 'r-9' },
  });
});

it('an ambiguous answer keeps the words of the upstream, and is asked again by nobody', async () => {
  const server = await webServer({ status: 500, body: '{"error":"half done"}' });
  const http = new UpstreamHttp({ baseUrl: server.url });
  const telling: SubmissionDialect = {
    ...dialect,
    words: ({ status }) => ({ status, code: 'X.1', message: 'half done', requestId: 'v-1' }),
  };
  await expect(submitUpstream(http, upstreamCall(), openGate, telling)).rejects.toMatchObject({
    message:
      'The upstream answered with status 500 (X.1: half done); whether it began the work is not known.',
    again: 'NEVER',
    delivery: 'AMBIGUOUS',
    upstream: { status: 500, code: 'X.1', message: 'half done', requestId: 'v-1' },
  });
});

it('a refusal over a passing matter is not sent again by the gateway', async () => {
  const server = await webServer({ status: 409, body: ERROR });
  const http = new UpstreamHttp({ baseUrl: server.url });
  const passing: SubmissionDialect = {
    ...dialect,
    refusal: () => new ProviderError('WRONG_STATE', 'Still copying.', { retry: 'TEMPORARY' }),
  };
  await expect(submitUpstream(http, upstreamCall(), openGate, passing)).rejects.toMatchObject({
    retry: 'PERMANENT',
    again: 'LATER',
    delivery: 'REFUSED',
  });
});

describe('a read that brought no answer', () => {
  it.each([
    ['because nobody listens', async () => await deadUrl(), 'UNAVAILABLE'],
    ['because it broke', async () => (await bareServer('')).url, 'UNAVAILABLE'],
    ['in time', async () => (await bareServer(null)).url, 'TIMEOUT'],
  ] as const)('%s can be tried again', async (_name, url, kind) => {
    const http = new UpstreamHttp({ baseUrl: await url(), readTimeoutMs: 100 });
    const read = readUpstream(http, { method: 'GET', path: '/' });
    await expect(read).rejects.toMatchObject({ kind, retry: 'TEMPORARY', delivery: null });
    await http.close();
  });
});
