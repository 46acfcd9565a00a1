import { MINUTE_MS } from '../approvals/approvals.js';
import { redisForThisFile } from '../support/redis.js';
import { refusal, StaffedSite, TO_RECOVERY } from './staffed-site.js';

const the = redisForThisFile();
let staff: StaffedSite;

beforeEach(async () => {
  staff = await StaffedSite.open(the.redis);
});
afterEach(() => staff.close());

describe('the right to a change', () => {
  it.each([
    ['a plan that may not be seen', 'cato', 'move-shop'],
    ['a plan of another site', 'otto', 'move-mail'],
  ])('of %s: it is not there', async (_what, who, nativeId) => {
    const told = await staff.failover({ who, nativeId });
    expect(told).toMatchObject({
      status: 404,
      body: { code: 'not-found', detail: `There is no ${staff.plan(nativeId)}.` },
    });
  });

  it('to create something needs the whole site, and a site that is not seen is an unknown one', async () => {
    const body = { siteId: staff.work.site.siteId, name: 'new' };
    expect(await staff.ask('cato', 'POST', '/v1/protection-groups', body)).toMatchObject(
      refusal(403, 'forbidden'),
    );
    const hidden = await staff.ask('otto', 'POST', '/v1/protection-groups', body);
    const unknown = await staff.ask('otto', 'POST', '/v1/protection-groups', { ...body, siteId: 'nowhere' });
    expect([hidden.status, unknown.status]).toEqual([404, 404]);
    expect(hidden.body.detail).toBe(String(unknown.body.detail).replace('nowhere', staff.work.site.siteId));
    expect(await staff.ask('ada', 'POST', '/v1/protection-groups', body)).toMatchObject({ status: 202 });
  });

  it('covers every group that the request names', async () => {
    const path = `/v1/recovery-plans/${staff.plan('move-mail')}`;
    const told = await staff.ask('cato', 'PATCH', path, { protectionGroupIds: [staff.plan('shop')] });
    expect(told).toMatchObject({ status: 404, body: { detail: `There is no ${staff.plan('shop')}.` } });
  });

  it('is needed for a pre-flight, too', async () => {
    const body = { siteId: staff.work.site.siteId, name: 'new', validateOnly: true };
    expect(await staff.ask('cato', 'POST', '/v1/protection-groups', body)).toMatchObject(
      refusal(403, 'forbidden'),
    );
  });
});

describe('an emergency', () => {
  const declared = (who: string, more: object = {}) => {
    const untilTime = new Date(staff.work.clock.now() + 30 * MINUTE_MS).toISOString();
    return staff.ask(who, 'POST', '/v1/emergencies', {
      reason: 'AZ 1 is lost',
      siteIds: [staff.work.site.siteId],
      untilTime,
      ...more,
    });
  };

  it('lifts approvals and limits, until it is ended', async () => {
    await staff.close();
    staff = await StaffedSite.open(the.redis, { perMinute: 1 });
    const { status, body, headers } = await declared('ada');
    expect({ status, location: headers.location }).toEqual({
      status: 201,
      location: `/v1/emergencies/${String(body.id)}`,
    });
    expect(body).toMatchObject({ inForce: true, declaredBy: 'ada', siteIds: [staff.work.site.siteId] });
    for (const nativeId of ['move-mail', 'move-shop', 'move-books'])
      expect(await staff.failover({ nativeId })).toMatchObject({ status: 202 });
    expect((await staff.ask('ada', 'DELETE', `/v1/emergencies/${String(body.id)}`)).status).toBe(204);
    expect((await staff.ask('vera', 'GET', '/v1/emergencies')).body.items).toMatchObject([
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
    for (const siteIds of [[staff.work.site.siteId], ['nowhere']])
      expect(await declared('otto', { siteIds })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/siteIds/0', detail: `There is no site ${siteIds[0] ?? ''}.` }] },
      });
  });

  it('without a reason, or for longer than an hour, is none', async () => {
    const untilTime = new Date(staff.work.clock.now() + 61 * MINUTE_MS).toISOString();
    for (const wrong of [{ reason: ' ' }, { untilTime }])
      expect(await declared('ada', wrong)).toMatchObject(refusal(400, 'invalid-request'));
    expect((await staff.ask('ada', 'GET', '/v1/emergencies')).body.items).toEqual([]);
  });

  it('of another site is not there', async () => {
    const { body } = await declared('ada');
    const path = `/v1/emergencies/${String(body.id)}`;
    expect([
      (await staff.ask('otto', 'GET', path)).status,
      (await staff.ask('otto', 'DELETE', path)).status,
    ]).toEqual([404, 404]);
    expect((await staff.ask('otto', 'GET', '/v1/emergencies')).body.items).toEqual([]);
    expect((await staff.ask('cato', 'DELETE', path)).status).toBe(403);
  });
});

describe('so many failovers a minute', () => {
  beforeEach(async () => {
    await staff.close();
    staff = await StaffedSite.open(the.redis, { perMinute: 2, rules: [] });
  });

  it('are let through for one principal, and counted for each', async () => {
    expect(await staff.failover({ nativeId: 'move-mail', key: 'one' })).toMatchObject({ status: 202 });
    expect(await staff.failover({ nativeId: 'move-mail' })).toMatchObject(
      refusal(409, 'operation-in-progress'),
    );
    expect(
      await staff.failover({ nativeId: 'move-shop', body: { ...TO_RECOVERY, validateOnly: true } }),
    ).toMatchObject({ status: 200 });
    expect(await staff.failover({ nativeId: 'move-shop' })).toMatchObject({ status: 202 });
    const told = await staff.failover({ nativeId: 'move-books' });
    expect(told).toMatchObject({
      status: 429,
      headers: { 'retry-after': '60' },
      body: { code: 'too-many-failovers' },
    });
    expect(await staff.failover({ nativeId: 'move-mail', key: 'one' })).toMatchObject({ status: 202 });
    expect(await staff.failover({ nativeId: 'move-books', who: 'root' })).toMatchObject({ status: 202 });
  });

  it('do not hold up a drill', async () => {
    for (const nativeId of ['move-mail', 'move-shop']) await staff.failover({ nativeId });
    expect(await staff.failover({ nativeId: 'move-books', action: 'start-drill', body: {} })).toMatchObject({
      status: 202,
    });
  });
});
