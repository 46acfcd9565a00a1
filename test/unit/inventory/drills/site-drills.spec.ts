import type { DrAction } from '../../../../src/domain/dr-action.js';
import type { Drill } from '../../../../src/domain/inventory.js';
import type { Operation } from '../../../../src/domain/operation.js';
import { DrillStore } from '../../../../src/inventory/drills/redis-drill-store.js';
import { ENDED_KEPT_MS, SiteDrills } from '../../../../src/inventory/drills/site-drills.js';
import { SiteWork } from '../../../../src/inventory/site-work.js';
import { isoTime } from '../../../../src/platform/clock.js';
import type { DrillLeftover } from '../../../../src/providers/provider-driver.js';
import { changed, memorySite } from '../../support/memory-site.js';
import { command, operationIn } from '../../support/operation.js';
import { redisForThisFile } from '../../support/redis.js';
import { drill, survey } from '../../support/survey.js';
import { TestClock } from '../../support/test-clock.js';

const the = redisForThisFile();
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const LEFT: DrillLeftover[] = [{ fact: 'networkId', text: 'The network {} stays.', remedy: 'Remove it.' }];

class FakeWork extends SiteWork {
  readonly asked: string[] = [];
  readonly operations: Operation[] = [];

  unfinished(): Promise<Operation[]> {
    return Promise.resolve([]);
  }

  latest(_siteId: string, targetId: string, action: DrAction): Promise<Operation[]> {
    this.asked.push(`${action} ${targetId}`);
    return Promise.resolve(
      this.operations.filter((one) => one.action === action && one.target.id === targetId).reverse(),
    );
  }
}

function site() {
  const clock = new TestClock();
  const work = new FakeWork();
  const { provider, siteId } = memorySite(clock, (driver) => {
    const capabilities = { ...driver.descriptor.capabilities, drillLeftovers: LEFT };
    return changed(driver, { descriptor: { ...driver.descriptor, capabilities } });
  });
  const drills = new SiteDrills(new DrillStore(the.redis), work, clock, 24 * HOUR_MS);
  const look = (...standing: Drill[]) =>
    drills.update(provider, { after: { takenMs: clock.now(), survey: survey({ drills: standing }) } });
  const ours = (id = 'd', changes: Partial<Drill> = {}) =>
    drill(`${siteId}.${id}`, { recoveryPlanId: `${siteId}.p`, ...changes });
  const did = (action: DrAction, changes: Partial<Operation> = {}) => {
    const time = isoTime(clock.now());
    const target = { type: 'RECOVERY_PLAN' as const, id: `${siteId}.p`, name: 'Books' };
    const id = `${siteId}.op-${work.operations.length}`;
    const times = { createdTime: time, startedTime: time, endedTime: time };
    work.operations.push(operationIn('SUCCEEDED', { id, action, target, ...times, ...changes }));
    return id;
  };
  return { clock, work, provider, siteId, drills, look, ours, did };
}

describe('a drill that stands', () => {
  it('is due a day after it was first seen, when nothing else is known of its start', async () => {
    const { look, ours, clock } = site();
    const [one] = await look(ours());
    expect(one).toMatchObject({
      state: 'ACTIVE',
      startedTime: isoTime(clock.now()),
      startedBy: null,
      operationId: null,
      dueTime: isoTime(clock.now() + 24 * HOUR_MS),
      overdue: false,
      endedTime: null,
      leftovers: [],
    });
    clock.advance(24 * HOUR_MS);
    expect(await look(ours())).toMatchObject([{ overdue: true, startedTime: one?.startedTime }]);
  });

  it('began when the upstream says, if it says', async () => {
    const { look, ours, clock } = site();
    const createdTime = isoTime(clock.now() - HOUR_MS);
    expect(await look(ours('d', { createdTime }))).toMatchObject([
      { startedTime: createdTime, dueTime: isoTime(clock.now() + 23 * HOUR_MS) },
    ]);
  });

  it('knows the operation that began it, who asked, and the due time that was asked for', async () => {
    const { look, ours, did } = site();
    const drillDueTime = '2030-02-01T18:00:00.000Z';
    const operationId = did('START_DRILL', {
      requestedBy: 'grace',
      command: command({ action: 'START_DRILL', drillDueTime }),
    });
    expect(await look(ours())).toMatchObject([
      { operationId, startedBy: 'grace', dueTime: drillDueTime, dueTimeSetBy: null },
    ]);
  });

  it('is told from another of the same plan by what the operation made', async () => {
    const { look, ours, did, siteId } = site();
    const first = did('START_DRILL', { result: { drillId: `${siteId}.d` } });
    const second = did('START_DRILL', { result: { drillId: `${siteId}.e` } });
    expect(await look(ours('d'), ours('e'))).toMatchObject([{ operationId: first }, { operationId: second }]);
  });

  it('looks for its operation for a while, for it may be told of late, and then no more', async () => {
    const { look, ours, did, clock, work } = site();
    await look(ours());
    clock.advance(MINUTE_MS);
    const operationId = did('START_DRILL', { origin: 'EXTERNAL', requestedBy: 'root' });
    expect(await look(ours())).toMatchObject([{ operationId, startedBy: 'root' }]);
    const asked = work.asked.length;
    await look(ours());
    expect(work.asked).toHaveLength(asked);
  });

  it('does not take the operation of an earlier drill for its own', async () => {
    const { look, ours, did, clock } = site();
    did('START_DRILL');
    clock.advance(MINUTE_MS);
    did('CLEAN_UP_DRILL');
    clock.advance(MINUTE_MS);
    expect(await look(ours())).toMatchObject([{ operationId: null }]);
  });

  it('nor one that began nothing', async () => {
    const { look, ours, did } = site();
    did('START_DRILL', { state: 'REJECTED', outcome: 'NONE' });
    did('START_DRILL', { state: 'FAILED', outcome: 'NONE' });
    expect(await look(ours())).toMatchObject([{ operationId: null }]);
  });

  it('is due when somebody says, which the next look does not undo', async () => {
    const { look, ours, drills, provider, clock } = site();
    const [one] = await look(ours());
    clock.advance(MINUTE_MS);
    const dueTime = '2030-03-01T00:00:00.000Z';
    await drills.moveDue(provider, one?.id ?? '', dueTime, 'ada');
    expect(await look(ours())).toMatchObject([{ dueTime, dueTimeSetBy: 'ada' }]);
  });
});

describe('a drill that is gone', () => {
  const gone = async (changes: Partial<Drill> = {}) => {
    const made = site();
    await made.look(made.ours('d', changes));
    made.clock.advance(HOUR_MS);
    return made;
  };

  it('has ended, and is told for thirty days', async () => {
    const { look, clock } = await gone();
    const endedTime = isoTime(clock.now());
    expect(await look()).toMatchObject([{ state: 'ENDED', endedTime, overdue: false }]);
    clock.advance(ENDED_KEPT_MS - 1);
    expect(await look()).toMatchObject([{ state: 'ENDED', endedTime }]);
    clock.advance(1);
    expect(await look()).toEqual([]);
  });

  it('knows who cleaned it up', async () => {
    const { look, did } = await gone();
    const cleanUpOperationId = did('CLEAN_UP_DRILL', { requestedBy: 'grace' });
    expect(await look()).toMatchObject([{ cleanUpOperationId, endedBy: 'grace' }]);
  });

  it('left what its upstream never removes', async () => {
    const { look } = await gone({ upstream: { id: 'd', state: 'standing', networkId: 'net-7' } });
    expect(await look()).toMatchObject([
      { leftovers: [{ severity: 'INFO', text: 'The network net-7 stays.', remedy: 'Remove it.' }] },
    ]);
  });

  it('left no network that was chosen for it', async () => {
    const { look, ours, did, clock } = site();
    did('START_DRILL', { command: command({ options: { drillNetworkId: 'net-7' } }) });
    await look(ours('d', { upstream: { id: 'd', state: 'standing', networkId: 'net-7' } }));
    clock.advance(HOUR_MS);
    expect(await look()).toMatchObject([{ leftovers: [] }]);
  });

  it('left what its clean-up warned of', async () => {
    const { look, did } = await gone();
    did('CLEAN_UP_DRILL', {
      command: command({ action: 'CLEAN_UP_DRILL', options: { forced: true } }),
      warnings: ['The machine erp-db is still there.'],
    });
    const [one] = await look();
    expect(one?.leftovers.map(({ severity, text }) => `${severity} ${text}`)).toEqual([
      'WARNING It was forced: what could not be removed was left.',
      'WARNING The machine erp-db is still there.',
    ]);
  });

  it('is forgotten when its plan has another one', async () => {
    const { look, ours, clock } = await gone();
    await look();
    clock.advance(HOUR_MS);
    expect((await look(ours('e'))).map(({ id, state }) => [id.split('.')[1], state])).toEqual([
      ['e', 'ACTIVE'],
    ]);
  });

  it('comes back as another one where drills of a plan share an id, with a due time of its own', async () => {
    const { look, ours, clock, drills, provider, siteId } = await gone();
    await drills.moveDue(provider, `${siteId}.d`, '2030-03-01T00:00:00.000Z', 'ada');
    await look();
    clock.advance(HOUR_MS);
    expect(await look(ours())).toMatchObject([
      { state: 'ACTIVE', startedTime: isoTime(clock.now()), dueTimeSetBy: null, endedTime: null },
    ]);
  });

  it('is followed by one that is begun before a look missed it, with an operation of its own', async () => {
    const { look, ours, clock, did } = await gone();
    did('START_DRILL');
    await look(ours());
    clock.advance(MINUTE_MS);
    did('CLEAN_UP_DRILL');
    const operationId = did('START_DRILL');
    clock.advance(MINUTE_MS);
    await look();
    expect(await look(ours())).toMatchObject([{ operationId, endedTime: null }]);
  });

  it('does not lend its operation to the next one under its id', async () => {
    const { look, ours, clock, did, siteId } = site();
    const first = did('START_DRILL', { result: { drillId: `${siteId}.d` } });
    expect(await look(ours())).toMatchObject([{ operationId: first }]);
    clock.advance(MINUTE_MS);
    await look();
    clock.advance(MINUTE_MS);
    expect(await look(ours())).toMatchObject([{ operationId: null, startedBy: null }]);
  });

  it('is another one too when its end was never seen', async () => {
    const { look, ours, clock } = await gone();
    const [again] = await look(ours('d', { state: 'STARTING' }));
    expect(again).toMatchObject({ startedTime: isoTime(clock.now()) });
  });
});

describe('what is told without a look of the worker', () => {
  it('is what stands, with what is kept, and keeps nothing', async () => {
    const { look, ours, drills, provider, clock } = site();
    await look(ours('d'));
    const now = clock.now();
    const shown = await drills.shown(provider, [ours('e', { recoveryPlanId: 'other' })], now);
    expect(shown.map(({ id, state }) => [id.split('.')[1], state])).toEqual([
      ['e', 'ACTIVE'],
      ['d', 'ENDED'],
    ]);
    expect(await drills.shown(provider, null, now)).toMatchObject([{ state: 'ACTIVE' }]);
    expect(await drills.shownOf(provider, [ours('d')], now)).toHaveLength(1);
  });
});
