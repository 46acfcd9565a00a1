import { AuditTrail } from '../../../src/access/audit-trail.js';
import { Authenticator } from '../../../src/access/authenticator.js';
import { AuditLog } from '../../../src/audit/audit-log.js';
import type { Decision } from '../../../src/domain/access/decision.js';
import type { Principal } from '../../../src/domain/access/principal.js';
import { problem, ProblemError } from '../../../src/domain/problem.js';
import { AuditPlace, decision } from '../audit/audit-place.js';
import { memorySite } from '../support/memory-site.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Surface } from './surface.js';

const { provider, siteId } = memorySite(new TestClock());

describe('what is asked of the API', () => {
  let surface: Surface;
  let recorded: Decision[];
  let isFull: boolean;
  beforeEach(async () => {
    recorded = [];
    isFull = false;
    const record = (one: Decision): Promise<void> => {
      if (isFull) return Promise.reject(new ProblemError(problem('audit-unavailable', 'The disk is full.')));
      recorded.push(one);
      return Promise.resolve();
    };
    surface = await surfaceOver([provider], undefined, [{ provide: AuditTrail, useValue: { record } }]);
  });
  afterEach(() => surface.close());

  const path = (action: string) => `/v1/recovery-plans/${siteId}.group-1/actions/${action}`;
  const body = { direction: 'TO_RECOVERY', reason: 'the site is lost\nALLOWED' };

  it('is recorded with who asked, where, for what and why, before it is done', async () => {
    await surface.ask('POST', path('failover'), { body, headers: { 'x-request-id': 'abc-12345' } });
    expect(recorded).toEqual([
      {
        kind: 'ALLOWED',
        principalId: 'admin',
        principalKind: 'ADMIN_KEY',
        requestId: expect.any(String) as string,
        clientAddress: '127.0.0.1',
        method: 'POST',
        route: '/v1/recovery-plans/:id/actions/failover',
        right: expect.any(String) as string,
        action: 'FAILOVER',
        siteId,
        subjectId: `${siteId}.group-1`,
        operationId: null,
        code: null,
        reason: body.reason,
      },
    ]);
  });

  it('says when only a check was asked for', async () => {
    await surface.ask('POST', path('failover'), { body: { ...body, validateOnly: true } });
    expect(recorded).toMatchObject([{ kind: 'ALLOWED', validateOnly: true }]);
  });

  it('is not done when it cannot be recorded', async () => {
    isFull = true;
    const told = await surface.ask('POST', path('failover'), { body });
    expect(told).toMatchObject({ status: 503, body: { code: 'audit-unavailable', retryable: true } });
    expect(surface.accepted).toEqual([]);
  });

  it('is read without a trace, also when nothing can be recorded', async () => {
    isFull = true;
    expect((await surface.ask('GET', '/v1/sites')).status).toBe(200);
    isFull = false;
    expect((await surface.ask('GET', '/v1/sites')).status).toBe(200);
    expect(recorded).toEqual([]);
  });

  it('stays refused whether or not that can be recorded, and never holds the credential', async () => {
    const headers = { authorization: 'Bearer not-the-key' };
    for (const full of [false, true]) {
      isFull = full;
      expect((await surface.ask('GET', '/v1/sites', { headers })).status).toBe(401);
    }
    expect(recorded).toMatchObject([
      {
        kind: 'REFUSED',
        principalId: null,
        code: 'unauthenticated',
        route: '/v1/sites',
        right: 'inventory:read',
      },
    ]);
    expect(JSON.stringify(recorded)).not.toContain('not-the-key');
  });
});

describe('what is refused to somebody who is known', () => {
  const viewerOf = (sites: string[]): Principal => ({
    id: 'key:viewer',
    kind: 'API_KEY',
    grants: [{ role: 'viewer', sites, targets: '*' }],
  });

  it.each([
    ['may not be seen', ['elsewhere'], 404, 'not-found'],
    ['is seen without the right', [siteId], 403, 'forbidden'],
  ])('is recorded with the code of the answer when it %s', async (_what, sites, status, code) => {
    const recorded: Decision[] = [];
    const record = (one: Decision) => Promise.resolve(void recorded.push(one));
    const surface = await surfaceOver([provider], undefined, [
      { provide: AuditTrail, useValue: { record } },
      { provide: Authenticator, useValue: { principalOf: () => viewerOf(sites) } },
    ]);
    const path = `/v1/recovery-plans/${siteId}.group-1/actions/failover`;
    const told = await surface.ask('POST', path, { body: { direction: 'TO_RECOVERY', reason: 'curious' } });
    await surface.close();
    expect(told.status).toBe(status);
    expect(recorded.map(({ kind }) => kind).at(-1)).toBe('REFUSED');
    expect(recorded.at(-1)).toMatchObject({ principalId: 'key:viewer', siteId, code, reason: 'curious' });
    expect(surface.accepted).toEqual([]);
  });
});

describe('GET /v1/audit', () => {
  let place: AuditPlace;
  let surface: Surface;
  beforeAll(async () => {
    place = new AuditPlace();
    const trail = await place.open();
    for (let i = 0; i < 5; i += 1) {
      await trail.record(decision({ requestId: `r-${i}`, principalId: i === 2 ? 'admin' : 'key:ops' }));
      place.clock.advance(1_000);
    }
    const log = new AuditLog(place.folder, place.keys);
    surface = await surfaceOver([provider], undefined, [{ provide: AuditLog, useValue: log }]);
  });
  afterAll(async () => {
    await surface.close();
    await place.close();
  });

  it('tells the newest first, page by page', async () => {
    const first = await surface.ask('GET', '/v1/audit?pageSize=3');
    expect(first).toMatchObject({
      status: 200,
      body: { items: [{ requestId: 'r-4' }, {}, { requestId: 'r-2' }] },
    });
    const token = encodeURIComponent(String(first.body.nextPageToken));
    expect(first.headers.link).toContain('rel="next"');
    const second = await surface.ask('GET', `/v1/audit?pageSize=3&pageToken=${token}`);
    expect(second.body).toEqual({
      items: [expect.objectContaining({ requestId: 'r-1' }), expect.objectContaining({ requestId: 'r-0' })],
    });
    expect((await surface.ask('GET', `/v1/audit?principalId=admin&pageToken=${token}`)).body).toMatchObject({
      code: 'page-token-invalid',
    });
  });

  it('shows an entry as it was, and nothing of how it is kept', async () => {
    const { body } = await surface.ask('GET', '/v1/audit?principalId=admin');
    expect(body).toEqual({
      items: [
        {
          ...decision({ requestId: 'r-2', principalId: 'admin' }),
          id: expect.stringMatching(/^[\w-]{43}$/) as string,
          time: '2030-01-02T03:04:07.000Z',
          count: 1,
          validateOnly: false,
        },
      ],
    });
  });

  it.each(['kind=NOTHING', 'from=yesterday', 'who=me', 'pageSize=x'])('refuses %s', async (query) => {
    expect(await surface.ask('GET', `/v1/audit?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    });
  });
});
