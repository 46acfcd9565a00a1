import { Authenticator } from '../../../src/access/authenticator.js';
import { Scopes } from '../../../src/access/scopes.js';
import { Approvals } from '../../../src/approvals/approvals.service.js';
import { Emergencies } from '../../../src/approvals/emergencies.service.js';
import { Pace } from '../../../src/approvals/redis-pace.js';
import { ApprovalPolicy, type ApprovalRule } from '../../../src/domain/access/approval-policy.js';
import type { Principal } from '../../../src/domain/access/principal.js';
import { OperationsService } from '../../../src/operations/operations.service.js';
import { Clock } from '../../../src/platform/clock.js';
import { MINUTE_MS, principal, SCOPES, SecondPersons } from '../approvals/approvals.js';
import { LongWork } from '../support/long-work.js';
import { redisForThisFile } from '../support/redis.js';
import { surfaceOver, type Surface, type Told } from './surface.js';

const the = redisForThisFile();
const RULE: ApprovalRule = { sites: '*', targets: '*', actions: ['FAILOVER'], validMinutes: 15 };
const REASON = { reason: 'seen on the bridge call' };

let work: LongWork;
let people: SecondPersons;
let surface: Surface;
let keys = 0;

beforeEach(async () => {
  work = new LongWork(the.redis);
  people = new SecondPersons(the.redis, work.clock);
  surface = await opened();
});
afterEach(() => surface.close());

/** Ada commands here, Cato on one plan only; Grace and Ben approve; Vera looks; Otto is of another site. */
function cast(): Principal[] {
  const here = (role: Principal['grants'][number]['role'], targets: string[] | '*' = '*') => ({
    grants: [{ role, sites: [work.site.siteId], targets }],
  });
  return [
    principal('ada', 'commander', here('commander')),
    principal('ada-2', 'approver', { ...here('approver'), person: 'ada' }),
    principal('cato', 'commander', here('commander', [plan('move-mail')])),
    principal('grace', 'approver', here('approver')),
    principal('gus', 'approver', here('approver', [plan('move-shop')])),
    principal('vera', 'viewer', here('viewer')),
    principal('otto', 'commander', { grants: [{ role: 'commander', sites: ['elsewhere'], targets: '*' }] }),
    principal('root', 'commander'),
  ];
}

function opened(perMinute = 100, rules: readonly ApprovalRule[] = [RULE]): Promise<Surface> {
  const known = new Map(cast().map((one) => [one.id, one]));
  const authenticator: Partial<Authenticator> = { principalOf: (token) => known.get(token) ?? null };
  return surfaceOver([work.site.provider], undefined, [
    { provide: Authenticator, useValue: authenticator },
    { provide: Scopes, useValue: SCOPES },
    { provide: Clock, useValue: work.clock },
    { provide: OperationsService, useValue: work.service },
    { provide: Approvals, useValue: people.approvals },
    { provide: Emergencies, useValue: people.emergencies },
    { provide: Pace, useValue: new Pace(the.redis, work.clock, perMinute) },
    { provide: ApprovalPolicy, useValue: new ApprovalPolicy(rules) },
  ]);
}

function plan(nativeId: string): string {
  return `${work.site.siteId}.${nativeId}`;
}

function ask(
  who: string,
  method: string,
  url: string,
  body?: object,
  key = `key-${(keys += 1)}`,
): Promise<Told> {
  const headers = { authorization: `Bearer ${who}`, 'idempotency-key': key };
  return surface.ask(method, url, { headers, ...(body && { body }) });
}

interface Wish {
  who?: string;
  nativeId?: string;
  action?: string;
  body?: object;
  key?: string;
}

const TO_RECOVERY = { direction: 'TO_RECOVERY', reason: 'incident 4711' };

function failover({
  who = 'ada',
  nativeId = 'move-mail',
  action = 'failover',
  body = TO_RECOVERY,
  key,
}: Wish = {}) {
  return ask(who, 'POST', `/v1/recovery-plans/${plan(nativeId)}/actions/${action}`, body, key);
}

/** Asks, and answers with the path of the approval. */
async function asked(wish: Wish): Promise<string> {
  const told = await failover(wish);
  expect(told).toMatchObject({ status: 403, body: { code: 'approval-required', retryable: true } });
  return /<([^>]+)>/.exec(String(told.headers.link))?.[1] ?? '';
}

async function approved(wish: Wish, by = 'grace'): Promise<string> {
  const path = await asked(wish);
  expect(await ask(by, 'POST', `${path}/approve`, REASON)).toMatchObject({ status: 200 });
  return path;
}

const refusal = (status: number, code: string) => ({ status, body: { code } });

describe('an action that needs a second person', () => {
  it('is asked for, approved by somebody else, and begun by the same request again', async () => {
    const path = await asked({ key: 'one' });
    expect(work.changesSent).toBe(0);
    const shown = await ask('grace', 'GET', path);
    expect(shown.body).toMatchObject({
      state: 'REQUESTED',
      action: 'FAILOVER',
      direction: 'TO_RECOVERY',
      targetId: plan('move-mail'),
      touches: [plan('mail')],
      observed: { activeSite: 'PRODUCTION' },
      requestedBy: 'ada',
      reason: 'incident 4711',
      request: { method: 'POST', body: TO_RECOVERY },
    });
    expect(JSON.stringify(shown.body)).not.toMatch(/keyHash|fingerprint|grants/);
    expect(await failover({ key: 'one' })).toMatchObject(refusal(403, 'approval-required'));
    await ask('grace', 'POST', `${path}/approve`, REASON);
    const begun = await failover({ key: 'one' });
    expect(begun).toMatchObject({ status: 202, body: { action: 'FAILOVER', requestedBy: 'ada' } });
    expect((await ask('ada', 'GET', path)).body).toMatchObject({ state: 'USED', operationId: begun.body.id });
    const again = await failover({ key: 'one' });
    expect(again).toMatchObject({
      status: 202,
      headers: { 'idempotency-replayed': 'true' },
      body: { id: begun.body.id },
    });
  });

  it('is told of by a pre-flight, and asks nobody', async () => {
    const { status, body } = await failover({ body: { ...TO_RECOVERY, validateOnly: true } });
    expect(status).toBe(200);
    expect(body.warnings).toContainEqual(expect.stringContaining('A second person has to approve it'));
    expect((await ask('ada', 'GET', '/v1/approvals')).body.items).toEqual([]);
  });

  it('that is not allowed now is refused as ever, and asks nobody', async () => {
    expect(await failover({ body: { direction: 'TO_PRODUCTION' } })).toMatchObject(
      refusal(409, 'wrong-direction'),
    );
    expect((await ask('ada', 'GET', '/v1/approvals')).body.items).toEqual([]);
  });

  it('leaves the others alone', async () => {
    expect(await failover({ action: 'planned-failover' })).toMatchObject({ status: 202 });
    expect(await failover({ action: 'start-drill', nativeId: 'move-shop', body: {} })).toMatchObject({
      status: 202,
    });
  });
});

describe('an approval does not hold', () => {
  it('for another payload, be it by one byte', async () => {
    await approved({ key: 'one' });
    const other = { ...TO_RECOVERY, reason: 'incident 4712' };
    expect(await failover({ key: 'one', body: other })).toMatchObject(refusal(422, 'idempotency-key-reused'));
    expect(await failover({ body: other })).toMatchObject(refusal(403, 'approval-required'));
  });

  it('for the other direction', async () => {
    await approved({ key: 'one' });
    const back = { ...TO_RECOVERY, direction: 'TO_PRODUCTION' };
    expect(await failover({ key: 'one', body: back })).toMatchObject(refusal(422, 'idempotency-key-reused'));
  });

  it('for another target', async () => {
    await approved({ key: 'one' });
    expect(await failover({ key: 'one', nativeId: 'move-shop' })).toMatchObject(
      refusal(422, 'idempotency-key-reused'),
    );
  });

  it('for somebody else, who has the same key and asks for the same', async () => {
    await approved({ key: 'one' });
    expect(await failover({ key: 'one', who: 'root' })).toMatchObject(refusal(403, 'approval-required'));
  });

  it('for a second operation: with another key it is another request', async () => {
    await approved({ key: 'one' });
    expect(await failover({ key: 'one' })).toMatchObject({ status: 202 });
    expect((await failover({ key: 'two' })).status).toBe(409);
    expect(await work.store.listOpen(work.site.siteId)).toHaveLength(1);
  });

  it('once it has expired', async () => {
    const path = await approved({ key: 'one' });
    work.clock.advance(15 * MINUTE_MS);
    expect(await failover({ key: 'one' })).toMatchObject(refusal(403, 'approval-lapsed'));
    expect((await ask('ada', 'GET', path)).body).toMatchObject({ state: 'EXPIRED' });
  });

  it('once it was declined, even after a yes', async () => {
    const path = await approved({ key: 'one' });
    expect(await ask('grace', 'POST', `${path}/decline`, { reason: 'too early' })).toMatchObject({
      status: 200,
    });
    const told = await failover({ key: 'one' });
    expect(told).toMatchObject(refusal(403, 'approval-declined'));
    expect(told.body.detail).toContain('too early');
  });

  it('once the state of the target is another', async () => {
    await approved({ key: 'one' });
    const group = work.world.groups.get('mail');
    const target = work.world.plans.get('move-mail');
    if (!group || !target) throw new Error('the world has no mail');
    target.activeSite = 'RECOVERY';
    const told = await failover({ key: 'one' });
    expect(told.status).toBe(409);
    expect(['state-changed', 'wrong-direction']).toContain(told.body.code);
    expect(work.changesSent).toBe(0);
  });

  it('once the plan touches another group', async () => {
    await approved({ key: 'one' });
    work.world.plans.get('move-mail')?.groupIds.push('shop');
    const told = await failover({ key: 'one' });
    expect(told).toMatchObject(refusal(409, 'state-changed'));
    expect(told.body.detail).toContain('shop');
  });
});

describe('who may say what', () => {
  it('whoever asked may not approve, with this credential or another', async () => {
    const path = await asked({ who: 'ada' });
    expect(await ask('ada', 'POST', `${path}/approve`, {})).toMatchObject(refusal(403, 'forbidden'));
    expect(await ask('ada-2', 'POST', `${path}/approve`, {})).toMatchObject(
      refusal(403, 'second-person-needed'),
    );
  });

  it('who has no right to approve is told which is missing', async () => {
    const path = await asked({ who: 'ada' });
    const told = await ask('vera', 'POST', `${path}/approve`, {});
    expect(told).toMatchObject(refusal(403, 'forbidden'));
    expect(told.body.detail).toContain('approvals:decide');
    expect(await ask('grace', 'POST', `${path}/override`, REASON)).toMatchObject(refusal(403, 'forbidden'));
  });

  it('who may not see the target sees no approval of it, in no list and by no path', async () => {
    const path = await asked({ who: 'ada' });
    const unknown = `/v1/approvals/${work.site.siteId}.0192f0c1-7a3e-7cc0-8000-000000000001`;
    for (const who of ['otto', 'gus']) {
      expect((await ask(who, 'GET', '/v1/approvals')).body).toEqual({ items: [] });
      const told = await ask(who, 'GET', path);
      const other = await ask(who, 'GET', unknown);
      expect(told.status).toBe(404);
      expect(JSON.stringify(told.body).replaceAll(path, '')).toBe(
        JSON.stringify({ ...other.body, requestId: told.body.requestId, instance: told.body.instance })
          .replaceAll(unknown.slice(14), path.slice(14))
          .replaceAll(path, ''),
      );
    }
    expect((await ask('gus', 'POST', `${path}/approve`, {})).status).toBe(404);
    expect((await ask('grace', 'GET', '/v1/approvals')).body.items).toHaveLength(1);
  });

  it('an override goes on without a second person, also by who asked', async () => {
    const path = await asked({ key: 'one' });
    expect(await ask('ada', 'POST', `${path}/override`, {})).toMatchObject(refusal(400, 'invalid-request'));
    const told = await ask('ada', 'POST', `${path}/override`, REASON);
    expect(told.body).toMatchObject({
      state: 'APPROVED',
      decisions: [{ kind: 'OVERRIDDEN', decidedBy: 'ada' }],
    });
    expect(await failover({ key: 'one' })).toMatchObject({ status: 202 });
  });

  it('lists by state, newest first', async () => {
    const first = await asked({ nativeId: 'move-mail' });
    work.clock.advance(1);
    const second = await approved({ nativeId: 'move-shop' });
    const ids = async (query = '') =>
      ((await ask('vera', 'GET', `/v1/approvals${query}`)).body.items as { id: string }[]).map(
        ({ id }) => id,
      );
    expect(await ids()).toEqual([second, first].map((path) => path.slice('/v1/approvals/'.length)));
    expect(await ids('?state=REQUESTED')).toEqual([first.slice('/v1/approvals/'.length)]);
    expect(await ask('vera', 'GET', '/v1/approvals?state=WRONG')).toMatchObject(
      refusal(400, 'invalid-request'),
    );
  });
});

describe('the right to a change', () => {
  it.each([
    ['a plan that may not be seen', 'cato', 'move-shop'],
    ['a plan of another site', 'otto', 'move-mail'],
  ])('of %s: it is not there', async (_what, who, nativeId) => {
    const told = await failover({ who, nativeId });
    expect(told).toMatchObject({
      status: 404,
      body: { code: 'not-found', detail: `There is no ${plan(nativeId)}.` },
    });
  });

  it('to create something needs the whole site, and a site that is not seen is an unknown one', async () => {
    const body = { siteId: work.site.siteId, name: 'new' };
    expect(await ask('cato', 'POST', '/v1/protection-groups', body)).toMatchObject(refusal(403, 'forbidden'));
    const hidden = await ask('otto', 'POST', '/v1/protection-groups', body);
    const unknown = await ask('otto', 'POST', '/v1/protection-groups', { ...body, siteId: 'nowhere' });
    expect([hidden.status, unknown.status]).toEqual([404, 404]);
    expect(hidden.body.detail).toBe(String(unknown.body.detail).replace('nowhere', work.site.siteId));
    expect(await ask('ada', 'POST', '/v1/protection-groups', body)).toMatchObject({ status: 202 });
  });

  it('covers every group that the request names', async () => {
    const path = `/v1/recovery-plans/${plan('move-mail')}`;
    const told = await ask('cato', 'PATCH', path, { protectionGroupIds: [plan('shop')] });
    expect(told).toMatchObject({ status: 404, body: { detail: `There is no ${plan('shop')}.` } });
  });

  it('is needed for a pre-flight, too', async () => {
    const body = { siteId: work.site.siteId, name: 'new', validateOnly: true };
    expect(await ask('cato', 'POST', '/v1/protection-groups', body)).toMatchObject(refusal(403, 'forbidden'));
  });
});

describe('an emergency', () => {
  const declared = (who: string, more: object = {}) => {
    const untilTime = new Date(work.clock.now() + 30 * MINUTE_MS).toISOString();
    return ask(who, 'POST', '/v1/emergencies', {
      reason: 'AZ 1 is lost',
      siteIds: [work.site.siteId],
      untilTime,
      ...more,
    });
  };

  it('lifts approvals and limits, until it is ended', async () => {
    await surface.close();
    surface = await opened(1);
    const { status, body, headers } = await declared('ada');
    expect({ status, location: headers.location }).toEqual({
      status: 201,
      location: `/v1/emergencies/${String(body.id)}`,
    });
    expect(body).toMatchObject({ inForce: true, declaredBy: 'ada', siteIds: [work.site.siteId] });
    for (const nativeId of ['move-mail', 'move-shop', 'move-books'])
      expect(await failover({ nativeId })).toMatchObject({ status: 202 });
    expect((await ask('ada', 'DELETE', `/v1/emergencies/${String(body.id)}`)).status).toBe(204);
    expect((await ask('vera', 'GET', '/v1/emergencies')).body.items).toMatchObject([
      { inForce: false, endedBy: 'ada' },
    ]);
  });

  it('is declared only where the right is held for the whole', async () => {
    expect(await declared('grace')).toMatchObject(refusal(403, 'forbidden'));
    expect(await declared('cato')).toMatchObject(refusal(403, 'forbidden'));
    expect(await declared('ada', { siteIds: undefined })).toMatchObject(refusal(403, 'forbidden'));
    expect(await declared('root', { siteIds: undefined })).toMatchObject({
      status: 201,
      body: { siteIds: null },
    });
    for (const siteIds of [[work.site.siteId], ['nowhere']])
      expect(await declared('otto', { siteIds })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/siteIds/0', detail: `There is no site ${siteIds[0] ?? ''}.` }] },
      });
  });

  it('without a reason, or for longer than an hour, is none', async () => {
    const untilTime = new Date(work.clock.now() + 61 * MINUTE_MS).toISOString();
    for (const wrong of [{ reason: ' ' }, { untilTime }])
      expect(await declared('ada', wrong)).toMatchObject(refusal(400, 'invalid-request'));
    expect((await ask('ada', 'GET', '/v1/emergencies')).body.items).toEqual([]);
  });

  it('of another site is not there', async () => {
    const { body } = await declared('ada');
    const path = `/v1/emergencies/${String(body.id)}`;
    expect([(await ask('otto', 'GET', path)).status, (await ask('otto', 'DELETE', path)).status]).toEqual([
      404, 404,
    ]);
    expect((await ask('otto', 'GET', '/v1/emergencies')).body.items).toEqual([]);
    expect((await ask('cato', 'DELETE', path)).status).toBe(403);
  });
});

describe('so many failovers a minute', () => {
  beforeEach(async () => {
    await surface.close();
    surface = await opened(2, []);
  });

  it('are let through for one principal, and counted for each', async () => {
    expect(await failover({ nativeId: 'move-mail', key: 'one' })).toMatchObject({ status: 202 });
    expect(await failover({ nativeId: 'move-mail' })).toMatchObject(refusal(409, 'operation-in-progress'));
    expect(
      await failover({ nativeId: 'move-shop', body: { ...TO_RECOVERY, validateOnly: true } }),
    ).toMatchObject({ status: 200 });
    expect(await failover({ nativeId: 'move-shop' })).toMatchObject({ status: 202 });
    const told = await failover({ nativeId: 'move-books' });
    expect(told).toMatchObject({
      status: 429,
      headers: { 'retry-after': '60' },
      body: { code: 'too-many-failovers' },
    });
    expect(await failover({ nativeId: 'move-mail', key: 'one' })).toMatchObject({ status: 202 });
    expect(await failover({ nativeId: 'move-books', who: 'root' })).toMatchObject({ status: 202 });
  });

  it('do not hold up a drill', async () => {
    for (const nativeId of ['move-mail', 'move-shop']) await failover({ nativeId });
    expect(await failover({ nativeId: 'move-books', action: 'start-drill', body: {} })).toMatchObject({
      status: 202,
    });
  });
});
