import { Site } from './both-sites.js';

const parsed = (text: string): unknown => JSON.parse(text) as unknown;
const field = (text: string, name: string): unknown => (parsed(text) as Record<string, unknown>)[name];

afterAll(() => Site.closeAll());

describe.each(['sdrs', 'srm'] as const)('a named fault at the simulated %s', (name) => {
  let site: Site;
  beforeAll(async () => (site = await Site.open(name)));
  beforeEach(() => site.restart());

  it.each([
    ['lost-request', 0],
    ['lost-answer-after-accept', 1],
  ])('%s breaks the connection of a change, which is executed %d times', async (preset, executed) => {
    await site.preset(preset);
    expect((await site.list()).status).toBe(200);
    await expect(site.change()).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(site.executions).toHaveLength(executed);
    expect((await site.change()).status).toBe(executed ? 400 : name === 'sdrs' ? 200 : 202);
  });

  it.each([
    ['hang', 0],
    ['hang-after-accept', 1],
  ])('%s never answers a change, which is executed %d times', async (preset, executed) => {
    await site.preset(preset);
    const patience = new AbortController();
    const answer = site.change(patience.signal);
    const gaveUp = expect(answer).rejects.toThrow(/abort/);
    await site.struck();
    patience.abort();
    await gaveUp;
    expect(site.executions).toHaveLength(executed);
  });

  it.each([
    ['server-error-before-execution', 500, 0],
    ['server-error-after-execution', 500, 1],
    ['gateway-timeout-after-execution', 504, 1],
  ])("%s answers a change with %d in the service's own form", async (preset, status, executed) => {
    await site.preset(preset);
    const answer = await site.change();
    expect(answer.status).toBe(status);
    const shape = { sdrs: { 500: ['error'], 504: ['error_msg', 'error_code', 'request_id'] } };
    if (name === 'sdrs') {
      const keys = Object.keys(parsed(answer.text) as object);
      expect(keys).toEqual(shape.sdrs[status as 500 | 504]);
    } else if (status === 500) {
      expect(Object.keys(parsed(answer.text) as object)).toEqual(['error_code', 'message', 'op_id']);
    } else {
      expect(answer.text).toBe('');
    }
    expect(site.executions).toHaveLength(executed);
  });

  it.each([
    ['html-body', 502, 0],
    ['html-in-200', 200, 1],
  ])('%s answers an HTML page with %d', async (preset, status, executed) => {
    await site.preset(preset);
    const { headers, ...answer } = await site.change();
    expect(answer).toMatchObject({ status, text: expect.stringContaining('<html>') as string });
    expect(headers['content-type']).toMatch(/text\/html/);
    expect(site.executions).toHaveLength(executed);
  });

  it('truncated-json cuts an answer so that it is JSON no more', async () => {
    await site.preset('truncated-json');
    const { status, text } = await site.change();
    expect(status).toBe(name === 'sdrs' ? 200 : 202);
    expect(text).toMatch(/^\{/);
    expect(() => parsed(text)).toThrow();
    expect(site.executions).toHaveLength(1);
  });

  it('empty-200 answers nothing, although the change was executed', async () => {
    await site.preset('empty-200');
    expect(await site.change()).toMatchObject({ status: 200, text: '' });
    expect(site.executions).toHaveLength(1);
  });

  it('error-body-in-200 tells of an error in a 200, although the change was executed', async () => {
    await site.preset('error-body-in-200');
    const { status, text } = await site.change();
    expect(status).toBe(200);
    expect(Object.keys(parsed(text) as object)).toContain(name === 'sdrs' ? 'error' : 'error_code');
    expect(site.executions).toHaveLength(1);
  });

  it('accepted-without-id accepts, and does not say what', async () => {
    await site.preset('accepted-without-id');
    expect(await site.change()).toMatchObject({ status: name === 'sdrs' ? 200 : 202, text: '{}' });
    expect(site.executions).toHaveLength(1);
  });

  it('expired-login ends what was logged in, until the next log-in', async () => {
    await site.preset('expired-login');
    const { status, text } = await site.change();
    expect(status).toBe(401);
    expect(text).toMatch(name === 'sdrs' ? /APIGW\.0307/ : /^$/);
    expect(site.executions).toEqual([]);
    await site.logIn();
    expect((await site.list()).status).toBe(200);
  });

  it('stuck-job lets the next job never end', async () => {
    await site.preset('stuck-job');
    const accepted = await site.change();
    site.advance(3_600_000);
    await site.logIn();
    expect(field((await site.job(accepted)).text, 'status')).toBe(site.manners.jobWords.running);
  });

  it('failed-job lets the next job fail', async () => {
    await site.preset('failed-job');
    const accepted = await site.change();
    site.advance(600_000);
    expect(field((await site.job(accepted)).text, 'status')).toBe(site.manners.jobWords.failed);
  });

  it('job-forgotten makes a job unknown, while its work goes on to its end', async () => {
    const accepted = await site.change();
    const during = field((await site.one()).text, name === 'sdrs' ? 'server_group' : 'status');
    await site.preset('job-forgotten');
    expect((await site.job(accepted)).status).toBe(404);
    site.advance(600_000);
    const after = field((await site.one()).text, name === 'sdrs' ? 'server_group' : 'status');
    const word = (value: unknown) => (name === 'sdrs' ? (value as { status: string }).status : value);
    expect([word(during), word(after)]).toEqual(
      name === 'sdrs' ? ['failing-over', 'failed-over'] : ['RECOVERY_IN_PROGRESS', 'RECOVERY_COMPLETE'],
    );
  });

  it('unknown-words puts a word that no table knows into every state that is read', async () => {
    await site.preset('unknown-words', { word: 'QUANTUM' });
    const states = site.manners
      .items(parsed((await site.list()).text))
      .map((item) => (item as unknown as { status: string }).status);
    expect(new Set(states)).toEqual(new Set(['QUANTUM']));
    expect((await site.change()).text).not.toContain('QUANTUM');
  });

  it.each([
    ['rate-limited', undefined],
    ['rate-limited-retry-after', '2'],
  ])('%s answers one 429, with Retry-After %p, and executes nothing', async (preset, retryAfter) => {
    await site.preset(preset);
    const { status, headers } = await site.change();
    expect([status, headers['retry-after']]).toEqual([429, retryAfter]);
    expect(site.executions).toEqual([]);
    expect((await site.list()).status).toBe(200);
  });

  it('slow-lists delays lists and nothing else, and their content is true', async () => {
    await site.preset('slow-lists', { ms: 1 });
    expect(site.manners.items(parsed((await site.list()).text)).length).toBeGreaterThan(3);
    await site.one();
    const faults = site.running.simulator.journal.requests().map(({ fault }) => fault);
    expect(faults.slice(-2)).toEqual(['before:delay', null]);
  });

  it('duplicate-ids shows the first item of a list twice', async () => {
    const truth = site.manners.items(parsed((await site.list()).text));
    await site.preset('duplicate-ids');
    const spoilt = site.manners.items(parsed((await site.list()).text));
    expect(spoilt.map(({ id }) => id)).toEqual([...truth.map(({ id }) => id), truth[0]?.id]);
  });

  it('half-page leaves half of the items out and still counts them', async () => {
    const truth = parsed((await site.list()).text);
    await site.preset('half-page');
    const spoilt = parsed((await site.list()).text);
    const whole = site.manners.items(truth);
    expect(site.manners.items(spoilt)).toEqual(whole.slice(0, Math.floor(whole.length / 2)));
    expect(site.manners.total(spoilt)).toBe(site.manners.total(truth));
  });

  it.each([
    ['empty-lists', 0],
    ['short-lists', 0.5],
  ])('%s leaves items out, and counts only what is left', async (preset, share) => {
    const whole = site.manners.items(parsed((await site.list()).text));
    await site.preset(preset);
    const spoilt = parsed((await site.list()).text);
    const left = Math.floor(whole.length * share);
    expect(site.manners.items(spoilt)).toEqual(whole.slice(0, left));
    expect(site.manners.total(spoilt)).toBe(left);
    expect((spoilt as { _meta?: { links: { next: unknown } } })._meta?.links.next ?? null).toBeNull();
  });

  it('contradicting-duplicates shows the first item twice, in two states', async () => {
    const truth = site.manners.items(parsed((await site.list()).text));
    await site.preset('contradicting-duplicates');
    const spoilt = site.manners.items(parsed((await site.list()).text)) as { id: string; status?: string }[];
    const [first, again] = [spoilt[0], spoilt.at(-1)];
    expect(spoilt).toHaveLength(truth.length + 1);
    expect(again?.id).toBe(first?.id);
    expect(again?.status).not.toBe(first?.status);
  });

  it('items-without-ids and items-with-gaps leave out what nobody can do without', async () => {
    const truth = site.manners.items(parsed((await site.list()).text));
    await site.preset('items-without-ids', { times: 1 });
    const without = site.manners.items(parsed((await site.list()).text));
    expect(without).toEqual(truth.map(({ id: _id, ...rest }) => rest));
    await site.preset('items-with-gaps');
    const answer = parsed((await site.list()).text);
    for (const [index, item] of site.manners.items(answer).entries())
      expect(Object.entries(item).filter(([, value]) => value !== null)).toEqual([['id', truth[index]?.id]]);
    const { _meta: about } = answer as { _meta?: { errors: unknown[] } };
    if (about) expect(about.errors).toHaveLength(1);
  });

  it('unreachable breaks every connection, and hanging-lists leaves lists alone without an answer', async () => {
    await site.preset('unreachable');
    await expect(site.list()).rejects.toThrow(/socket hang up|ECONNRESET/);
    await expect(site.one()).rejects.toThrow(/socket hang up|ECONNRESET/);
    await site.control('DELETE', '/faults');
    await site.preset('hanging-lists');
    expect((await site.one()).status).toBe(200);
    const patience = new AbortController();
    const gaveUp = expect(site.ask(site.manners.list, patience.signal)).rejects.toThrow(/abort/);
    await site.struck();
    patience.abort();
    await gaveUp;
  });

  it('lying-count counts items that do not exist', async () => {
    const truth = parsed((await site.list()).text);
    await site.preset('lying-count');
    const spoilt = parsed((await site.list()).text);
    expect(site.manners.items(spoilt)).toEqual(site.manners.items(truth));
    expect(site.manners.total(spoilt)).toBe(2 * site.manners.total(truth) + 1);
  });

  it('huge-body pads a list to ten megabytes of valid JSON', async () => {
    const truth = parsed((await site.list()).text);
    await site.preset('huge-body');
    const { text } = await site.list();
    expect(Buffer.byteLength(text)).toBe(10 * 1024 * 1024);
    expect(site.manners.items(parsed(text))).toEqual(site.manners.items(truth));
  });

  it('takes what is said beside the name before what the name brings', async () => {
    const { rule } = await site.preset('lost-answer-after-accept', { times: 2, skip: 1, path: '/nowhere$' });
    expect(rule).toMatchObject({ kind: 'reset', when: 'after', times: 2, skip: 1, path: '/nowhere$' });
  });

  it('is in the list of named faults, with one sentence', async () => {
    const { presets } = parsed((await site.control('GET', '/presets')).text) as {
      presets: { preset: string; sentence: string }[];
    };
    expect(presets.length).toBeGreaterThan(25);
    for (const { sentence } of presets) expect(sentence).toMatch(/^[A-Z].*[.)]$/);
  });
});

describe('a named fault of one service alone', () => {
  it('throttled, at SDRS: the third call in a second to one API meets APIGW.0308 without Retry-After', async () => {
    const site = await Site.open('sdrs');
    await site.preset('throttled');
    const statuses = [(await site.list()).status, (await site.list()).status];
    const third = await site.list();
    expect([...statuses, third.status, third.headers['retry-after']]).toEqual([200, 200, 429, undefined]);
    expect(third.text).toContain('APIGW.0308');
    site.advance(1000);
    expect((await site.list()).status).toBe(200);
  });

  it('link-down, at SDRS: no failover is accepted', async () => {
    const site = await Site.open('sdrs');
    await site.preset('link-down');
    expect((await site.change()).text).toContain('SDRS.1824');
  });

  it('api-withdrawn, at SDRS: every call meets the 404 of the gateway', async () => {
    const site = await Site.open('sdrs');
    await site.preset('api-withdrawn');
    expect(await site.list()).toMatchObject({
      status: 404,
      text: expect.stringContaining('APIGW.0101') as string,
    });
  });

  it.each([
    [true, '60'],
    [false, undefined],
  ])(
    'limiter-windows, at SRM: the session has its quota per window (Retry-After: %p)',
    async (told, wait) => {
      const site = await Site.open('srm');
      await site.preset('limiter-windows', { sessionQuota: 3, retryAfter: told });
      for (let call = 0; call < 3; call += 1) expect((await site.list()).status).toBe(200);
      const refused = await site.list();
      expect([refused.status, refused.text, refused.headers['retry-after']]).toEqual([429, '', wait]);
      site.advance(60_000);
      expect((await site.list()).status).toBe(200);
    },
  );

  it.each(['expired-remote-login', 'remote-site-down', 'link-down'])(
    '%s, at SRM: a reprotect meets what the settings say, and reads go on',
    async (preset) => {
      const site = await Site.open('srm');
      await site.preset(preset);
      const path = site.manners.change.path.replace('actions/recovery', 'actions/reprotect');
      const { status } = await site.ask({ method: 'POST', path, body: {} });
      expect([preset, status]).toEqual([preset, preset === 'expired-remote-login' ? 403 : 500]);
      expect((await site.list()).status).toBe(200);
    },
  );

  it('server-death, at SRM: a run ends interrupted, its task and the session are lost', async () => {
    const site = await Site.open('srm');
    const accepted = await site.change();
    site.advance(5000);
    await site.preset('server-death');
    expect((await site.list()).status).toBe(401);
    await site.logIn();
    expect((await site.job(accepted)).status).toBe(404);
    expect(field((await site.one()).text, 'status')).toBe('RECOVERY_INTERRUPTED');
  });

  it('job-forgotten, at SRM, does not stop work that has only a task', async () => {
    const site = await Site.open('srm');
    const { planId } = { planId: site.manners.one.path };
    const renamed = { method: 'POST', path: `${planId}/actions/reconfigure`, body: { name: 'renamed' } };
    expect((await site.ask(renamed)).status).toBe(202);
    await site.preset('job-forgotten');
    site.advance(10_000);
    expect(field((await site.one()).text, 'name')).toBe('renamed');
  });
});
