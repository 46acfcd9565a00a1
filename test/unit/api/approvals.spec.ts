import { MINUTE_MS } from '../approvals/approvals.js';
import { redisForThisFile } from '../support/redis.js';
import { REASON, refusal, StaffedSite, TO_RECOVERY } from './staffed-site.js';

const the = redisForThisFile();
let staff: StaffedSite;

beforeEach(async () => {
  staff = await StaffedSite.open(the.redis);
});
afterEach(() => staff.close());

describe('an action that needs a second person', () => {
  it('is asked for, approved by somebody else, and begun by the same request again', async () => {
    const path = await staff.asked({ key: 'one' });
    expect(staff.work.changesSent).toBe(0);
    const shown = await staff.ask('grace', 'GET', path);
    expect(shown.body).toMatchObject({
      state: 'REQUESTED',
      action: 'FAILOVER',
      direction: 'TO_RECOVERY',
      targetId: staff.plan('move-mail'),
      touches: [staff.plan('mail')],
      observed: { activeSite: 'PRODUCTION' },
      requestedBy: 'ada',
      reason: 'incident 4711',
      request: { method: 'POST', body: TO_RECOVERY },
    });
    expect(JSON.stringify(shown.body)).not.toMatch(/keyHash|fingerprint|grants/);
    expect(await staff.failover({ key: 'one' })).toMatchObject(refusal(403, 'approval-required'));
    await staff.ask('grace', 'POST', `${path}/approve`, REASON);
    const begun = await staff.failover({ key: 'one' });
    expect(begun).toMatchObject({ status: 202, body: { action: 'FAILOVER', requestedBy: 'ada' } });
    expect((await staff.ask('ada', 'GET', path)).body).toMatchObject({
      state: 'USED',
      operationId: begun.body.id,
    });
    const again = await staff.failover({ key: 'one' });
    expect(again).toMatchObject({
      status: 202,
      headers: { 'idempotency-replayed': 'true' },
      body: { id: begun.body.id },
    });
  });

  it('is told of by a pre-flight, and asks nobody', async () => {
    const { status, body } = await staff.failover({ body: { ...TO_RECOVERY, validateOnly: true } });
    expect(status).toBe(200);
    expect(body.warnings).toContainEqual(expect.stringContaining('A second person has to approve it'));
    expect(body.approvalMinutes).toBe(15);
    expect((await staff.ask('ada', 'GET', '/v1/approvals')).body.items).toEqual([]);
  });

  it('is told of beside what may be done, unless an emergency is declared', async () => {
    const path = `/v1/recovery-plans/${staff.plan('move-mail')}/actions`;
    const minutes = async (): Promise<Record<string, unknown>> => {
      const { body } = await staff.ask('ada', 'GET', path);
      const items = body.items as { action: string; approvalMinutes: number | null }[];
      return Object.fromEntries(items.map(({ action, approvalMinutes }) => [action, approvalMinutes]));
    };
    expect(await minutes()).toMatchObject({ FAILOVER: 15, START_DRILL: null });
    const untilTime = new Date(staff.work.clock.now() + 30 * MINUTE_MS).toISOString();
    const emergency = { ...REASON, siteIds: [staff.work.site.siteId], untilTime };
    expect((await staff.ask('ada', 'POST', '/v1/emergencies', emergency)).status).toBe(201);
    expect(await minutes()).toMatchObject({ FAILOVER: null, START_DRILL: null });
  });

  it('that is not allowed now is refused as ever, and asks nobody', async () => {
    expect(await staff.failover({ body: { direction: 'TO_PRODUCTION' } })).toMatchObject(
      refusal(409, 'wrong-direction'),
    );
    expect((await staff.ask('ada', 'GET', '/v1/approvals')).body.items).toEqual([]);
  });

  it('leaves the others alone', async () => {
    expect(await staff.failover({ action: 'planned-failover' })).toMatchObject({ status: 202 });
    expect(await staff.failover({ action: 'start-drill', nativeId: 'move-shop', body: {} })).toMatchObject({
      status: 202,
    });
  });
});

describe('an approval does not hold', () => {
  it('for another payload, be it by one byte', async () => {
    await staff.approved({ key: 'one' });
    const other = { ...TO_RECOVERY, reason: 'incident 4712' };
    expect(await staff.failover({ key: 'one', body: other })).toMatchObject(
      refusal(422, 'idempotency-key-reused'),
    );
    expect(await staff.failover({ body: other })).toMatchObject(refusal(403, 'approval-required'));
  });

  it('for the other direction', async () => {
    await staff.approved({ key: 'one' });
    const back = { ...TO_RECOVERY, direction: 'TO_PRODUCTION' };
    expect(await staff.failover({ key: 'one', body: back })).toMatchObject(
      refusal(422, 'idempotency-key-reused'),
    );
  });

  it('for another target', async () => {
    await staff.approved({ key: 'one' });
    expect(await staff.failover({ key: 'one', nativeId: 'move-shop' })).toMatchObject(
      refusal(422, 'idempotency-key-reused'),
    );
  });

  it('for somebody else, who has the same key and asks for the same', async () => {
    await staff.approved({ key: 'one' });
    expect(await staff.failover({ key: 'one', who: 'root' })).toMatchObject(
      refusal(403, 'approval-required'),
    );
  });

  it('for a second operation: with another key it is another request', async () => {
    await staff.approved({ key: 'one' });
    expect(await staff.failover({ key: 'one' })).toMatchObject({ status: 202 });
    expect((await staff.failover({ key: 'two' })).status).toBe(409);
    expect(await staff.work.store.listOpen(staff.work.site.siteId)).toHaveLength(1);
  });

  it('once it has expired', async () => {
    const path = await staff.approved({ key: 'one' });
    staff.work.clock.advance(15 * MINUTE_MS);
    expect(await staff.failover({ key: 'one' })).toMatchObject(refusal(403, 'approval-lapsed'));
    expect((await staff.ask('ada', 'GET', path)).body).toMatchObject({ state: 'EXPIRED' });
  });

  it('once it was declined, even after a yes', async () => {
    const path = await staff.approved({ key: 'one' });
    expect(await staff.ask('grace', 'POST', `${path}/decline`, { reason: 'too early' })).toMatchObject({
      status: 200,
    });
    const told = await staff.failover({ key: 'one' });
    expect(told).toMatchObject(refusal(403, 'approval-declined'));
    expect(told.body.detail).toContain('too early');
  });

  it('once the state of the target is another', async () => {
    await staff.approved({ key: 'one' });
    const group = staff.work.world.groups.get('mail');
    if (!group) throw new Error('the world has no mail');
    group.activeSite = 'RECOVERY';
    const told = await staff.failover({ key: 'one' });
    expect(told.status).toBe(409);
    expect(['state-changed', 'wrong-direction']).toContain(told.body.code);
    expect(staff.work.changesSent).toBe(0);
  });

  it('once the plan touches another group', async () => {
    await staff.approved({ key: 'one' });
    staff.work.world.plans.get('move-mail')?.groupIds.push('shop');
    const told = await staff.failover({ key: 'one' });
    expect(told).toMatchObject(refusal(409, 'state-changed'));
    expect(told.body.detail).toContain('shop');
  });
});

describe('who may say what', () => {
  it('whoever asked may not approve, with this credential or another', async () => {
    const path = await staff.asked({ who: 'ada' });
    expect(await staff.ask('ada', 'POST', `${path}/approve`, {})).toMatchObject(refusal(403, 'forbidden'));
    expect(await staff.ask('ada-2', 'POST', `${path}/approve`, {})).toMatchObject(
      refusal(403, 'second-person-needed'),
    );
  });

  it('who has no right to approve is told which is missing', async () => {
    const path = await staff.asked({ who: 'ada' });
    const told = await staff.ask('vera', 'POST', `${path}/approve`, {});
    expect(told).toMatchObject(refusal(403, 'forbidden'));
    expect(told.body.detail).toContain('approvals:decide');
    expect(await staff.ask('grace', 'POST', `${path}/override`, REASON)).toMatchObject(
      refusal(403, 'forbidden'),
    );
  });

  it('who may not see the target sees no approval of it, in no list and by no path', async () => {
    const path = await staff.asked({ who: 'ada' });
    const unknown = `/v1/approvals/${staff.work.site.siteId}.0192f0c1-7a3e-7cc0-8000-000000000001`;
    for (const who of ['otto', 'gus']) {
      expect((await staff.ask(who, 'GET', '/v1/approvals')).body).toEqual({ items: [] });
      const told = await staff.ask(who, 'GET', path);
      const other = await staff.ask(who, 'GET', unknown);
      expect(told.status).toBe(404);
      expect(JSON.stringify(told.body).replaceAll(path, '')).toBe(
        JSON.stringify({ ...other.body, requestId: told.body.requestId, instance: told.body.instance })
          .replaceAll(unknown.slice(14), path.slice(14))
          .replaceAll(path, ''),
      );
    }
    expect((await staff.ask('gus', 'POST', `${path}/approve`, {})).status).toBe(404);
    expect((await staff.ask('grace', 'GET', '/v1/approvals')).body.items).toHaveLength(1);
  });

  it('an override goes on without a second person, also by who asked', async () => {
    const path = await staff.asked({ key: 'one' });
    expect(await staff.ask('ada', 'POST', `${path}/override`, {})).toMatchObject(
      refusal(400, 'invalid-request'),
    );
    const told = await staff.ask('ada', 'POST', `${path}/override`, REASON);
    expect(told.body).toMatchObject({
      state: 'APPROVED',
      decisions: [{ kind: 'OVERRIDDEN', decidedBy: 'ada' }],
    });
    expect(await staff.failover({ key: 'one' })).toMatchObject({ status: 202 });
  });

  it('lists by state, newest first', async () => {
    const first = await staff.asked({ nativeId: 'move-mail' });
    staff.work.clock.advance(1);
    const second = await staff.approved({ nativeId: 'move-shop' });
    const ids = async (query = '') =>
      ((await staff.ask('vera', 'GET', `/v1/approvals${query}`)).body.items as { id: string }[]).map(
        ({ id }) => id,
      );
    expect(await ids()).toEqual([second, first].map((path) => path.slice('/v1/approvals/'.length)));
    expect(await ids('?state=REQUESTED')).toEqual([first.slice('/v1/approvals/'.length)]);
    expect(await staff.ask('vera', 'GET', '/v1/approvals?state=WRONG')).toMatchObject(
      refusal(400, 'invalid-request'),
    );
  });
});
