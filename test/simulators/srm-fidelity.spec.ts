import { Bench, GROUPS, LOCAL, PAIRING, PLANS, REMOTE, SITE_B, pick, word } from './srm-bench.js';

const V1 = '/api/rest/srm/v1';
const SITE_B_V1 = '/site-b/api/rest/srm/v1';

describe('the simulated SRM', () => {
  let bench: Bench;
  beforeAll(async () => (bench = await Bench.open()));
  beforeEach(async () => {
    bench.sim.reset();
    await bench.logIn();
  });
  afterAll(() => bench.close());

  describe('as to sessions', () => {
    const noSession = { headers: { 'x-dr-session': 'made-up' } };

    it('logs in with Basic and answers an opaque id', async () => {
      const { status, body } = await bench.post('/session', undefined, { headers: { authorization: LOCAL } });
      expect(status).toBe(200);
      expect(pick(body, 'session_id')).toMatch(/^[A-Za-z0-9+/=]{20,}$/);
    });

    it.each(['', 'Basic bm9ib2R5Om5vdGhpbmc=', 'Bearer abc', REMOTE])(
      'refuses the credentials %p with an empty 401',
      async (authorization) => {
        const { status, text } = await bench.post('/session', undefined, { headers: { authorization } });
        expect([status, text]).toEqual([401, '']);
      },
    );

    it('answers every call without a session with an empty 401', async () => {
      for (const path of ['/session', '/tasks', '/pairings', PLANS, '/server/info']) {
        const { status, text } = await bench.get(path, noSession);
        expect([path, status, text]).toEqual([path, 401, '']);
      }
    });

    it('names the user, and forgets the session after a log-out', async () => {
      expect((await bench.get('/session')).body).toEqual({ username: 'administrator@vsphere.local' });
      expect((await bench.delete('/session')).status).toBe(204);
      expect((await bench.get('/session')).status).toBe(401);
    });

    it('ends a session after half an hour without use, and not before', async () => {
      bench.advance(29 * 60_000);
      expect((await bench.get('/session')).status).toBe(200);
      bench.advance(29 * 60_000);
      expect((await bench.get('/session')).status).toBe(200);
      bench.advance(30 * 60_000);
      expect((await bench.get('/session')).status).toBe(401);
    });

    it('keeps the remote session per local session', async () => {
      const remote = `${PAIRING}/remote-session`;
      expect((await bench.get(remote)).body).toEqual({ username: 'administrator@remote.local' });
      await bench.logIn({ remote: false });
      expect((await bench.get(remote)).status).toBe(403);
      const answer = await bench.post(remote, undefined, { headers: { authorization: REMOTE } });
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect((await bench.get(remote)).status).toBe(200);
    });

    it('takes the missing remote session for 400, 401 or 500 when told so', async () => {
      await bench.logIn({ remote: false });
      for (const status of [400, 401, 500] as const) {
        bench.sim.settings.missingRemoteStatus = status;
        const answer = await bench.start('erp-plan', 'test');
        expect([answer.status, answer.text === '']).toEqual([status, status === 401]);
      }
    });

    it('needs no remote session when both sites share a vCenter', async () => {
      bench.sim.settings.robo = true;
      await bench.logIn({ remote: false });
      const { body } = await bench.get(PAIRING);
      expect(pick(body, 'local_vc_server.id')).toBe(pick(body, 'remote_vc_server.id'));
      expect((await bench.start('erp-plan', 'test')).status).toBe(202);
    });

    it('reads groups, plans, tasks and history with the local log-in alone', async () => {
      await bench.logIn({ remote: false });
      for (const path of [GROUPS, PLANS, '/tasks', `${PAIRING}/issues`]) {
        expect((await bench.get(path)).status).toBe(200);
      }
      expect((await bench.get(`${PAIRING}/recovery-management/history-reports`)).status).toBe(202);
    });

    it('names in _meta.errors what is missing without the remote session', async () => {
      await bench.logIn({ remote: false });
      const { status, body } = await bench.get('/pairings');
      expect(status).toBe(200);
      expect(pick(body, '_meta.errors.0')).toMatchObject({
        field: '$.list[0].remote_vc_server.certificates',
      });
      const vms = await bench.get(`${bench.groupPath('erp')}/vms`);
      expect(pick(vms.body, '_meta.errors.1')).toMatchObject({ field: '$.list[1].protection_info' });
    });

    it('refuses an action to an account without the privilege', async () => {
      const [account] = bench.sim.settings.accounts.a;
      bench.sim.settings.accounts = {
        ...bench.sim.settings.accounts,
        a: [{ username: '', password: '', ...account, denied: ['recovery'] }],
      };
      const { status, body } = await bench.start('erp-plan', 'recovery');
      expect([status, pick(body, 'error_code')]).toEqual([403, 'NoPermission']);
      expect((await bench.start('erp-plan', 'test')).status).toBe(202);
    });
  });

  describe('as to the two sites', () => {
    it('shows the documented pairing', async () => {
      const { body } = await bench.get('/pairings');
      expect(body).toMatchObject({
        list: [
          {
            pairing_id: '7b0e6c1e-5a53-4d0f-9a55-0e0c6d5b9f01',
            local_vc_server: {
              id: '11111111-aaaa-4aaa-8aaa-111111111111',
              url: 'https://vc-a.example:443',
              name: 'vc-a.example',
              server_status: 'OK',
              version: '8.0.3',
            },
            remote_vc_server: { id: '22222222-bbbb-4bbb-8bbb-222222222222' },
            local_srm_server: { id: '33333333-cccc-4ccc-8ccc-333333333333', name: 'site-a' },
            remote_srm_server: {
              id: '44444444-dddd-4ddd-8ddd-444444444444',
              name: 'site-b',
              version: '9.0.2',
            },
          },
        ],
        _meta: {
          errors: [],
          total: 1,
          offset: 0,
          limit: 100,
          links: {
            self: { href: `${bench.running.url}/api/rest/srm/v2/pairings` },
            next: null,
            previous: null,
          },
        },
      });
    });

    it('shows the same pairing from the other end, with the accounts swapped', async () => {
      await bench.logIn({ base: SITE_B });
      const { body } = await bench.get('/pairings/7b0e6c1e-5a53-4d0f-9a55-0e0c6d5b9f01');
      expect(pick(body, 'local_srm_server.name')).toBe('site-b');
      expect(pick(body, 'remote_srm_server.name')).toBe('site-a');
      expect((await bench.get('/session')).body).toEqual({ username: 'administrator@remote.local' });
      expect((await bench.get(PLANS)).body).toMatchObject({ _meta: { total: 5 } });
      await bench.logIn({ base: '/api/rest/srm/v2' });
    });

    it('keeps a session to the site that gave it, for v1 and v2 alike', async () => {
      expect((await bench.get('/session', { base: V1 })).status).toBe(200);
      expect((await bench.get('/session', { base: SITE_B_V1 })).status).toBe(401);
    });

    it('works by ids with raw colons and with %3A', async () => {
      const { id } = bench.plan('erp-plan');
      expect((await bench.get(`${PLANS}/${id}`)).body).toMatchObject({ id });
      expect((await bench.get(`${PLANS}/${encodeURIComponent(id)}`)).body).toMatchObject({ id });
    });

    it('takes an empty body labelled JSON on calls without a body', async () => {
      const headers = { 'content-type': 'application/json' };
      expect((await bench.get('/session', { headers })).status).toBe(200);
      await bench.start('erp-plan', 'test');
      const cancel = `${bench.planPath('erp-plan')}/actions/cancel`;
      expect((await bench.ask('POST', cancel, { headers })).status).toBe(204);
    });

    it('tells its own time in the Date header', async () => {
      const { headers } = await bench.get('/session');
      expect(Date.parse(headers.get('date') ?? '')).toBe(Math.floor(bench.sim.clock.now() / 1000) * 1000);
    });
  });

  describe('as to errors', () => {
    it.each([
      ['/pairings/no-such-pairing'],
      [`${PLANS}/no-such-plan`],
      [`${GROUPS}/no-such-group`],
      ['/tasks/no-such-task'],
      ['/no-such-operation'],
      [`${PAIRING}/srms/33333333-cccc-4ccc-8ccc-333333333333/licensing`],
    ])('answers %s with an empty 404', async (path) => {
      const { status, text } = await bench.get(path);
      expect([status, text]).toEqual([404, '']);
    });

    it('answers malformed JSON with a ResponseError', async () => {
      const response = await fetch(
        `${bench.running.url}/api/rest/srm/v2${bench.planPath('erp-plan')}/actions/test`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-dr-session': bench.session },
          body: '{"sync_data": tru',
        },
      );
      expect(response.status).toBe(400);
      expect(Object.keys((await response.json()) as object)).toEqual(['error_code', 'message', 'op_id']);
    });

    it.each([[undefined], [[]], [{ sync_data: 'yes' }], ['text']])(
      'refuses the body %p for a test',
      async (body) => {
        const { status } = await bench.post(`${bench.planPath('erp-plan')}/actions/test`, body);
        expect(status).toBe(400);
        expect(bench.sim.journal.executions()).toEqual([]);
      },
    );
  });

  describe('as to lists', () => {
    const names = async (query: string): Promise<unknown[]> => {
      const { body } = await bench.get(`${PLANS}?${query}`);
      return (pick(body, 'list') as unknown[]).map((item) => pick(item, 'name'));
    };

    it('sorts both ways', async () => {
      const up = await names('sort_by=name');
      expect(up).toEqual([...up].sort());
      expect(await names('sort_by=NAME&order_by=descending')).toEqual([...up].reverse());
    });

    it('filters by a name in any case, by any of several values, and by a nested name', async () => {
      expect(await names('filter_property=Name&filter=web-plan')).toEqual(['web-plan']);
      expect(await names('filter_property=name&filter=web-plan&filter=erp-plan')).toEqual([
        'erp-plan',
        'web-plan',
      ]);
      expect(await names('filter_property=name&filter=none')).toEqual([]);
      const vms = await bench.get(
        `${bench.planPath('erp-plan')}/vms?filter_property=recovery_settings.priority&filter=P2`,
      );
      expect(vms.body).toMatchObject({ list: [{ name: 'erp-app' }] });
    });

    it('pages, with absolute links that lead on and null at both ends', async () => {
      const first = (await bench.get(`${PLANS}?sort_by=name&limit=2`)).body;
      expect(first).toMatchObject({ _meta: { total: 5, limit: 2, offset: 0, links: { previous: null } } });
      const seen: unknown[] = [];
      for (let next = `${PLANS}?sort_by=name&limit=2`, base = ''; next !== 'null'; base = 'absolute') {
        const url = base === '' ? `${bench.running.url}/api/rest/srm/v2${next}` : next;
        const response = await fetch(url, { headers: { 'x-dr-session': bench.session } });
        const page = (await response.json()) as object;
        seen.push(...(pick(page, 'list') as unknown[]).map((item) => pick(item, 'name')));
        next = pick(page, '_meta.links.next') === null ? 'null' : word(page, '_meta.links.next.href');
      }
      expect(seen).toEqual(await names('sort_by=name'));
    });

    it('takes 100 for granted and gives no more than 1000', async () => {
      expect((await bench.get(PLANS)).body).toMatchObject({ _meta: { limit: 100 } });
      expect((await bench.get(`${PLANS}?limit=5000`)).body).toMatchObject({ _meta: { limit: 1000 } });
    });

    it.each([
      'limit=ten',
      'limit=0',
      'offset=2',
      'limit=2&offset=-1',
      'order_by=asc',
      'sort_by=name&order_by=up',
      'filter=x',
    ])('refuses %s', async (query) => {
      expect((await bench.get(`${PLANS}?${query}`)).status).toBe(400);
    });
  });

  describe('as to tasks', () => {
    it('shows a task QUEUED, RUNNING with growing progress, and SUCCESS', async () => {
      const { body: accepted } = await bench.start('erp-plan', 'test', { sync_data: true });
      expect(accepted).toMatchObject({
        description: 'Test',
        entity: bench.plan('erp-plan').id,
        entity_name: 'erp-plan',
        status: 'QUEUED',
        error: null,
        progress: 0,
        queued_time: bench.sim.clock.now(),
        start_time: null,
        complete_time: null,
        _meta: { errors: [] },
      });
      expect(accepted).not.toHaveProperty('result');
      const task = async () => (await bench.get(`/tasks/${word(accepted, 'id')}`)).body;
      bench.advance(100);
      expect(await task()).toMatchObject({ status: 'RUNNING', start_time: bench.sim.clock.now() });
      bench.advance(20_000);
      const half = await task();
      expect(pick(half, 'progress')).toBeGreaterThan(30);
      expect(pick(half, 'progress')).toBeLessThan(70);
      expect((await bench.get(bench.planPath('erp-plan'))).body).toMatchObject({
        is_running: true,
        progress: pick(half, 'progress'),
      });
      bench.advance(21_000);
      expect(await task()).toMatchObject({ status: 'SUCCESS', progress: 100, result: null, error: null });
    });

    it('keeps a finished task a quarter of an hour, then answers 404', async () => {
      const { body } = await bench.start('erp-plan', 'test');
      bench.advance(45_000);
      bench.advance(14 * 60_000);
      expect((await bench.get(`/tasks/${word(body, 'id')}`)).status).toBe(200);
      bench.advance(60_000);
      const { status, text } = await bench.get(`/tasks/${word(body, 'id')}`);
      expect([status, text]).toEqual([404, '']);
    });

    it('lists the newest first when asked to', async () => {
      await bench.start('erp-plan', 'test');
      bench.advance(10);
      await bench.start('web-plan', 'test');
      const { body } = await bench.get('/tasks?sort_by=queued_time&order_by=desc&limit=200');
      expect(body).toMatchObject({ list: [{ entity_name: 'web-plan' }, { entity_name: 'erp-plan' }] });
    });

    it('gives times as ISO text in v1', async () => {
      const { body } = await bench.start('erp-plan', 'test');
      const v1 = (await bench.get(`/tasks/${word(body, 'id')}`, { base: V1 })).body;
      expect(v1).toMatchObject({
        queued_time: new Date(bench.sim.clock.now()).toISOString(),
        start_time: null,
      });
    });

    it('is ten times as fast with a factor of 0.1', async () => {
      bench.sim.settings.durationFactor = 0.1;
      await bench.start('erp-plan', 'recovery');
      bench.advance(6_200);
      expect(await bench.status('erp-plan')).toBe('RECOVERY_COMPLETE');
    });
  });

  describe('as to its rate limiter', () => {
    it('refuses the 51st request of a session in a minute with an empty 429', async () => {
      bench.sim.settings.limiter = true;
      for (let count = 1; count <= 50; count += 1) expect((await bench.get('/session')).status).toBe(200);
      bench.advance(20_000);
      const { status, text, headers } = await bench.get('/session');
      expect([status, text, headers.get('retry-after')]).toEqual([429, '', '40']);
      bench.advance(40_000);
      expect((await bench.get('/session')).status).toBe(200);
    });

    it('counts all sessions of an address together, log-ins too', async () => {
      Object.assign(bench.sim.settings, { limiter: true, addressQuota: 4, retryAfter: false });
      await bench.logIn();
      await bench.logIn();
      const { status, headers } = await bench.get('/session');
      expect([status, headers.get('retry-after')]).toEqual([429, null]);
    });

    it('is off by default', async () => {
      for (let count = 1; count <= 60; count += 1) expect((await bench.get('/session')).status).toBe(200);
    });
  });
});
