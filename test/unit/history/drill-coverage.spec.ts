import { NO_OBJECTIVES, objectivesOfPlan, type Objectives } from '../../../src/domain/objectives.js';
import type { Operation } from '../../../src/domain/operation.js';
import { coverageOf } from '../../../src/history/reports/drill-coverage.js';
import { nothing, merged, rollUpOf } from '../../../src/history/statistics/roll-up.js';
import { at } from '../support/operation.js';
import { plan } from '../support/survey.js';
import { endedOperation } from './ended-work.js';

const DAY = 86_400;
const PLAN = plan('alpha.move-books', { name: 'Books' });
const EVERY_30_DAYS: Objectives = { ...NO_OBJECTIVES, drillEveryDays: 30 };

const done = (action: Operation['action'], day: number, changes: Partial<Operation> = {}) =>
  endedOperation(60, {
    action,
    createdTime: at(day * DAY),
    startedTime: at(day * DAY + 1),
    endedTime: at(day * DAY + 60),
    calls: [],
    ...changes,
  });

function covered(operations: readonly Operation[], objectives = EVERY_30_DAYS, day = 40) {
  const actions = [...new Set(operations.map(({ action }) => action))].map((action) => ({
    action,
    rollUp: operations
      .filter((one) => one.action === action)
      .map((one) => rollUpOf(one) ?? nothing())
      .reduce(merged, nothing()),
  }));
  return coverageOf(PLAN, { actions }, [], objectives, Date.parse(at(day * DAY)));
}

describe('the coverage of a plan', () => {
  it('is NEVER without a drill that went well', () => {
    expect(covered([])).toMatchObject({ coverage: 'NEVER', lastDrill: null, nextDrillDueTime: null });
    const failed = done('START_DRILL', 39, { state: 'FAILED', outcome: 'NONE' });
    expect(covered([failed])).toMatchObject({
      coverage: 'NEVER',
      lastDrill: { state: 'FAILED' },
      lastSuccessfulDrill: null,
      drillCount: 1,
      failedDrillCount: 1,
    });
  });

  it('is OVERDUE when the last drill that went well is longer ago than was promised, whatever failed since', () => {
    const drills = [
      done('START_DRILL', 1, { requestedBy: 'grace' }),
      done('START_DRILL', 39, { state: 'FAILED' }),
    ];
    expect(covered(drills)).toMatchObject({
      coverage: 'OVERDUE',
      lastDrill: { state: 'FAILED', requestedBy: 'ada' },
      lastSuccessfulDrill: { requestedBy: 'grace', createdTime: at(DAY) },
      nextDrillDueTime: at(31 * DAY),
    });
    expect(covered(drills, EVERY_30_DAYS, 31)).toMatchObject({ coverage: 'CURRENT' });
  });

  it('is never overdue where nothing was promised', () => {
    expect(covered([done('START_DRILL', 1)], NO_OBJECTIVES, 4_000)).toMatchObject({
      coverage: 'CURRENT',
      nextDrillDueTime: null,
      rehearsedRto: null,
    });
  });

  it('holds what the last good drill took against the promised recovery time', () => {
    const drill = done('START_DRILL', 39);
    const within = (rtoSeconds: number) => covered([drill], { ...NO_OBJECTIVES, rtoSeconds }).rehearsedRto;
    expect([within(60), within(59)]).toEqual(['MET', 'MISSED']);
    expect(covered([], { ...NO_OBJECTIVES, rtoSeconds: 1 }).rehearsedRto).toBe('NOT_MEASURED');
  });

  it('takes what was rejected or cancelled for no drill, and what was rejected for no failover', () => {
    const rejected = { state: 'REJECTED', outcome: 'NONE' } as const;
    expect(
      covered([
        done('FAILOVER', 3),
        done('FAILOVER', 9, rejected),
        done('START_DRILL', 4),
        done('START_DRILL', 5, { state: 'FAILED', outcome: 'NONE' }),
        done('START_DRILL', 6, { state: 'CANCELLED', outcome: 'NONE' }),
        done('START_DRILL', 7, rejected),
      ]),
    ).toMatchObject({
      lastFailover: { createdTime: at(3 * DAY), state: 'SUCCEEDED' },
      lastDrill: { createdTime: at(6 * DAY), state: 'CANCELLED' },
      drillCount: 2,
      failedDrillCount: 1,
    });
  });

  it('finds no recovery time in a drill that succeeded in part, but a missed one', () => {
    const drill = done('START_DRILL', 39, { outcome: 'PARTIAL' });
    const within = (rtoSeconds: number) => covered([drill], { ...NO_OBJECTIVES, rtoSeconds }).rehearsedRto;
    expect([within(60), within(59)]).toEqual(['NOT_MEASURED', 'MISSED']);
  });

  it('tells the last clean-up, and the last failover of either kind', () => {
    expect(
      covered([done('FAILOVER', 3), done('PLANNED_FAILOVER', 7), done('CLEAN_UP_DRILL', 5)]),
    ).toMatchObject({
      lastFailover: { createdTime: at(7 * DAY) },
      lastCleanUp: { createdTime: at(5 * DAY) },
    });
  });
});

describe('objectives', () => {
  const site = {
    rtoSeconds: 3_600,
    rpoSeconds: null,
    drillEveryDays: 90,
    plans: [
      { plan: 'Books', rtoSeconds: 900 },
      { plan: 'alpha.mail', drillEveryDays: 30 },
    ],
  };

  it('of a plan, by its name or its id, go before those of its site', () => {
    expect(objectivesOfPlan(site, PLAN)).toEqual({ rtoSeconds: 900, rpoSeconds: null, drillEveryDays: 90 });
    expect(objectivesOfPlan(site, { id: 'alpha.mail', name: 'Mail' })).toMatchObject({
      rtoSeconds: 3_600,
      drillEveryDays: 30,
    });
    expect(objectivesOfPlan(site, { id: 'alpha.other', name: null })).toMatchObject({ rtoSeconds: 3_600 });
  });
});
