import type { SiteSurvey } from '../../../../src/domain/site-survey.js';
import { concluded } from '../../../../src/inventory/findings/rules/index.js';
import { grown } from '../../../../src/inventory/site-model.js';
import { sdrsDescriptor } from '../../../../src/providers/sdrs/sdrs.descriptor.js';
import { srmDescriptor } from '../../../../src/providers/srm/srm.descriptor.js';
import { group, plan, survey } from '../../support/survey.js';

const sdrs = (lists: Partial<SiteSurvey>) =>
  concluded({ survey: survey(lists), descriptor: sdrsDescriptor }).map(
    ({ type, severity, target, text }) => ({ is: `${severity} ${type} ${target.id}`, text }),
  );
const srm = (lists: Partial<SiteSurvey>) =>
  concluded({ survey: survey(lists), descriptor: srmDescriptor }).map(({ type, severity, target, text }) => ({
    is: `${severity} ${type} ${target.id}`,
    text,
  }));

const held = [plan('a.g', { implicit: true, protectionGroupIds: ['a.g'] })];
const WHOLE = { instanceCount: 2, replicationPairCount: 3, replicationProgressPercent: 100 };

it('a protected group with machines and disks that has caught up needs no look', () => {
  expect(sdrs({ groups: [group('a.g', WHOLE)], plans: held })).toEqual([]);
});

it('a protected group without disks is not really protected', () => {
  const groups = [group('a.g', { ...WHOLE, replicationPairCount: 0 })];
  expect(sdrs({ groups, plans: held })).toMatchObject([{ is: 'CRITICAL NOT_REALLY_PROTECTED a.g' }]);
  // Where disks are not shown, their number says nothing.
  const plans = [plan('a.p', { protectionGroupIds: ['a.g'] })];
  expect(srm({ groups, plans })).toEqual([]);
});

it('one without machines is protected for nothing', () => {
  const groups = [group('a.g', { ...WHOLE, instanceCount: 0, replicationPairCount: 0 })];
  expect(sdrs({ groups, plans: held })).toMatchObject([{ is: 'WARNING NOT_REALLY_PROTECTED a.g' }]);
});

it('nothing is said of numbers that the upstream does not tell', () => {
  expect(sdrs({ groups: [group('a.g')], plans: held })).toEqual([]);
});

it('a copy that is behind is told, with how far it is', () => {
  const groups = [group('a.g', { ...WHOLE, replicationProgressPercent: 40 })];
  expect(sdrs({ groups, plans: held })).toEqual([
    { is: 'WARNING REPLICATION_LAG a.g', text: expect.stringContaining('40 %') as string },
  ]);
});

it('protection that is off is nobody’s fault', () => {
  const groups = [group('a.g', { state: 'UNPROTECTED', instanceCount: 0, replicationProgressPercent: 0 })];
  expect(sdrs({ groups, plans: held })).toEqual([]);
});

describe('a protected group that no plan holds', () => {
  const groups = [group('a.g'), group('a.h')];

  it('is told, if every plan tells what it holds', () => {
    const plans = [plan('a.p', { protectionGroupIds: ['a.g'] })];
    expect(srm({ groups, plans })).toMatchObject([{ is: 'WARNING NOT_RECOVERABLE a.h' }]);
  });

  it('is not told when one of them does not: it may hold it', () => {
    const plans = [plan('a.p', { protectionGroupIds: ['a.g'] }), plan('a.q', { protectionGroupIds: null })];
    expect(srm({ groups, plans })).toEqual([]);
  });
});

it('a plan that is ready while groups in it are not protected names them, the first three', () => {
  const names = ['one', 'two', 'three', 'four'];
  const groups = names.map((name) => group(`a.${name}`, { name, state: 'UNPROTECTED' }));
  const plans = [plan('a.p', { protectionGroupIds: groups.map(({ id }) => id) })];
  expect(srm({ groups, plans })).toEqual([
    {
      is: 'CRITICAL NOT_REALLY_PROTECTED a.p',
      text: expect.stringContaining('one, two, three and 1 more') as string,
    },
  ]);
});

it('that is told of the plans whose groups are known, whatever is known of the others, and stays told', () => {
  const at = { groups: [group('a.g', { state: 'UNPROTECTED' })] };
  const plans = [plan('a.p', { protectionGroupIds: ['a.g'] }), plan('a.q')];
  const first = grown(null, survey({ ...at, plans }), 1_000);
  const second = grown(first, survey({ ...at, plans: [plan('a.p'), plan('a.q')] }), 2_000);
  for (const { model } of [first, second])
    expect(srm(model.survey)).toMatchObject([{ is: 'CRITICAL NOT_REALLY_PROTECTED a.p' }]);
});

it('machines that may run at both sites are a split brain', () => {
  const conditions = [{ type: 'OLD_MACHINES_MAY_RUN', text: 'The old machines may still run.' }];
  const plans = [
    plan('a.p', {
      state: 'FAILED_OVER',
      upstream: { id: 'p', state: 'DISASTER_RECOVERY_COMPLETE' },
      conditions,
    }),
  ];
  const all = concluded({ survey: survey({ plans }), descriptor: srmDescriptor });
  expect(all.find(({ type }) => type === 'SPLIT_BRAIN')).toMatchObject({
    severity: 'CRITICAL',
    text: expect.stringContaining('The old machines may still run.') as string,
  });
});

it('an answer with gaps says so, and other conditions are none of its business', () => {
  const conditions = [
    { type: 'PARTIAL_DATA', text: 'Not everything could be told.' },
    { type: 'DRILL_ACTIVE', text: 'A drill stands.' },
  ];
  expect(sdrs({ groups: [group('a.g', { conditions })], plans: held })).toMatchObject([
    { is: 'INFO UPSTREAM_ISSUE a.g' },
  ]);
});
