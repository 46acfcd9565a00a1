import type { UpstreamRun } from '../../../src/domain/site-survey.js';
import type { SiteSurvey } from '../../../src/domain/site-survey.js';
import { inLane, type Lane } from '../../../src/providers/lanes.js';
import {
  APPLIANCE_MS,
  bench,
  command,
  cx,
  group,
  GROUP_ID,
  GROUPS,
  list,
  plan,
  PLAN_ID,
  PLANS,
  task,
  type Bench,
  type Reply,
} from './appliance.js';

const groupId = (n: number): string => `DrReplicationVmProtectionGroup:g-${n}:33333333`;
const planId = (n: number): string => `DrRecoveryRecoveryPlan:p-${n}:33333333`;
const numbers = (size: number): number[] => Array.from({ length: size }, (_, n) => n);

/** A page as an appliance shows it that gives at most `cap` at a time. */
function paged(items: object[], cap: number): (exchange: { query: URLSearchParams }) => Reply {
  return ({ query }) => {
    const [limit, offset] = [
      Math.min(cap, Number(query.get('limit') ?? 100)),
      Number(query.get('offset') ?? 0),
    ];
    const _meta = { errors: [], total: items.length, limit, offset };
    return { body: { list: items.slice(offset, offset + limit), _meta } };
  };
}

describe('a survey of an SRM site', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
    site.appliance.on(`GET ${GROUPS}`, list([group('OK')]));
    site.appliance.on(`GET ${PLANS}`, list([plan('TEST_COMPLETE')]));
  });
  afterEach(() => site.close());

  it('takes three requests, whatever the site holds', async () => {
    site.appliance.on(
      `GET ${GROUPS}`,
      paged(
        numbers(900).map((n) => group('OK', { id: groupId(n) })),
        1000,
      ),
    );
    site.appliance.on(
      `GET ${PLANS}`,
      paged(
        numbers(900).map((n) => plan('READY_STATE', { id: planId(n) })),
        1000,
      ),
    );
    const { groups, plans } = await site.driver.survey(cx());
    expect([groups.length, plans.length]).toEqual([900, 900]);
    expect(site.appliance.count()).toBe(3);
  });

  it.each([100, 333])('turns pages of an appliance that shows %i at a time', async (cap) => {
    site.appliance.on(
      `GET ${GROUPS}`,
      paged(
        numbers(450).map((n) => group('OK', { id: groupId(n) })),
        cap,
      ),
    );
    await expect(site.driver.survey(cx())).resolves.toHaveProperty('groups.length', 450);
  });

  it('goes on where a round number was shown without a word of how many there are', async () => {
    const all = numbers(150).map((n) => group('OK', { id: groupId(n) }));
    site.appliance.on(`GET ${GROUPS}`, ({ query }) => {
      const offset = Number(query.get('offset'));
      return { body: { list: all.slice(offset, offset + 100) } };
    });
    await expect(site.driver.survey(cx())).resolves.toHaveProperty('groups.length', 150);
  });

  it('holds a test for each plan that stands in one', async () => {
    await expect(site.driver.survey(cx())).resolves.toMatchObject({
      drills: [{ state: 'ACTIVE', recoveryPlanId: 'site-a.DrRecoveryRecoveryPlan~5a0f3f0e~33333333' }],
    });
  });

  const short = { list: [group('OK')], _meta: { errors: [], total: 2, limit: 1000, offset: 0 } };
  const two = (more: object): object[] => [group('OK'), group('OK', more)];
  it.each<[string, Reply, string]>([
    ['half of a page', { body: short }, 'UNAVAILABLE'],
    ['an empty list with a count', { body: { list: [], _meta: { total: 3 } } }, 'BAD_ANSWER'],
    ['two that contradict each other', list(two({ status: 'RECOVERED' })), 'BAD_ANSWER'],
    ['one without an id', list([group('OK'), { name: 'lost' }]), 'UNAVAILABLE'],
    ['nothing but gaps', list([], [{ message: 'NotAuthenticated', field: '$.list' }]), 'UNAVAILABLE'],
    [
      'things of which everything is missing',
      list([group('OK')], [{ message: 'x', field: '$.list' }]),
      'UNAVAILABLE',
    ],
    ['no group while plans hold some', list([]), 'BAD_ANSWER'],
    ['something that is no list', { body: { list: null } }, 'BAD_ANSWER'],
  ])('is refused after %s', async (_, reply, kind) => {
    site.appliance.on(`GET ${GROUPS}`, reply);
    await expect(site.driver.survey(cx())).rejects.toMatchObject({ kind, retry: 'TEMPORARY' });
  });

  it('is refused where no plan has a state', async () => {
    site.appliance.on(`GET ${PLANS}`, list([plan('', { status: null })]));
    await expect(site.driver.survey(cx())).rejects.toMatchObject({ kind: 'BAD_ANSWER' });
  });

  it('takes the same thing said twice for one, and a gap in a description for no loss', async () => {
    const gap = { message: 'NotAuthenticated', field: '$.list[0].description' };
    site.appliance.on(`GET ${GROUPS}`, list(two({}), [gap]));
    const { groups } = await site.driver.survey(cx());
    expect(groups).toHaveLength(1);
    expect(groups[0]?.conditions).toMatchObject([{ type: 'PARTIAL_DATA' }]);
  });

  it('keeps a word that is not known', async () => {
    site.appliance.on(`GET ${PLANS}`, list([plan('ASTONISHED')]));
    await expect(site.driver.survey(cx())).resolves.toMatchObject({
      plans: [{ state: 'UNKNOWN', upstream: { state: 'ASTONISHED' } }],
    });
  });

  it('believes an empty list only from a session that is alive', async () => {
    let isDead = true;
    site.appliance.on(`GET ${GROUPS}`, () => list(isDead ? [] : [group('OK')]));
    site.appliance.on(`GET ${PLANS}`, () => list(isDead ? [] : [plan('READY_STATE')]));
    site.appliance.on('GET /session', ({ session }) =>
      session === 'session-1' ? { status: 401 } : { body: { username: 'x' } },
    );
    site.appliance.on('POST /session', () => {
      isDead = site.appliance.sessions.size === 0;
      site.appliance.sessions.add(isDead ? 'session-1' : 'session-2');
      return { body: { session_id: isDead ? 'session-1' : 'session-2' } };
    });
    await expect(site.driver.survey(cx())).resolves.toMatchObject({ groups: [{}], plans: [{}] });
  });

  it('believes that a site is empty when its session is alive', async () => {
    site.appliance.on(`GET ${GROUPS}`, list([]));
    site.appliance.on(`GET ${PLANS}`, list([]));
    await expect(site.driver.survey(cx())).resolves.toEqual({ groups: [], plans: [], drills: [], runs: [] });
  });

  describe('tells which groups plans hold', () => {
    const groupsOf = (n: number): string => `GET ${PLANS}/${planId(n)}/protection-groups`;
    const survey = (lane: Lane = 'REFRESH'): Promise<SiteSurvey> =>
      inLane(lane, () => site.driver.survey(cx()));
    const known = async (lane?: Lane): Promise<(number | null)[]> =>
      (await survey(lane)).plans.map(({ protectionGroupIds }) => protectionGroupIds?.length ?? null);

    function holding(plans: number): void {
      site.appliance.on(
        `GET ${PLANS}`,
        list(numbers(plans).map((n) => plan('READY_STATE', { id: planId(n) }))),
      );
      for (const n of numbers(plans)) site.appliance.on(groupsOf(n), list([group('OK')]));
    }

    it('of two plans at a time, those of which it is not known first', async () => {
      holding(5);
      expect(await known()).toEqual([1, 1, null, null, null]);
      expect(await known()).toEqual([1, 1, 1, 1, null]);
      site.appliance.forgetJournal();
      expect(await known()).toEqual([1, 1, 1, 1, 1]);
      expect(site.appliance.count()).toBe(4);
    });

    it('again after five minutes, those first that were asked for longest ago', async () => {
      holding(3);
      await survey();
      site.clock.pass(60);
      await survey();
      site.appliance.forgetJournal();
      site.clock.pass(239);
      await survey();
      expect(site.appliance.count()).toBe(3);
      site.clock.pass(1);
      await survey();
      expect([0, 1, 2].map((n) => site.appliance.count(groupsOf(n)))).toEqual([1, 1, 0]);
      site.clock.pass(60);
      await survey();
      expect([0, 1, 2].map((n) => site.appliance.count(groupsOf(n)))).toEqual([1, 1, 1]);
    });

    it('and never fails for those of which it cannot be told, nor asks for them again before others', async () => {
      holding(4);
      site.appliance.on(groupsOf(0), { status: 500 });
      site.appliance.on(groupsOf(1), list([group('OK'), { name: 'lost' }]));
      expect(await known()).toEqual([null, null, null, null]);
      expect(await known()).toEqual([null, null, 1, 1]);
    });

    it('at no price where somebody waits for it, or where places are scarce', async () => {
      holding(3);
      for (const lane of ['INTERACTIVE', 'OVERDUE'] as const) {
        expect(await known(lane)).toEqual([null, null, null]);
      }
      expect(site.appliance.count()).toBe(6);
    });

    it('at no price where the state says it', async () => {
      site.appliance.on(`GET ${PLANS}`, list([plan('NO_PROTECTION_GROUPS')]));
      expect(await known()).toEqual([0]);
      expect(site.appliance.count()).toBe(3);
    });

    it('as they are after an edit of the plan that was watched', async () => {
      holding(1);
      expect(await known()).toEqual([1]);
      const watched = {
        operationId: 'op',
        command: command('UPDATE_RECOVERY_PLAN', { targetNativeId: planId(0) }),
        baseline: null,
        calls: [],
      };
      await site.driver.observe([watched], cx());
      site.appliance.on(groupsOf(0), list([]));
      expect(await known()).toEqual([0]);
    });
  });

  describe('tells of runs', () => {
    async function run(tasks: object[], status: string): Promise<UpstreamRun[]> {
      site.appliance.on(`GET ${PLANS}`, list([plan(status)]));
      site.appliance.on('GET /tasks', list(tasks));
      return (await site.driver.survey(cx())).runs;
    }

    it.each([
      ['Reprotect', 'REPROTECT_IN_PROGRESS', 'REPROTECT'],
      ['Recovery', 'RECOVERY_IN_PROGRESS', 'FAILOVER'],
      ['Test', 'WAITING_FOR_USER_INPUT', 'START_DRILL'],
      ['in words of another language', 'CLEANUP_IN_PROGRESS', 'CLEAN_UP_DRILL'],
      ['in words of another language', 'CANCEL_IN_PROGRESS', null],
      ['Edit Recovery Plan', 'READY_STATE', null],
    ])('"%s" on a plan in %s is %s', async (description, status, action) => {
      await expect(run([task('t-1', 'RUNNING', { description })], status)).resolves.toEqual([
        {
          jobId: 't-1',
          action,
          targetType: 'RECOVERY_PLAN',
          targetNativeId: PLAN_ID,
          state: 'RUNNING',
          requestedBy: null,
          startedTime: new Date(APPLIANCE_MS + 2_000).toISOString(),
        },
      ]);
    });

    it('on groups as well, and not of the history, of what ended long ago and of what is no group or plan', async () => {
      const tasks = [
        task('on-group', 'SUCCESS', { entity: GROUP_ID, complete_time: APPLIANCE_MS - 1_000 }),
        task('old', 'SUCCESS', { complete_time: APPLIANCE_MS - 3_600_000 }),
        task('history', 'RUNNING', { description: 'Retrieve Recovery Plan History' }),
        task('folder', 'RUNNING', { entity: 'DrFolder:x:y' }),
      ];
      const runs = await run(tasks, 'READY_STATE');
      expect(runs).toMatchObject([{ jobId: 'on-group', targetType: 'PROTECTION_GROUP', state: 'SUCCEEDED' }]);
    });
  });
});
