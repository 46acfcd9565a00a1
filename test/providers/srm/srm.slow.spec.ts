import type { Observation } from '../../../src/domain/observation.js';
import type { WatchedOperation } from '../../../src/providers/provider-driver.js';
import { DetailReads, type DetailKind } from '../../../src/providers/srm/watching/srm.detail-reads.js';
import { DetailTurns } from '../../../src/providers/srm/watching/srm.detail-turns.js';
import {
  bench,
  command,
  cx,
  group,
  GROUP_ID,
  GROUPS,
  list,
  plan,
  PLANS,
  task,
  TestClock,
  vm,
  VC_A,
  type Bench,
  type Reply,
} from './appliance.js';

const planId = (n: number): string => `DrRecoveryRecoveryPlan:plan-${n}:33333333`;
const MACHINE = `VirtualMachine:vm-7:${VC_A}`;
const NEEDED: readonly DetailKind[] = ['PROMPTS', 'MACHINES', 'ABSENCES', 'CHANGES', 'TASKS'];

function watched(
  operationId: string,
  action: Parameters<typeof command>[0],
  jobIds: string[],
  more: object,
): WatchedOperation {
  const call = { label: 'Something', method: 'POST' as const, path: '', body: undefined };
  const calls = jobIds.length === 0 ? [] : [{ call, ref: { jobIds } }];
  return { operationId, command: { ...command(action), ...more }, baseline: null, calls };
}

describe('watching an appliance that is slow', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
  });
  afterEach(() => site.close());

  /** The appliance takes as long for an answer. */
  const slowly = (route: string, seconds: number, reply: Reply): void =>
    site.appliance.on(route, () => {
      site.clock.pass(seconds);
      return reply;
    });

  /** One operation of each kind whose next step only a single read shows; the lists take five seconds each. */
  const everyKind = (singleSeconds: number): WatchedOperation[] => {
    const asking = plan('WAITING_FOR_USER_INPUT', { id: planId(0), is_running: true });
    const over = plan('RECOVERY_COMPLETE', { id: planId(1) });
    const edited = plan('READY_STATE', { id: planId(3) });
    const tasks = [
      task('t-0', 'RUNNING', { entity: planId(0) }),
      task('t-2', 'SUCCESS', { entity: MACHINE }),
    ];
    const others = { list: tasks, _meta: { total: 5000, offset: 0, limit: 200 } };
    slowly('GET /tasks', 5, { body: others });
    slowly(`GET ${PLANS}`, 5, list([asking, over, edited]));
    slowly(`GET ${GROUPS}`, 5, list([group('OK')]));
    const prompt = { id: 'p-1', prompt_text: 'Is DNS moved?' };
    slowly(`GET ${PLANS}/${planId(0)}/recovery-steps/user-prompts`, singleSeconds, list([prompt]));
    slowly('GET /tasks/t-1', singleSeconds, { body: task('t-1', 'SUCCESS', { entity: planId(1) }) });
    slowly('GET /tasks/t-3', singleSeconds, { status: 404 });
    slowly(`GET ${PLANS}/${planId(1)}/vms`, singleSeconds, list([]));
    slowly(`GET ${GROUPS}/${GROUP_ID}/vms/${MACHINE}`, singleSeconds, { body: vm(7, 'OK') });
    slowly(`GET ${PLANS}/${planId(2)}`, singleSeconds, { status: 404 });
    slowly(`GET ${PLANS}/${planId(3)}/protection-groups`, singleSeconds, list([group('OK')]));
    const protect = { targetNativeId: GROUP_ID, partNativeId: MACHINE };
    const baseline = { kind: 'PLAN_EDIT', taskIds: [], newestQueuedMs: null, upstreamMs: null };
    return [
      watched('prompted', 'FAILOVER', ['t-0'], { targetNativeId: planId(0) }),
      watched('unlisted', 'FAILOVER', ['t-1'], { targetNativeId: planId(1) }),
      watched('machine', 'ENABLE_INSTANCE_PROTECTION', ['t-2'], protect),
      watched('deleted', 'DELETE_RECOVERY_PLAN', [], { targetNativeId: planId(2) }),
      { ...watched('edited', 'UPDATE_RECOVERY_PLAN', ['t-3'], { targetNativeId: planId(3) }), baseline },
    ];
  };

  const observed = async (
    operations: WatchedOperation[],
    rounds: number,
  ): Promise<Map<string, Observation>> => {
    const seen = new Map<string, Observation>();
    for (let round = 0; round < rounds; round += 1) {
      for (const one of await site.driver.observe(operations, cx())) seen.set(one.operationId, one);
      site.clock.pass(5);
    }
    return seen;
  };

  it('reads what no list shows, however long the lists take: prompts, tasks, machines, absences, changes', async () => {
    const operations = everyKind(0);
    const seen = await observed(operations, 1);
    expect(seen.get('prompted')?.prompts).toMatchObject([{ id: 'p-1' }]);
    expect(seen.get('unlisted')?.jobs).toMatchObject([{ state: 'SUCCEEDED' }]);
    expect(seen.get('machine')?.resource).toMatchObject({ word: 'OK' });
    expect(seen.get('deleted')?.resource).toMatchObject({ exists: false });
    expect(seen.get('edited')?.jobs).toMatchObject([{ state: 'GONE' }]);
  });

  it('comes to each of them in its turn where single reads are slow as well, and to prompts first', async () => {
    const operations = everyKind(5);
    const first = await observed(operations, 1);
    expect(first.get('prompted')?.prompts).toMatchObject([{ id: 'p-1' }]);
    const seen = await observed(operations, 8);
    expect([...seen.keys()].sort()).toEqual(['deleted', 'edited', 'machine', 'prompted', 'unlisted']);
    site.appliance.forgetJournal();
    await observed(operations, 1);
    expect(
      site.appliance.journal.filter(({ path }) => path.startsWith(`${PLANS}/`)).length,
    ).toBeLessThanOrEqual(3);
  });

  it('tells an end in the round in which the lists show it', async () => {
    slowly(`GET ${PLANS}`, 14, list([plan('RECOVERY_COMPLETE', { id: planId(0) })]));
    slowly('GET /tasks', 14, list([task('t-0', 'SUCCESS', { entity: planId(0) })]));
    slowly(`GET ${PLANS}/${planId(0)}/vms`, 5, list([]));
    const operation = watched('over', 'FAILOVER', ['t-0'], { targetNativeId: planId(0) });
    const seen = await observed([operation], 1);
    expect(seen.get('over')).toMatchObject({
      jobs: [{ state: 'SUCCEEDED' }],
      resource: { word: 'RECOVERY_COMPLETE' },
    });
    expect(seen.get('over')?.warnings.join(' ')).not.toContain('not looked at');
  });

  it('says nothing of a run that waits for a person while the list of plans cannot be read', async () => {
    const operations = everyKind(0).slice(0, 1);
    await observed(operations, 1);
    site.appliance.on(`GET ${PLANS}`, { status: 503 });
    await expect(site.driver.observe(operations, cx())).resolves.toEqual([]);
    site.appliance.on(`GET ${PLANS}`, list([plan('WAITING_FOR_USER_INPUT', { id: planId(0) })]));
    await expect(site.driver.observe(operations, cx())).resolves.toMatchObject([
      { prompts: [{ id: 'p-1' }] },
    ]);
  });
});

describe('the places of single reads', () => {
  const clock = new TestClock();

  /** In each round all of these kinds want as many as they can get. */
  function rounds(
    count: number,
    perMinute: number,
    kinds: readonly DetailKind[],
    readSeconds = 0,
  ): DetailKind[][] {
    const details = new DetailReads(clock, perMinute);
    const { signal } = cx();
    const names = Array.from({ length: 30 }, (_, n) => `name-${n}`);
    const turns = kinds.map((kind) => ({ kind, turns: new DetailTurns(details, kind, 10) }));
    return Array.from({ length: count }, () => {
      details.beginRound();
      const read: DetailKind[] = [];
      for (const one of turns)
        for (const name of one.turns.among(names, signal)) {
          if (name !== '') read.push(one.kind);
          clock.pass(readSeconds);
        }
      clock.pass(5);
      return read;
    });
  }

  it.each([10, 50, 100])('are never more than a part of %i requests a minute', (perMinute) => {
    const read = rounds(48, perMinute, [...NEEDED, 'ENDS', 'STEPS']).map(({ length }) => length);
    for (let first = 0; first + 12 <= read.length; first += 1) {
      const inMinute = read.slice(first, first + 12).reduce((sum, one) => sum + one, 0);
      expect(inMinute).toBeLessThanOrEqual(Math.max(1, (14 * perMinute) / 50));
    }
  });

  it.each([
    [10, 0],
    [50, 0],
    [50, 3],
    [50, 30],
  ])(
    'go to each kind that is needed, with %i requests a minute and reads of %i s',
    (perMinute, readSeconds) => {
      for (const order of [NEEDED, [...NEEDED].reverse()]) {
        const read = rounds(120, perMinute, ['ENDS', ...order], readSeconds).flat();
        for (const kind of NEEDED)
          expect(read.filter((one) => one === kind).length).toBeGreaterThanOrEqual(2);
      }
    },
  );

  it('are not kept for a kind that wants none any more', () => {
    const details = new DetailReads(clock, 50);
    for (let n = 0; n < 14; n += 1) details.note('TASKS');
    details.beginRound();
    expect(details.places('PROMPTS')).toBe(0);
    clock.pass(61);
    details.beginRound();
    expect(details.places('TASKS', 14)).toBe(13);
    details.beginRound();
    expect(details.places('TASKS', 14)).toBe(14);
  });

  it('come to every name in turn, also where there is time for one only', () => {
    const details = new DetailReads(clock, 50);
    const turns = new DetailTurns(details, 'MACHINES', 4);
    const read: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      details.beginRound();
      for (const name of turns.among(['a', 'b', 'c', 'd', 'e'], cx().signal)) {
        read.push(name);
        clock.pass(30);
      }
    }
    expect(new Set(read.slice(0, 5)).size).toBe(5);
  });

  it('are not given in a round whose time is over', () => {
    const turns = new DetailTurns(new DetailReads(clock, 50), 'PROMPTS', 4);
    expect([...turns.among(['a'], AbortSignal.abort())]).toEqual([]);
  });
});
