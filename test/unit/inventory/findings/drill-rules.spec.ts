import { viewOf } from '../../../../src/inventory/drills/drill-view.js';
import { drillReminders } from '../../../../src/inventory/findings/rules/drill-rules.js';
import type { DrillRecord } from '../../../../src/domain/drill.js';
import { sdrsDescriptor } from '../../../../src/providers/sdrs/sdrs.descriptor.js';
import { srmDescriptor } from '../../../../src/providers/srm/srm.descriptor.js';
import { drill, plan, survey } from '../../support/survey.js';

const DUE = '2030-01-03T12:00:00.000Z';
const HOUR = 3_600_000;

const record: DrillRecord = {
  drill: drill('a.d', { name: 'quarterly', recoveryPlanId: 'a.p' }),
  seenMs: Date.parse(DUE) - 24 * HOUR,
  startedTime: '2030-01-02T12:00:00.000Z',
  startedBy: 'ada',
  operationId: 'a.op',
  dueTime: DUE,
  chosenNetworkId: null,
  endedTime: null,
  endedBy: null,
  cleanUpOperationId: null,
  leftovers: [],
};

const at = (hours: number, changes: Partial<DrillRecord> = {}, situation = blocking('READY_STATE')) => {
  const now = Date.parse(DUE) + hours * HOUR;
  return drillReminders([viewOf({ ...record, ...changes }, null, now)], now, situation);
};

function blocking(word: string) {
  const plans = [plan('a.p', { upstream: { id: 'p', state: word } })];
  return { survey: survey({ plans }), descriptor: srmDescriptor };
}

it('a drill is in order until two hours before it is due', () => {
  expect(at(-2.01)).toEqual([]);
});

it('then its end is called to mind, with the ways to end it and to have more time', () => {
  expect(at(-2)).toMatchObject([
    {
      type: 'DRILL_DUE_SOON',
      severity: 'INFO',
      target: { type: 'DRILL', id: 'a.d', name: 'quarterly' },
      text: expect.stringContaining('started by ada') as string,
      nextActions: [
        { method: 'POST', href: '/v1/recovery-plans/a.p/actions/clean-up-drill' },
        { method: 'PATCH', href: '/v1/drills/a.d' },
      ],
    },
  ]);
});

it('from its due time on it is overdue, since then', () => {
  expect(at(0)).toMatchObject([{ type: 'DRILL_OVERDUE', severity: 'WARNING', sinceTime: DUE }]);
});

it('it is critical when no failover is taken while it stands', () => {
  expect(at(1, {}, blocking('TEST_COMPLETE'))).toMatchObject([
    { severity: 'CRITICAL', text: expect.stringContaining('No failover') as string },
  ]);
  const plans = [plan('a.p', { implicit: true, upstream: { id: 'p', state: 'protected' } })];
  expect(at(1, {}, { survey: survey({ plans }), descriptor: sdrsDescriptor })).toMatchObject([
    { severity: 'WARNING' },
  ]);
});

it('one that is being cleaned up is not called to mind', () => {
  expect(at(1, { drill: { ...record.drill, state: 'CLEANING_UP' } })).toEqual([]);
});

it('one that ended is told for what it left, and for nothing else', () => {
  const endedTime = '2030-01-03T11:00:00.000Z';
  expect(at(9, { endedTime })).toEqual([]);
  const leftovers = [
    { key: 'net', severity: 'INFO' as const, text: 'A network stays.', remedy: 'Remove it.' },
  ];
  expect(at(9, { endedTime, leftovers })).toEqual([
    {
      type: 'DRILL_LEFTOVERS',
      severity: 'INFO',
      target: {
        ...{ type: 'DRILL', id: 'a.d', name: 'quarterly' },
        within: { type: 'RECOVERY_PLAN', id: 'a.p' },
      },
      detailKey: 'net',
      text: 'The drill quarterly was cleaned up. A network stays.',
      remedy: 'Remove it.',
      sinceTime: endedTime,
      nextActions: [],
    },
  ]);
});
