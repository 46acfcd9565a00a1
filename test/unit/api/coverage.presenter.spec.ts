import { coverageCsv } from '../../../src/api/presenters/coverage.presenter.js';
import { NO_OBJECTIVES } from '../../../src/domain/objectives.js';
import { coverageOf } from '../../../src/history/reports/drill-coverage.js';
import type { Source } from '../../../src/inventory/inventory.service.js';
import { at } from '../support/operation.js';
import { plan } from '../support/survey.js';

const source = (siteId: string, state: Source['state']): Source => ({
  ...{ siteId, provider: 'memory', state, ageSeconds: null, error: null, breaker: 'CLOSED' },
  refreshedTime: state === 'UNAVAILABLE' ? null : at(0),
});

const covered = (siteId: string) =>
  coverageOf(plan(`${siteId}.books`, { siteId, name: 'Books' }), { actions: [] }, [], NO_OBJECTIVES, 0);

it('the coverage as a file tells of every site what is missing in it', () => {
  const sources = [
    source('fresh', 'FRESH'),
    source('stale', 'STALE'),
    source('counting', 'FRESH'),
    source('dead', 'UNAVAILABLE'),
  ];
  const plans = ['fresh', 'stale', 'counting'].map(covered);
  const [titles, ...lines] = coverageCsv({ sources, uncountedSiteIds: ['counting'] }, plans)
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  const cell = (line: readonly string[], title: string) => line[titles?.indexOf(title) ?? -1];
  expect(titles?.at(-1)).toBe('missing');
  expect(lines.map((line) => [cell(line, 'siteId'), cell(line, 'coverage'), line.at(-1)])).toEqual([
    ['fresh', 'NEVER', ''],
    ['stale', 'NEVER', `the plans of this site are those of ${at(0)}`],
    ['counting', 'NEVER', 'drills of this site are still being counted'],
    ['dead', 'UNKNOWN', 'the plans of this site could not be read'],
  ]);
  expect(cell(lines[3] ?? [], 'recoveryPlanId')).toBe('');
});
