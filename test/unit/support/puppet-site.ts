import type { Redis } from 'ioredis';
import type { SiteSurvey } from '../../../src/domain/site-survey.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { inventory } from './inventory.js';
import { changed } from './memory-site.js';
import { groups } from './survey.js';

/** A site that answers what it is told to answer. */
export function puppetOf(
  redis: Redis,
  change: (driver: ProviderDriver) => Partial<ProviderDriver> = () => ({}),
) {
  let survey: SiteSurvey = { groups: [], plans: [], drills: [], runs: [] };
  /** What it shows when it is asked for one. */
  let truth = survey;
  let singles = 0;
  /** What it says instead when it is asked for one. */
  const refusal: { now: ProviderError | null } = { now: null };
  const trouble: { onSurvey: ProviderError | null; onCheck: ProviderError | null } = {
    onSurvey: null,
    onCheck: null,
  };
  let checks = 0;
  const made = inventory(redis, (driver) =>
    changed(driver, {
      ...change(driver),
      survey: () => (trouble.onSurvey ? Promise.reject(trouble.onSurvey) : Promise.resolve(survey)),
      getProtectionGroup: (id) => {
        singles += 1;
        if (refusal.now) return Promise.reject(refusal.now);
        const found = truth.groups.find((one) => one.upstream.id.endsWith(id));
        return found ? Promise.resolve(found) : Promise.reject(new ProviderError('NOT_FOUND', 'Gone.'));
      },
      check: () => {
        checks += 1;
        if (trouble.onCheck) return Promise.reject(trouble.onCheck);
        return Promise.resolve({ version: '1', warnings: [] });
      },
    }),
  );
  const { siteId, provider, refresher, store, clock } = made;
  return {
    ...made,
    trouble,
    refusal,
    checks: () => checks,
    singles: () => singles,
    answer: (count: number) => (truth = survey = { ...survey, groups: groups(siteId, count) }),
    /** Its lists say so, and it is not so. */
    lie: (count: number) => (survey = { ...survey, groups: groups(siteId, count) }),
    lieWith: (lists: Partial<SiteSurvey>) => (survey = { ...survey, ...lists }),
    known: async () => (await store.model(siteId))?.model.survey,
    answerWith: (lists: Partial<SiteSurvey>) => (truth = survey = { ...survey, ...lists }),
    look: async () => (await refresher.look(provider)).kind,
    shown: async () => (await store.model(siteId))?.model.survey.groups.length ?? null,
    later: (ms: number) => clock.advance(ms),
  };
}
