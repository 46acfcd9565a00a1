import { refusalOf } from '../support/refusal.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';
import { asking, aWish, MINUTE_MS, principal, SecondPersons } from './approvals.js';

const the = redisForThisFile();
const CLAIM = { fingerprint: 'one request' };
const grace = principal('grace', 'approver');
const ben = principal('ben', 'approver');
const commander = principal('ada', 'commander');

function people(): SecondPersons {
  return new SecondPersons(the.redis, new TestClock());
}

async function asked(who: SecondPersons, keyHash = 'one key'): Promise<string> {
  return (await who.approvals.ask(aWish({ keyHash }))).id;
}

const codeOf = async (work: Promise<unknown>) => (await refusalOf(work)).problem.code;

it('is asked once, however often the same request is sent', async () => {
  const who = people();
  const ids = await Promise.all(Array.from({ length: 20 }, () => asked(who)));
  expect(new Set(ids).size).toBe(1);
  expect(await who.approvals.all()).toHaveLength(1);
  expect(who.announcements.told.map(({ type }) => type)).toEqual(['approval.requested']);
});

it('given by somebody else lets the request through, and says by whom', async () => {
  const who = people();
  const id = await asked(who);
  await who.approvals.decide(id, 'APPROVE', asking(grace), 'seen');
  const used = await who.approvals.use(await who.approvals.get(id), CLAIM);
  expect(used).toMatchObject({
    state: 'USED',
    decisions: [{ kind: 'APPROVED', decidedBy: 'grace', reason: 'seen' }],
  });
  expect(who.audit.decisions).toMatchObject([
    {
      kind: 'APPROVED',
      principalId: 'grace',
      subjectId: id,
      siteId: 'alpha',
      action: 'FAILOVER',
      reason: 'seen',
    },
  ]);
});

it('is not given by whoever asked', async () => {
  const who = people();
  const id = await asked(who);
  const himself = principal('ada', 'approver');
  expect(await codeOf(who.approvals.decide(id, 'APPROVE', asking(himself), null))).toBe(
    'second-person-needed',
  );
  expect(who.audit.decisions).toEqual([]);
  expect((await who.approvals.get(id)).state).toBe('REQUESTED');
});

it('is not given by another credential of the same person', async () => {
  const who = people();
  const asker = principal('key:1', 'commander', { person: 'acme:ada' });
  const { id } = await who.approvals.ask(aWish({ asker }));
  for (const other of [
    principal('key:2', 'approver', { person: 'acme:ada' }),
    principal('acme:ada', 'approver'),
  ])
    expect(await codeOf(who.approvals.decide(id, 'APPROVE', asking(other), null))).toBe(
      'second-person-needed',
    );
});

it('said again by the same person is the same word', async () => {
  const who = people();
  const id = await asked(who);
  const first = await who.approvals.decide(id, 'APPROVE', asking(grace), 'seen');
  expect(await who.approvals.decide(id, 'APPROVE', asking(grace), 'seen')).toEqual(first);
  expect(who.audit.decisions).toHaveLength(1);
});

it('of two who approve at once, one is heard', async () => {
  const who = people();
  const id = await asked(who);
  const both = await Promise.allSettled(
    [grace, ben].map((one) => who.approvals.decide(id, 'APPROVE', asking(one), null)),
  );
  expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await who.approvals.get(id)).decisions).toHaveLength(1);
});

it('a no is heard however the yes that comes with it is timed, until it is used', async () => {
  for (let round = 0; round < 50; round += 1) {
    const who = people();
    const id = await asked(who, `key ${round}`);
    await Promise.allSettled([
      who.approvals.decide(id, 'APPROVE', asking(grace), null),
      who.approvals.decide(id, 'DECLINE', asking(ben), 'not now'),
    ]);
    expect((await who.approvals.get(id)).state).toBe('DECLINED');
  }
});

it('of a no and a use at once, one is heard: what was begun was not declined', async () => {
  for (let round = 0; round < 50; round += 1) {
    const who = people();
    const id = await asked(who, `key ${round}`);
    const given = await who.approvals.decide(id, 'APPROVE', asking(grace), null);
    const [use, no] = await Promise.allSettled([
      who.approvals.use(given, CLAIM),
      who.approvals.decide(id, 'DECLINE', asking(ben), 'no'),
    ]);
    expect([use.status, no.status].sort()).toEqual(['fulfilled', 'rejected']);
  }
});

describe('is refused', () => {
  it('before anybody has said yes, with the way to it', async () => {
    const who = people();
    const id = await asked(who);
    const { problem, headers } = await refusalOf(who.approvals.use(await who.approvals.get(id), CLAIM));
    expect(problem).toMatchObject({ code: 'approval-required', status: 403, retryable: true });
    expect(problem.nextActions?.map(({ href }) => href)).toContain(`/v1/approvals/${id}/approve`);
    expect(headers.link).toBe(`</v1/approvals/${id}>; rel="approval"`);
  });

  it('after it was declined, with the reason', async () => {
    const who = people();
    const id = await asked(who);
    await who.approvals.decide(id, 'DECLINE', asking(grace), 'The array is back.');
    const { problem } = await refusalOf(who.approvals.use(await who.approvals.get(id), CLAIM));
    expect(problem).toMatchObject({
      code: 'approval-declined',
      detail: expect.stringContaining('The array is back.') as string,
    });
  });

  it('once its time is over, given or not', async () => {
    const who = people();
    const ids = [await asked(who, 'a'), await asked(who, 'b')] as const;
    await who.approvals.decide(ids[0], 'APPROVE', asking(grace), null);
    who.clock.advance(15 * MINUTE_MS);
    for (const id of ids)
      expect(await codeOf(who.approvals.use(await who.approvals.get(id), CLAIM))).toBe('approval-lapsed');
    expect(await codeOf(who.approvals.decide(ids[1], 'APPROVE', asking(grace), null))).toBe(
      'approval-closed',
    );
  });

  it('for another request', async () => {
    const who = people();
    const id = await asked(who);
    await who.approvals.decide(id, 'APPROVE', asking(grace), null);
    const other = who.approvals.use(await who.approvals.get(id), { fingerprint: 'another request' });
    expect(await codeOf(other)).toBe('idempotency-key-reused');
  });

  it.each([
    ['was revoked', null],
    ['is no approver any more', principal('grace', 'viewer')],
    [
      'approves elsewhere only',
      principal('grace', 'approver', { grants: [{ role: 'approver', sites: ['beta'], targets: '*' }] }),
    ],
  ])('when who approved it %s', async (_what, now) => {
    const who = people();
    const id = await asked(who);
    const given = await who.approvals.decide(id, 'APPROVE', asking(grace), null);
    who.named.set('grace', now);
    const { problem } = await refusalOf(who.approvals.use(given, CLAIM));
    expect(problem).toMatchObject({
      code: 'approval-lapsed',
      detail: expect.stringContaining('grace') as string,
    });
  });
});

it('of whom nobody can tell now, what they held when they said it counts', async () => {
  const who = people();
  const id = await asked(who);
  const given = await who.approvals.decide(id, 'APPROVE', asking(grace), null);
  expect((await who.approvals.use(given, CLAIM)).state).toBe('USED');
  const elsewhere = principal('eve', 'approver', {
    grants: [{ role: 'approver', sites: ['beta'], targets: '*' }],
  });
  const other = await who.approvals.decide(await asked(who, 'other'), 'APPROVE', asking(elsewhere), null);
  expect(await codeOf(who.approvals.use(other, CLAIM))).toBe('approval-lapsed');
});

it('is not given when the audit cannot keep who gave it', async () => {
  const who = people();
  const id = await asked(who);
  who.audit.isBroken = true;
  await expect(who.approvals.decide(id, 'APPROVE', asking(grace), null)).rejects.toThrow('audit');
  expect((await who.approvals.get(id)).state).toBe('REQUESTED');
});

it('overridden goes on without a second person, and everybody is told why', async () => {
  const who = people();
  const id = await asked(who);
  const given = await who.approvals.decide(id, 'OVERRIDE', asking(commander), 'nobody can be reached');
  expect((await who.approvals.use(given, CLAIM)).state).toBe('USED');
  expect(who.audit.decisions).toMatchObject([
    { kind: 'OVERRIDDEN', right: 'emergencies:declare', reason: 'nobody can be reached' },
  ]);
  const [, told] = who.announcements.told;
  expect(told).toMatchObject({ type: 'approval.overridden', siteIds: ['alpha'] });
  expect(told?.text).toContain('nobody can be reached');
});

it('used again by the same request is the same approval, and taken by nobody else', async () => {
  const who = people();
  const id = await asked(who);
  const given = await who.approvals.decide(id, 'APPROVE', asking(grace), null);
  const uses = await Promise.all(Array.from({ length: 100 }, () => who.approvals.use(given, CLAIM)));
  expect(new Set(uses.map(({ usedTime }) => usedTime)).size).toBe(1);
  await who.approvals.begun(id, 'alpha.first');
  await who.approvals.begun(id, 'alpha.second');
  expect((await who.approvals.get(id)).operationId).toBe('alpha.first');
  expect(await codeOf(who.approvals.decide(id, 'DECLINE', asking(ben), 'too late'))).toBe('approval-closed');
});

it('forgets what was asked a week ago, and its key with it', async () => {
  const who = people();
  const id = await asked(who);
  who.clock.advance(7 * 24 * 60 * MINUTE_MS);
  const anew = await asked(who, 'another key');
  expect((await who.approvals.all()).map((one) => one.id)).toEqual([anew]);
  expect(await who.approvals.ofKey('one key')).toBeNull();
  expect(await asked(who)).not.toBe(id);
});
