import helmet from '@fastify/helmet';
import Fastify from 'fastify';
import { SECURITY_HEADERS } from '../../../../src/api/http/security-headers.js';
import { smallGateway, type SmallGateway, type SmallSettings } from './small-gateway.js';

let gateway: SmallGateway;
const served = async (settings: SmallSettings = {}): Promise<void> => {
  gateway = await smallGateway(settings);
};
afterEach(() => gateway.close());

const ask = (path: string, init: RequestInit & { as?: string } = {}): Promise<Response> =>
  fetch(gateway.url + path, {
    ...init,
    headers: { authorization: `Bearer ${init.as ?? 'ada'}`, ...(init.headers as Record<string, string>) },
  });

describe('every answer', () => {
  it.each([
    ['what was asked for', 200, '/v1/things', {}],
    ['nothing there', 404, '/v1/nothing', {}],
    ['no credential', 401, '/v1/things', { headers: { authorization: '' } }],
    [
      'a body that is none',
      400,
      '/v1/things',
      { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } },
    ],
    ['a path that is none', 400, '/v1/things/%zz', {}],
    ['another method', 405, '/v1/things', { method: 'DELETE' }],
  ])('says that it is kept by nobody and runs nothing: %s', async (_what, status, path, init) => {
    await served();
    const answer = await ask(path, init);
    expect(answer.status).toBe(status);
    for (const [name, value] of Object.entries(SECURITY_HEADERS))
      expect([name, answer.headers.get(name)]).toEqual([name, value]);
    expect(answer.headers.get('strict-transport-security')).toBeNull();
    expect(answer.headers.get('x-powered-by')).toBeNull();
  });

  it('may say otherwise by itself', async () => {
    await served();
    const answer = await ask('/v1/things/kept');
    expect(answer.headers.get('cache-control')).toBe('private, max-age=60');
  });

  it('asks browsers for TLS where the setting says that there is TLS', async () => {
    await served({ hstsSeconds: 600 });
    expect((await ask('/v1/things')).headers.get('strict-transport-security')).toBe(
      'max-age=600; includeSubDomains',
    );
  });

  it('has at least the headers that @fastify/helmet gives an API, with the same values', async () => {
    await served();
    const probe = Fastify();
    await probe.register(helmet, {
      contentSecurityPolicy: false,
      // What only pages have a use for, and what is said by setting only.
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
      strictTransportSecurity: false,
      xDnsPrefetchControl: false,
      xDownloadOptions: false,
      xXssProtection: false,
      xFrameOptions: { action: 'deny' },
    });
    probe.get('/', () => ({}));
    const { headers } = await probe.inject('/');
    await probe.close();
    const given = Object.entries(headers).filter(
      ([name]) => !['content-type', 'content-length', 'date', 'connection'].includes(name),
    );
    expect(given.length).toBeGreaterThan(4);
    for (const pair of given) expect(Object.entries(SECURITY_HEADERS)).toContainEqual(pair);
  });
});

describe('the pages of the documentation', () => {
  it('may load what lies beside them, and hold no script of their own', async () => {
    await served();
    const page = await ask('/docs');
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; /,
    );
    const scripts = (await page.text()).match(/<script[^>]*>[^<]*/g) ?? [];
    expect(scripts.length).toBeGreaterThan(1);
    for (const script of scripts) {
      const [, path = ''] = /^<script src="\.([^"]+)"[^>]*>\s*$/.exec(script) ?? [];
      const loaded = await ask(path);
      expect([script, loaded.status, loaded.headers.get('content-type')]).toEqual([
        script,
        200,
        expect.stringMatching(/javascript/),
      ]);
    }
  });
});

describe('pages of other origins', () => {
  const ORIGIN = 'https://console.example.com';
  const preflight = (origin: string, path = '/v1/things'): Promise<Response> =>
    fetch(gateway.url + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });

  it('are told nothing if no origin is configured', async () => {
    await served();
    expect(
      (await ask('/v1/things', { headers: { origin: ORIGIN } })).headers.get('access-control-allow-origin'),
    ).toBeNull();
    expect((await preflight(ORIGIN)).status).toBe(405);
  });

  it('may ask if theirs is, without a credential of the browser, and read what matters', async () => {
    await served({ origins: [ORIGIN, 'https://other.example.com'] });
    const asked = await preflight(ORIGIN);
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, ORIGIN]);
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/Authorization.*Idempotency-Key/);
    const answer = await ask('/v1/things', { headers: { origin: ORIGIN } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('vary')).toMatch(/Origin/);
    for (const name of ['Location', 'Retry-After', 'ETag', 'Link', 'RateLimit', 'X-Request-Id'])
      expect(answer.headers.get('access-control-expose-headers')?.split(', ')).toContain(name);
  });

  it.each([
    'https://evil.example.com',
    'https://console.example.com.evil.com',
    'http://console.example.com',
    'null',
  ])('of %s may not', async (origin) => {
    await served({ origins: [ORIGIN] });
    const answer = await ask('/v1/things', { headers: { origin } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('find what is not there not there, also by another method', async () => {
    await served({ origins: [ORIGIN] });
    expect((await ask('/v1/nothing')).status).toBe(404);
    const wrong = await ask('/v1/things', { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });
});

describe('an inner port', () => {
  const statuses = async (base: string): Promise<Record<string, number>> => {
    const paths = [
      '/docs',
      '/openapi.json',
      '/metrics',
      '/%6detrics',
      '/livez',
      '/readyz',
      '/v1/things',
      '/nothing',
    ];
    const answers = await Promise.all(
      paths.map(
        async (path) =>
          [path, (await fetch(base + path, { headers: { authorization: 'Bearer ada' } })).status] as const,
      ),
    );
    return Object.fromEntries(answers);
  };

  it('alone answers documentation and metrics, and besides only whether the process lives', async () => {
    await served({ hasInnerPort: true });
    expect(await statuses(gateway.innerUrl ?? '')).toEqual({
      '/docs': 200,
      '/openapi.json': 200,
      '/metrics': 200,
      '/%6detrics': 200,
      '/livez': 200,
      '/readyz': 200,
      '/v1/things': 404,
      '/nothing': 404,
    });
    expect(await statuses(gateway.url)).toEqual({
      '/docs': 404,
      '/openapi.json': 404,
      '/metrics': 404,
      '/%6detrics': 404,
      '/livez': 200,
      '/readyz': 200,
      '/v1/things': 200,
      '/nothing': 404,
    });
  });

  it('that is not wanted leaves all of it where it was', async () => {
    await served();
    expect(await statuses(gateway.url)).toMatchObject({ '/docs': 200, '/metrics': 200, '/v1/things': 200 });
  });
});

describe('whoever asks too often', () => {
  it('waits, and is told how long, and others are not', async () => {
    await served({ perSecond: 1 });
    const first = await ask('/v1/things');
    expect([first.headers.get('ratelimit-policy'), first.headers.get('ratelimit')]).toEqual([
      '"principal";q=10;w=10',
      '"principal";r=9;t=10',
    ]);
    for (let n = 0; n < 9; n += 1) expect((await ask('/v1/things')).status).toBe(200);
    const refused = await ask('/v1/things');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit')).toMatch(/^"principal";r=0;t=\d+$/);
    expect(await refused.json()).toMatchObject({ code: 'rate-limited', retryable: true });
    expect((await ask('/v1/things', { as: 'ben' })).status).toBe(200);
  });

  it('is let through with what settles a disaster', async () => {
    await served({ perSecond: 1 });
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await ask('/v1/things')).status);
    expect(statuses.at(-1)).toBe(429);
    for (let n = 0; n < 20; n += 1)
      expect((await ask('/v1/recovery-plans/x/actions/failover', { method: 'POST' })).status).toBe(201);
  });

  it('is counted by what is refused, too', async () => {
    await served({ perSecond: 1 });
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await ask('/v1/things', { as: 'forbidden' })).status);
    expect(statuses).toEqual([...Array<number>(10).fill(403), 429, 429]);
  });

  it('with credentials that are not good is told so by 429, and a good one from there is let in', async () => {
    await served({ failuresPerMinute: 3 });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1)
      statuses.push((await ask('/v1/things', { headers: { authorization: 'Bearer ?' } })).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await ask('/v1/things')).status).toBe(200);
  });
});
