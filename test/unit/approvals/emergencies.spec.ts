import { redisForThisFile } from '../support/redis.js';
import { refusalOf } from '../support/refusal.js';
import { ASKED_MS, asking, MINUTE_MS, principal, SecondPersons } from './approvals.js';

const the = redisForThisFile();
const ada = asking(principal('ada', 'commander'));

function until(minutes: number): string {
  return new Date(ASKED_MS + minutes * MINUTE_MS).toISOString();
}

const WISH = { reason: 'AZ 1 is lost', siteIds: ['alpha'], untilTime: until(30) };

it('is in force for its sites, until its time', async () => {
  const { emergencies, clock } = new SecondPersons(the.redis);
  expect(await emergencies.isDeclared('alpha')).toBe(false);
  await emergencies.declare(WISH, ada);
  expect([await emergencies.isDeclared('alpha'), await emergencies.isDeclared('beta')]).toEqual([
    true,
    false,
  ]);
  clock.advance(30 * MINUTE_MS - 1);
  expect(await emergencies.isDeclared('alpha')).toBe(true);
  clock.advance(1);
  expect(await emergencies.isDeclared('alpha')).toBe(false);
  expect(await emergencies.all()).toHaveLength(1);
});

it('without sites is in force everywhere', async () => {
  const { emergencies } = new SecondPersons(the.redis);
  await emergencies.declare({ ...WISH, siteIds: null }, ada);
  expect(await emergencies.isDeclared('anywhere')).toBe(true);
});

it('is told to everybody, and kept in the audit, when it begins and when somebody ends it', async () => {
  const { emergencies, announcements, audit } = new SecondPersons(the.redis);
  const declared = await emergencies.declare(WISH, ada);
  await emergencies.end(declared, asking(principal('ben', 'commander')));
  await emergencies.end(declared, ada);
  expect(await emergencies.isDeclared('alpha')).toBe(false);
  expect(await emergencies.find(declared.id)).toMatchObject({ declaredBy: 'ada', endedBy: 'ben' });
  expect(announcements.told).toMatchObject([
    { type: 'emergency.declared', siteIds: ['alpha'], data: { reason: 'AZ 1 is lost', declaredBy: 'ada' } },
    { type: 'emergency.ended' },
  ]);
  const [begun, ...ended] = audit.decisions;
  expect(begun).toMatchObject({
    kind: 'EMERGENCY_DECLARED',
    reason: 'AZ 1 is lost',
    siteId: 'alpha',
    subjectId: declared.id,
  });
  expect(ended.map(({ kind }) => kind)).toContain('EMERGENCY_ENDED');
});

it.each([
  ['longer than an hour', 60 + 1 / 60],
  ['until now', 0],
  ['until yesterday', -1_440],
])('is refused %s', async (_what, minutes) => {
  const { emergencies } = new SecondPersons(the.redis);
  const { problem } = await refusalOf(emergencies.declare({ ...WISH, untilTime: until(minutes) }, ada));
  expect(problem).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '/untilTime' }] });
  expect(await emergencies.all()).toEqual([]);
});

it('is not in force when the audit cannot keep who declared it', async () => {
  const { emergencies, audit } = new SecondPersons(the.redis);
  audit.isBroken = true;
  await expect(emergencies.declare(WISH, ada)).rejects.toThrow('audit');
  expect(await emergencies.isDeclared('alpha')).toBe(false);
});
