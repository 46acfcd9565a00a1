import { observedKind } from '../../../src/domain/external-verdict.js';
import type { DrAction, TargetType } from '../../../src/domain/dr-action.js';
import { parsePublicId } from '../../../src/domain/ids.js';
import { meaningOf } from '../../../src/domain/lifecycle.js';
import { FINDING_TYPES, SEVERITIES, type Concern } from '../../../src/domain/site-finding.js';
import type { SiteSurvey } from '../../../src/domain/site-survey.js';
import type { ProviderDriver, WatchedOperation } from '../../../src/providers/provider-driver.js';
import { added, aHarness, declaredActions, errorOf } from './expectations.js';
import type { Accident, ConformanceSubject } from './harness.js';
import { goodEnds, Journey, last, patiently } from './journey.js';

/** More than a page of any upstream holds. */
const CROWD = 1_050;

const ACCIDENTS_OF_READS = [
  'RESET',
  'SERVICE_UNAVAILABLE',
  'TRUNCATED',
  'EMPTY',
  'NOT_FOUND_PAGE',
  'ERROR_IN_200',
] as const satisfies readonly Accident[];

/** A look at all that a site holds is whole, or none; and it shows what others have begun. */
export function surveyConcern(subject: ConformanceSubject): void {
  const { lifecycle, capabilities } = subject.factory.descriptor;
  const shownActions = declaredActions(subject).filter((action) => lifecycle.actions[action]?.to !== 'ANY');

  describe('survey', () => {
    const harness = aHarness(subject);

    it('tells in one look what the lists tell', async () => {
      const journey = new Journey(harness());
      const { driver } = journey;
      await journey.carryOut('START_DRILL');
      const { groups, plans, drills } = await driver.survey(patiently);
      expect(told(groups)).toEqual(told(await driver.listProtectionGroups(patiently)));
      const listed = await driver.listRecoveryPlans(patiently);
      expect(told(plans)).toEqual(told(listed));
      const ofPlans = await Promise.all(
        listed.map(({ upstream }) => driver.listDrills(upstream.id, patiently)),
      );
      expect(told(drills)).toEqual(told(ofPlans.flat()));
      const { targetId } = harness().stage('START_DRILL');
      expect(drills.map(({ recoveryPlanId }) => parsePublicId(recoveryPlanId)?.nativeId)).toContain(targetId);
    });

    it('costs no more for more plans on a page', async () => {
      const driver = harness().createDriver();
      const survey = () => driver.survey(patiently);
      await survey();
      const few = await added(() => harness().reads(), survey);
      harness().crowd(50);
      expect(await added(() => harness().reads(), survey)).toBe(few);
    });

    it('is whole where it takes several pages', async () => {
      const crowd = harness().crowd(CROWD);
      const { plans, groups } = await harness().createDriver().survey(patiently);
      expect(plans.map(({ upstream }) => upstream.id)).toEqual(expect.arrayContaining([...crowd]));
      for (const list of [plans, groups]) expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
      expect(groups.length).toBeGreaterThanOrEqual(CROWD);
    });

    it('is whole with another login, when one has died', async () => {
      const driver = harness().createDriver();
      const before = await driver.survey(patiently);
      for (const credential of subject.describes.credentials) {
        await harness().kill(credential);
        expect(await driver.survey(patiently)).toEqual(before);
      }
    });

    it.each(ACCIDENTS_OF_READS)('is none when the site answers with %s', async (accident) => {
      const driver = harness().createDriver();
      await driver.survey(patiently);
      harness().trouble({ on: 'READ', accident });
      expect((await errorOf(driver.survey(patiently))).delivery).toBeNull();
    });

    it.each(ACCIDENTS_OF_READS)('takes %s for no sign that nothing is wrong', async (accident) => {
      harness().trouble({ on: 'READ', accident });
      expect((await errorOf(harness().createDriver().inspect(patiently))).delivery).toBeNull();
    });

    it('is what watchers hand on of the lists that they read', async () => {
      const journey = new Journey(harness());
      const operation = await journey.begin(await journey.readyFor('FAILOVER'));
      const noticed: Partial<SiteSurvey>[] = [];
      await journey.driver.observe([operation], { ...patiently, noticed: (lists) => noticed.push(lists) });
      const { runs: _runs, ...survey } = await journey.driver.survey(patiently);
      expect(noticed.flatMap((lists) => Object.keys(lists))).not.toEqual([]);
      for (const { runs: _alsoRuns, ...lists } of noticed) {
        for (const [name, list] of Object.entries(lists))
          expect(told(list)).toEqual(told(survey[name as keyof typeof survey]));
      }
    });

    it('knows of every passing state which action it is the middle of, or that it is of none', () => {
      for (const [kind, words] of Object.entries(lifecycle.states)) {
        for (const [word, { action, passing }] of Object.entries(words)) {
          if (!action) continue;
          const row = lifecycle.actions[action];
          expect({ kind, word, passing, via: row?.via }).toEqual({
            ...{ kind, word, passing: true },
            via: expect.arrayContaining([word]) as string[],
          });
          const observed = row && observedKind({ action }, row);
          const mirrors = !capabilities.explicitPlans && kind !== 'DRILL' && observed !== 'DRILL';
          if (!mirrors) expect({ word, kind }).toEqual({ word, kind: observed });
        }
      }
    });

    it.each(shownActions)('shows %s that somebody else began, and lets it be watched', async (action) => {
      const journey = new Journey(harness());
      const { command } = await journey.begin(await journey.readyFor(action));
      const row = journey.row(action);
      const survey = await journey.driver.survey(patiently);
      const at = passingIn(survey, action, command.targetNativeId);
      // What comes or goes need not show before it has.
      if (!at && (command.targetNativeId === null || row.to === 'GONE')) return;
      if (!at) throw new Error(`${action} does not show`);
      const stranger = strangersWork(action, at.holderId, row.observes === 'DRILL' ? at.nativeId : null);
      const trail = await journey.watch(stranger);
      expect(row.via).toContain(trail[0]?.resource?.word);
      const end = last(trail).resource;
      expect(end?.exists).toBe(row.to !== 'GONE');
      if (row.to !== 'GONE') expect(goodEnds(row)).toContain(end?.word);
    });

    it('tells of a run, where it tells of runs, by a job that can be watched', async () => {
      const journey = new Journey(harness());
      const { command } = await journey.begin(await journey.readyFor('FAILOVER'));
      const { runs } = await journey.driver.survey(patiently);
      const run = runs.find(({ targetNativeId }) => targetNativeId === command.targetNativeId);
      if (!run) return expect(runs).toEqual([]);
      expect(run.targetType).toBe('RECOVERY_PLAN');
      if (run.action !== null) expect(run.action).toMatch(/FAILOVER$/);
      const seen = last(await journey.watch(strangersWork('FAILOVER', run.targetNativeId, null, run.jobId)));
      expect(seen.jobs).toMatchObject([{ id: run.jobId, state: 'SUCCEEDED' }]);
    });

    it('tells what is wrong in the same words every time, about things that are there', async () => {
      const journey = new Journey(harness());
      const readied = await journey.readyFor('FAILOVER');
      await harness().failNext();
      await journey.watch(await journey.begin(readied));
      const { driver } = journey;
      const changes = await added(
        () => harness().stateChangingRequests(),
        async () => {
          const concerns = await driver.inspect(patiently);
          expect((await driver.inspect(patiently)).map(keyOf).sort()).toEqual(concerns.map(keyOf).sort());
          expect(new Set(concerns.map(keyOf)).size).toBe(concerns.length);
          await expectSound(driver, concerns);
        },
      );
      expect(changes).toBe(0);
    });

    /** Where the survey shows that the action is under way. */
    function passingIn(survey: SiteSurvey, action: DrAction, targetId: string | null) {
      const row = new Journey(harness()).row(action);
      const kind = observedKind({ action }, row);
      const seen = candidates(survey, kind).filter(
        ({ holderId, word }) => row.via.includes(word) && (targetId === null || holderId === targetId),
      );
      const [only, another] = seen;
      expect(another).toBeUndefined();
      if (!only) return null;
      const told = meaningOf(lifecycle, kind, only.word).action;
      expect(told === undefined ? [] : lifecycle.actions[told]?.via).toContain(only.word);
      return only;
    }

    async function expectSound(driver: ProviderDriver, concerns: readonly Concern[]): Promise<void> {
      const { groups, plans, drills } = await driver.survey(patiently);
      const ids = [...groups, ...plans, ...drills].map(({ id }) => id);
      expect(JSON.parse(JSON.stringify(concerns))).toEqual(concerns);
      for (const { type, severity, target, text, remedy } of concerns) {
        expect(FINDING_TYPES).toContain(type);
        expect(SEVERITIES).toContain(severity);
        for (const words of [target.name, text, remedy]) expect(words).not.toBe('');
        if (target.type === 'SITE' || target.id === null) continue;
        expect(ids).toContain(target.within?.id ?? target.id);
      }
    }
  });
}

interface Candidate {
  nativeId: string;
  holderId: string;
  word: string;
}

function candidates({ groups, plans, drills }: SiteSurvey, kind: TargetType): Candidate[] {
  if (kind === 'DRILL')
    return drills.map(({ recoveryPlanId, upstream }) => ({
      nativeId: upstream.id,
      holderId: parsePublicId(recoveryPlanId)?.nativeId ?? '',
      word: upstream.state,
    }));
  const list = kind === 'RECOVERY_PLAN' ? plans : groups;
  return list.map(({ upstream: { id, state } }) => ({ nativeId: id, holderId: id, word: state }));
}

/** What is known of work that was begun outside: no request of ours, nothing noted before it. */
function strangersWork(
  action: DrAction,
  targetNativeId: string,
  partNativeId: string | null,
  jobId: string | null = null,
): WatchedOperation {
  const nothing = { direction: null, options: {}, group: null, changes: null, input: null };
  const call = { label: 'begun outside', method: 'POST', path: '', body: null } as const;
  return {
    operationId: 'stranger',
    command: { action, targetNativeId, partNativeId, ...nothing },
    baseline: null,
    calls: jobId === null ? [] : [{ call, ref: { jobIds: [jobId] }, adopted: true }],
  };
}

function told(list: readonly { id: string; name: string; state: string; upstream: { state: string } }[]) {
  return list
    .map(({ id, name, state, upstream }) => ({ id, name, state, word: upstream.state }))
    .sort((one, other) => one.id.localeCompare(other.id));
}

function keyOf({ type, target, detailKey }: Concern): string {
  return [type, target.type, target.id ?? target.name, detailKey].join(' ');
}
