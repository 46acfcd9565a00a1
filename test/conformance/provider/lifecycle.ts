import { judgeAction } from '../../../src/domain/allowed-actions.js';
import { ACTION_FACTS } from '../../../src/domain/action-facts.js';
import { directionTo, oppositeSite, type DrAction } from '../../../src/domain/dr-action.js';
import type { ResourceFacts } from '../../../src/domain/observation.js';
import { aHarness, declaredActions } from './expectations.js';
import type { ConformanceSubject } from './harness.js';
import { goodEnds, Journey, last, patiently } from './journey.js';

/** The table is no wish: every row of it is walked on the upstream, from its beginning to its end. */
export function lifecycleConcern(subject: ConformanceSubject): void {
  const { lifecycle } = subject.factory.descriptor;
  const planActions = declaredActions(subject).filter(
    (action) => ACTION_FACTS[action].targetType === 'RECOVERY_PLAN',
  );

  describe('lifecycle', () => {
    const harness = aHarness(subject);

    it.each(declaredActions(subject))('walks %s from → via → to', async (action) => {
      const journey = new Journey(harness());
      const { from, via, to } = journey.row(action);
      const readied = await journey.readyFor(action);
      const start = readied.preparation.resource;
      if (from !== 'ANY') expect(from).toContain(start?.word);
      const trail = await journey.watch(await journey.begin(readied));
      const words = trail.map(({ resource }) => resource?.word ?? '');
      const rests = ['', start?.word, ...goodEnds(journey.row(action))];
      const passed = words.filter((word) => !rests.includes(word));
      expect(via).toEqual(expect.arrayContaining([...new Set(passed)]));
      if (start && typeof to !== 'string') expect(passed.length).toBeGreaterThan(0);
      if (typeof to !== 'string') expect(to).toContain(last(words));
      if (to === 'GONE') expect(last(trail).resource?.exists).toBe(false);
      if (to === 'ANY') expect(last(words)).toBe(start?.word);
    });

    it.each(beginnings())('is taken at its word that %s may start from %s', async (action, word) => {
      const journey = new Journey(harness());
      const { command } = await journey.readyFor(action);
      await harness().setState(ACTION_FACTS[action].targetType, command.targetNativeId ?? '', word);
      const readied = await journey.prepare(command);
      const { resource, blockers } = readied.preparation;
      const wish = { direction: readied.command.direction, blockers };
      expect(resource?.word).toBe(word);
      expect(judgeAction(lifecycle, action, resource, wish)).toMatchObject({ allowed: true, blocking: [] });
      await expect(journey.begin(readied)).resolves.toBeDefined();
    });

    it.each(planActions)('moves the workload by %s exactly when the table says so', async (action) => {
      const journey = new Journey(harness());
      const readied = await journey.readyFor(action);
      const planId = readied.command.targetNativeId ?? '';
      const before = await journey.driver.getRecoveryPlan(planId, patiently);
      await journey.watch(await journey.begin(readied));
      const after = await journey.driver.getRecoveryPlan(planId, patiently);
      expect(after.activeSite !== before.activeSite).toBe(lifecycle.actions[action]?.flipsActiveSite);
      for (const plan of [before, after]) expectTheOtherWay(plan);
    });

    it('brings the workload there and back again', async () => {
      const journey = new Journey(harness());
      const { targetId } = harness().stage('PLANNED_FAILOVER');
      const home = await site();
      for (const expected of [oppositeSite(home), home]) {
        await journey.carryOut('PLANNED_FAILOVER', targetId);
        expect(await site()).toBe(expected);
        if (mustReprotect(await word())) await journey.carryOut('REPROTECT', targetId);
        expect(await site()).toBe(expected);
      }

      async function site() {
        const { activeSite } = await journey.driver.getRecoveryPlan(targetId ?? '', patiently);
        if (activeSite === null) throw new Error('a plan at rest must say where its workload runs');
        return activeSite;
      }
      async function word() {
        return (await journey.driver.getRecoveryPlan(targetId ?? '', patiently)).upstream.state;
      }
    });

    it.each(planActions)('offers an action that goes on from every end of %s', (action) => {
      const row = new Journey(harness()).row(action);
      const ends = row.observes === 'DRILL' ? [] : [...goodEnds(row), ...row.failed];
      for (const end of ends) expect(actionsFrom(end)).not.toEqual([]);
    });

    /** Every state of every row's `from`. */
    function beginnings(): [DrAction, string][] {
      return declaredActions(subject).flatMap((action) => {
        const from = lifecycle.actions[action]?.from ?? 'ANY';
        return from === 'ANY' ? [] : from.map((word): [DrAction, string] => [action, word]);
      });
    }

    function expectTheOtherWay(facts: Pick<ResourceFacts, 'activeSite' | 'nextDirection'>): void {
      expect(facts.activeSite).not.toBeNull();
      if (facts.activeSite) expect(facts.nextDirection).toBe(directionTo(oppositeSite(facts.activeSite)));
    }

    function mustReprotect(word: string): boolean {
      return actionsFrom(word).includes('REPROTECT');
    }

    function actionsFrom(word: string): DrAction[] {
      return declaredActions(subject).filter((action) => {
        const from = lifecycle.actions[action]?.from ?? [];
        return from !== 'ANY' && from.includes(word);
      });
    }
  });
}
