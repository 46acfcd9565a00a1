import { Site } from './both-sites.js';

type Case = [control: string, body: object, field: string];

const ON_BOTH: Case[] = [
  ['PATCH /settings', { durationFactr: 1 }, 'durationFactr'],
  ['PATCH /settings', { durationFactor: '1' }, 'durationFactor'],
  ['POST /reset', { sed: 1 }, 'sed'],
  ['POST /reset', { settings: { nonsense: true } }, 'settings.nonsense'],
  ['POST /advance', {}, 'ms'],
  ['POST /advance', { ms: -1 }, 'ms'],
  ['PATCH /clock', { paused: 'yes' }, 'paused'],
  ['POST /faults', { kind: 'explode' }, 'kind'],
  ['POST /faults', { when: 'after' }, 'kind'],
  ['POST /faults', { kind: 'reset', when: 'later' }, 'when'],
  ['POST /faults', { kind: 'reset', path: '(' }, 'path'],
  ['POST /faults', { kind: 'reset', often: true }, 'often'],
  ['POST /faults', { kind: 'reset', times: 0.5 }, 'times'],
  ['POST /faults', { kind: 'reset', share: 2 }, 'share'],
  ['POST /faults', { kind: 'status', status: 99 }, 'status'],
  ['POST /faults', { kind: 'half-page', when: 'before' }, 'when'],
  ['POST /faults', { oneOf: [{ kind: 'reset' }, { kind: 'explode' }] }, 'oneOf[1].kind'],
  ['POST /faults', { preset: 'earthquake' }, 'preset'],
  ['POST /faults', { preset: 'hang', colour: 'red' }, 'colour'],
  ['POST /faults', { preset: 'stuck-job', action: 'dance' }, 'action'],
  ['POST /faults', { preset: 'job-forgotten', times: 2 }, 'times'],
  ['POST /fail-next', { action: 'dance' }, 'action'],
  ['POST /fail-next', { plan: 'x' }, 'plan'],
  ['POST /console', { action: 'dance' }, 'action'],
];

const AT: Record<'sdrs' | 'srm', Case[]> = {
  sdrs: [
    ['PATCH /settings', { expiredTokenAnswer: 'gone' }, 'expiredTokenAnswer'],
    ['PATCH /settings', { quotas: { servers: 1 } }, 'quotas.servers'],
    ['PATCH /settings', { quotas: { vpcs: '1' } }, 'quotas.vpcs'],
    ['PATCH /settings', { accounts: [{ domain: 'x', pasword: 'y' }] }, 'accounts[0].pasword'],
    ['POST /stick-next', { action: 'dance' }, 'action'],
    ['POST /console', { action: 'failover' }, 'group'],
    ['POST /servers', { power: 'on' }, 'power'],
    ['POST /volumes', { size: 'big' }, 'size'],
  ],
  srm: [
    ['PATCH /settings', { durationsMs: { dance: 1 } }, 'durationsMs.dance'],
    ['PATCH /settings', { missingRemoteStatus: 418 }, 'missingRemoteStatus'],
    ['POST /fail-next', { how: 'slowly' }, 'how'],
    ['POST /console', { action: 'test' }, 'plan'],
    ['PATCH /sites/c', { up: true }, 'site'],
    ['PATCH /link', { up: 1 }, 'up'],
    ['POST /server-death', { hard: true }, 'hard'],
    ['PATCH /plans/erp-plan', { state: 'X' }, 'state'],
    ['POST /plans/erp-plan/prompts', { position: -1 }, 'position'],
  ],
};

afterAll(() => Site.closeAll());

describe.each(['sdrs', 'srm'] as const)('the control API of the simulated %s', (name) => {
  let site: Site;
  beforeAll(async () => (site = await Site.open(name)));
  beforeEach(() => site.restart());

  it.each([...ON_BOTH, ...AT[name]])('refuses %s %j and names %s', async (control, body, field) => {
    const before = (await site.control('GET', '')).text;
    const [method = '', path = ''] = control.split(' ');
    const { status, text } = await site.control(method, path, body);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({ message: expect.any(String) as string, field });
    expect((await site.control('GET', '')).text).toBe(before);
  });

  it.each([
    [{ durationFactor: 0.5 }, { durationFactor: 0.5 }],
    name === 'sdrs'
      ? [{ quotas: { vpcs: 9 } }, { quotas: expect.objectContaining({ vpcs: 9, batchCreate: 5 }) as object }]
      : [
          { durationsMs: { test: 9 } },
          { durationsMs: expect.objectContaining({ test: 9, other: 1000 }) as object },
        ],
  ])('takes the settings %j and leaves the others', async (change, expected) => {
    const { status, text } = await site.control('PATCH', '/settings', change);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ ...site.running.simulator.definition.defaultSettings, ...expected });
  });

  it('starts an action as somebody at the console, and says so in the ledger', async () => {
    const order =
      name === 'sdrs' ? { group: 'erp-dr', action: 'failover' } : { plan: 'erp-plan', action: 'recovery' };
    expect((await site.control('POST', '/console', order)).status).toBe(200);
    expect(site.executions).toMatchObject([{ action: order.action, by: 'console' }]);
    expect((await site.control('POST', '/console', order)).status).toBe(409);
    expect((await site.change()).status).toBe(400);
    expect(site.executions).toHaveLength(1);
  });

  it('lets the clock stand still and go on', async () => {
    const running = JSON.parse((await site.control('PATCH', '/clock', { paused: false })).text) as {
      paused: boolean;
    };
    expect(running.paused).toBe(false);
    await site.control('PATCH', '/clock', { paused: true });
    const read = async () => (JSON.parse((await site.control('GET', '')).text) as { now: string }).now;
    const stands = await read();
    await new Promise(setImmediate);
    expect(await read()).toBe(stands);
    await site.control('POST', '/advance', { ms: 60_000 });
    expect(Date.parse(await read()) - Date.parse(stands)).toBe(60_000);
  });
});
