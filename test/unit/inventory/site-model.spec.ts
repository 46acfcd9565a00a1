import { grown, takenMsOf } from '../../../src/inventory/site-model.js';
import { drill, group, plan, survey } from '../support/survey.js';

const ALL = survey({ groups: [group('s.a')], plans: [plan('s.p')], drills: [drill('s.d')] });

describe('what is believed of a site', () => {
  const first = grown(null, ALL, 1_000);

  it('has the same version while nothing changes, however often it is looked at', () => {
    const second = grown(first, ALL, 2_000);
    expect(second.model).toEqual(first.model);
    expect(takenMsOf(second.times)).toBe(2_000);
  });

  it('has another version when anything changes', () => {
    const progress = grown(first, { plans: [plan('s.p', { progressPercent: 3 })] }, 2_000);
    expect(progress.model.version).not.toBe(first.model.version);
  });

  it('takes the lists that were read, and keeps the others with their age', () => {
    const { model, times } = grown(first, { groups: [group('s.b')] }, 2_000);
    expect(model.survey).toEqual({ ...ALL, groups: [group('s.b')] });
    expect(times).toEqual({ groups: 2_000, plans: 1_000, drills: 1_000, runs: 1_000 });
  });

  it('is not undone by a look that began before', () => {
    const noticed = grown(first, { groups: [group('s.b')] }, 3_000);
    const late = grown(noticed, survey({ groups: [group('s.a')], plans: [] }), 2_000);
    expect(late.model.survey.groups).toEqual([group('s.b')]);
    expect(late.model.survey.plans).toEqual([]);
  });
});

describe('which groups a plan holds', () => {
  const held = (...ids: string[]) => plan('s.p', { protectionGroupIds: ids });
  const both = [group('s.a'), group('s.b')];
  const first = grown(null, survey({ groups: both, plans: [held('s.a', 's.b'), plan('s.q')] }), 1_000);

  it('is what it held when it was last told, and changes nothing', () => {
    const second = grown(first, { groups: both, plans: [plan('s.p'), plan('s.q')] }, 2_000);
    expect(second.model).toEqual(first.model);
    expect(second.model.survey.plans.map(({ protectionGroupIds }) => protectionGroupIds)).toEqual([
      ['s.a', 's.b'],
      null,
    ]);
  });

  it('is what is told now, be it nothing', () => {
    expect(grown(first, { plans: [held('s.b')] }, 2_000).model.survey.plans).toEqual([held('s.b')]);
    expect(grown(first, { plans: [held()] }, 2_000).model.survey.plans).toEqual([held()]);
  });

  it('is no more what is gone', () => {
    const second = grown(first, { groups: [group('s.b')], plans: [plan('s.p')] }, 2_000);
    expect(second.model.survey.plans).toEqual([held('s.b')]);
    const gone = grown(first, { plans: [] }, 2_000);
    expect(grown(gone, { plans: [plan('s.p')] }, 3_000).model.survey.plans).toEqual([plan('s.p')]);
  });
});

describe('since when something is in its state', () => {
  it('is since it was first seen in it', () => {
    const first = grown(null, survey({ groups: [group('s.a'), group('s.b')] }), 1_000);
    const second = grown(
      first,
      { groups: [group('s.a', { state: 'FAILING_OVER' }), group('s.b'), group('s.c')] },
      2_000,
    );
    const third = grown(second, { groups: second.model.survey.groups }, 3_000);
    expect(third.model.since.groups).toEqual({ 's.a': 2_000, 's.b': 1_000, 's.c': 2_000 });
  });

  it('is kept for groups and plans apart: they may share their ids', () => {
    const first = grown(null, survey({ groups: [group('s.a')], plans: [plan('s.a')] }), 1_000);
    const second = grown(first, { plans: [plan('s.a', { state: 'ERROR' })] }, 2_000);
    expect(second.model.since).toEqual({ groups: { 's.a': 1_000 }, plans: { 's.a': 2_000 }, drills: {} });
  });

  it('begins anew when it comes back to the state', () => {
    const at = (state: 'PROTECTED' | 'ERROR') => survey({ groups: [group('s.a', { state })] });
    const back = grown(grown(grown(null, at('PROTECTED'), 1), at('ERROR'), 2), at('PROTECTED'), 3);
    expect(back.model.since.groups).toEqual({ 's.a': 3 });
  });
});
