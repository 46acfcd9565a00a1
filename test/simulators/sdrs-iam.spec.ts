import { canonicalRequest, sha256, signatureOf } from '../../simulators/sdrs/signing.js';
import type { SdrsSettings } from '../../simulators/sdrs/sdrs.simulator.js';
import { list, logInBody, PROJECT, SdrsClient, text } from './sdrs-client.js';

const DAY_MS = 24 * 3_600_000;
const ACCESS = 'AKEXAMPLE0000001';
const SECRET = 'SkExample-not-a-secret-0001';

let client: SdrsClient;
beforeEach(async () => {
  client = await SdrsClient.start();
});
afterEach(() => client.close());

describe('IAM', () => {
  test('answers version discovery without a token', async () => {
    const { status, body } = await client.raw('GET', '/v3');
    expect(status).toBe(200);
    expect(body.version).toMatchObject({ id: 'v3.6', status: 'stable', links: [{ rel: 'self' }] });
  });

  test('a log-in is a 201 with the token in X-Subject-Token and its full body', async () => {
    const { status, headers, body } = await client.logIn();
    expect(status).toBe(201);
    expect(headers.get('x-subject-token')?.length).toBeGreaterThan(500);
    expect(body.token).toMatchObject({
      methods: ['password'],
      issued_at: '2030-01-02T03:04:05.000000Z',
      expires_at: '2030-01-03T03:04:05.000000Z',
      user: { name: 'demo', domain: { name: 'demo' } },
      project: { id: PROJECT, name: 'eu-de', domain: { name: 'demo' } },
    });
    expect(list(body.token?.roles)).toHaveLength(1);
  });

  test('the catalog address of SDRS already ends in the project', async () => {
    const { body } = await client.logIn();
    const entry = list(body.token?.catalog).find((service) => text(service.type) === 'sdrs');
    expect(entry?.endpoints).toMatchObject([
      { interface: 'public', region: 'eu-de', url: `${client.site.url}/v1/${PROJECT}` },
    ]);
  });

  test('a project may be scoped by id, and an unknown one is refused', async () => {
    const byId = await client.raw(
      'POST',
      '/v3/auth/tokens',
      logInBody({ scope: { project: { id: PROJECT } } }),
    );
    expect(byId.status).toBe(201);
    const unknown = await client.raw(
      'POST',
      '/v3/auth/tokens',
      logInBody({ scope: { project: { name: 'x' } } }),
    );
    expect(unknown.status).toBe(401);
  });

  test('a wrong password is a 401 with a numeric code', async () => {
    const { status, body } = await client.raw('POST', '/v3/auth/tokens', logInBody({ password: 'wrong' }));
    expect(status).toBe(401);
    expect(body.error).toMatchObject({ code: 401, title: 'Unauthorized' });
  });

  test('a log-in without identity is a 400', async () => {
    expect((await client.raw('POST', '/v3/auth/tokens', {})).status).toBe(400);
    const unreadable = await client.raw('POST', '/v3/auth/tokens', 'not json');
    expect(unreadable.body.error).toMatchObject({ code: 400, title: 'Bad Request' });
  });

  test('a token can be verified and revoked', async () => {
    const headers = { 'X-Auth-Token': client.token, 'X-Subject-Token': client.token };
    const verified = await client.raw('GET', '/v3/auth/tokens', undefined, headers);
    expect(verified.status).toBe(200);
    expect(verified.body.token).toMatchObject({ project: { id: PROJECT } });
    expect((await client.raw('DELETE', '/v3/auth/tokens', undefined, headers)).status).toBe(204);
    expect((await client.call('GET', '/server-groups')).status).toBe(401);
  });

  test('a bad X-Auth-Token at IAM is a 403 in its own shape', async () => {
    const { status, body } = await client.raw('GET', '/v3/projects', undefined, {
      'X-Auth-Token': 'nonsense',
    });
    expect(status).toBe(403);
    expect(body.error).toEqual({
      code: 403,
      message: 'X-Auth-Token is invalid in the request',
      title: 'Forbidden',
    });
  });

  test('projects are found by name', async () => {
    const headers = { 'X-Auth-Token': client.token };
    const found = await client.raw('GET', '/v3/projects?name=eu-de', undefined, headers);
    expect(found.body.projects).toMatchObject([
      { id: PROJECT, name: 'eu-de', enabled: true, is_domain: false },
    ]);
    const none = await client.raw('GET', '/v3/projects?name=elsewhere', undefined, headers);
    expect(none.body.projects).toEqual([]);
  });
});

describe('a call without good credentials', () => {
  const shapes: [SdrsSettings['expiredTokenAnswer'], number, object][] = [
    ['gateway-0307', 401, { error_code: 'APIGW.0307' }],
    ['gateway-0301', 401, { error_code: 'APIGW.0301' }],
    ['iam-403', 403, { error: { code: 403 } }],
    ['sdrs-400', 400, { error: { code: 'SDRS.0002' } }],
    ['sdrs-500', 500, { error: { code: 'SDRS.0014' } }],
  ];

  test.each(shapes)(
    'an expired token is answered as %s when the setting says so',
    async (shape, status, body) => {
      await client.control('PATCH', '/settings', { expiredTokenAnswer: shape });
      client.advance(DAY_MS);
      const answer = await client.call('GET', '/server-groups');
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject(body);
    },
  );

  test('all tokens can be made to expire at once', async () => {
    expect(await client.control('POST', '/expire-tokens')).toEqual({ expired: 1 });
    expect((await client.call('GET', '/server-groups')).status).toBe(401);
    await client.logIn();
    expect((await client.call('GET', '/server-groups')).status).toBe(200);
  });

  test('no token and an unknown token are APIGW.0301 with a request id', async () => {
    for (const headers of [{}, { 'X-Auth-Token': 'unknown' }] as Record<string, string>[]) {
      const answer = await client.raw('GET', `/v1/${PROJECT}/server-groups`, undefined, headers);
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ error_code: 'APIGW.0301' });
      expect(answer.body.request_id).toEqual(answer.headers.get('x-request-id'));
    }
  });

  test('another project, and a domain-scoped token, are refused as SDRS.0001', async () => {
    const foreign = await client.raw('GET', `/v1/${'f'.repeat(32)}/server-groups`, undefined, {
      'X-Auth-Token': client.token,
    });
    expect(foreign.body.error?.code).toBe('SDRS.0001');
    const scope = { domain: { name: 'demo' } };
    const domainToken = await client.raw('POST', '/v3/auth/tokens', logInBody({ scope }));
    client.token = domainToken.headers.get('x-subject-token') ?? '';
    expect((await client.call('GET', '/server-groups')).body.error?.code).toBe('SDRS.0001');
  });

  test('throttling answers 429 for the calls above the ceiling, per API and second', async () => {
    await client.control('PATCH', '/settings', { throttlePerSecond: 2 });
    const statuses = [];
    for (let call = 0; call < 3; call += 1)
      statuses.push((await client.call('GET', '/server-groups')).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await client.call('GET', '/replications')).status).toBe(200);
    client.advance(1000);
    expect((await client.call('GET', '/server-groups')).status).toBe(200);
  });
});

describe('request signing', () => {
  const host = 'sdrs.example.test';
  const date = '20300102T030405Z';
  const vectors = [
    {
      name: 'a POST with a body',
      request: {
        method: 'POST',
        url: `/v1/${PROJECT}/server-groups/40df180b-9fe2-471a-8c64-1b758dc84189/action`,
        headers: {
          'content-type': 'application/json',
          host,
          'x-project-id': PROJECT,
          'x-sdk-date': date,
        },
        body: Buffer.from('{"start-server-group":{}}'),
      },
      canonical: '0055bf768d7e0b092c8d58d2284cdf9adfb7920178ae3bd658f601c3e3297558',
      signature: '6bec4081eff970c9281f7acaa52f1a81be8f0b799585d5b81053b4182eb3f2d8',
    },
    {
      name: 'a GET with a query in need of encoding',
      request: {
        method: 'GET',
        url: `/v1/${PROJECT}/replications?server_group_ids=${encodeURIComponent('["a b","c"]')}&limit=10`,
        headers: { host, 'x-sdk-date': date },
        body: Buffer.alloc(0),
      },
      canonical: '180662d75f921fb89294170fc9d78a1471fb259d37199fc59b31c314b6ba640f',
      signature: '84b38a3dae72b5e99a96c0a4c9b8bd206dfdf5dcd5d9d461fca73321a8c681c1',
    },
  ];

  test.each(vectors)('$name gives the documented vector', ({ request, canonical, signature }) => {
    const text = canonicalRequest(request, Object.keys(request.headers).sort());
    expect(sha256(text)).toBe(canonical);
    expect(signatureOf(text, date, SECRET)).toBe(signature);
  });

  function signed(method: string, path: string, body = '', change: { date?: string; secret?: string } = {}) {
    const now = new Date(client.site.simulator.clock.now()).toISOString();
    const stamp = change.date ?? now.replace(/[-:]|\.\d+/g, '');
    const headers: Record<string, string> = { 'x-sdk-date': stamp };
    const names = ['content-type', 'x-sdk-date'];
    const canonical = canonicalRequest(
      {
        method,
        url: path,
        headers: { ...headers, 'content-type': 'application/json' },
        body: Buffer.from(body),
      },
      names,
    );
    const signature = signatureOf(canonical, stamp, change.secret ?? SECRET);
    const authorization = `SDK-HMAC-SHA256 Access=${ACCESS}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return client.raw(method, path, body || undefined, { ...headers, Authorization: authorization });
  }

  test('only the headers named in SignedHeaders count, so the host need not be signed', async () => {
    expect((await signed('GET', `/v1/${PROJECT}/server-groups?limit=1`)).status).toBe(200);
    expect((await signed('GET', '/v3/projects?name=eu-de')).status).toBe(200);
    const { id } = client.group('shop-dr');
    const body = '{ "start-server-group": {} }';
    expect((await signed('POST', `/v1/${PROJECT}/server-groups/${id}/action`, body)).status).toBe(200);
  });

  test('a wrong signature is told with the canonical request, newlines as bars', async () => {
    const answer = await signed('GET', `/v1/${PROJECT}/server-groups`, '', { secret: 'wrong' });
    expect(answer.status).toBe(401);
    expect(answer.body.error_code).toBe('APIGW.0301');
    expect(answer.body.error_msg).toMatch(/canonicalRequest:GET\|\/v1\//);
  });

  test('a date more than fifteen minutes off is refused', async () => {
    const at = (minutes: number) =>
      new Date(client.site.simulator.clock.now() + minutes * 60_000).toISOString().replace(/[-:]|\.\d+/g, '');
    expect((await signed('GET', `/v1/${PROJECT}/server-groups`, '', { date: at(-15) })).status).toBe(200);
    expect((await signed('GET', `/v1/${PROJECT}/server-groups`, '', { date: at(16) })).status).toBe(401);
    expect((await signed('GET', `/v1/${PROJECT}/server-groups`, '', { date: 'today' })).status).toBe(401);
  });

  test('more than five bad signatures in a row lock the key for five minutes', async () => {
    for (let attempt = 0; attempt < 6; attempt += 1)
      await signed('GET', `/v1/${PROJECT}/server-groups`, '', { secret: 'wrong' });
    expect((await signed('GET', `/v1/${PROJECT}/server-groups`)).status).toBe(401);
    client.advance(5 * 60_000);
    expect((await signed('GET', `/v1/${PROJECT}/server-groups`)).status).toBe(200);
  });
});
