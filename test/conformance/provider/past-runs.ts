import type { PastRun, PastRunsPage } from '../../../src/domain/past-run.js';
import type { CallContext, ProviderDriver } from '../../../src/providers/provider-driver.js';
import { aHarness, errorOf } from './expectations.js';
import type { Accident, ConformanceSubject } from './harness.js';
import { Journey, patiently } from './journey.js';

const BROKEN: readonly Accident[] = ['TRUNCATED', 'EMPTY', 'INTERNAL_ERROR', 'NOT_FOUND_PAGE', 'RESET'];

/** An upstream that keeps a history tells what has ended, the same whenever it is asked. */
export function pastRunsConcern(subject: ConformanceSubject): void {
  const { capabilities } = subject.factory.descriptor;

  describe('past runs', () => {
    const harness = aHarness(subject);

    it('are told exactly by those who say that they can', () => {
      expect(typeof harness().createDriver().pastRuns).toBe(
        capabilities.pastOperations ? 'function' : 'undefined',
      );
    });

    if (!capabilities.pastOperations) return;

    it('are those that have ended, newest first, and not what is under way', async () => {
      const journey = new Journey(harness());
      await journey.carryOut('START_DRILL');
      await journey.carryOut('CLEAN_UP_DRILL');
      const { driver } = journey;
      // One that waits for a person does not end, however long it takes to make the answer.
      if (subject.describes.prompts) {
        const failover = await journey.command('FAILOVER');
        await harness().askNext(failover.targetNativeId ?? '');
        await journey.begin(await journey.prepare(failover));
      }
      const runs = await allOf(driver);
      expect(runs.map(({ action, state, outcome }) => `${action} ${state} ${outcome}`)).toEqual([
        'CLEAN_UP_DRILL SUCCEEDED FULL',
        'START_DRILL SUCCEEDED FULL',
      ]);
      const { name } = await driver.getRecoveryPlan(harness().stage('START_DRILL').targetId ?? '', patiently);
      for (const run of runs) {
        expect(run).toMatchObject({ targetType: 'RECOVERY_PLAN', targetName: name, errors: [] });
        expect(run.id).not.toBe('');
        expect(Date.parse(run.endedTime ?? '')).toBeGreaterThan(Date.parse(run.startedTime));
        expect(JSON.parse(JSON.stringify(run))).toEqual(run);
      }
    });

    it('are the same to whoever asks, whenever', async () => {
      const journey = new Journey(harness());
      await journey.carryOut('START_DRILL');
      const [first] = await allOf(journey.driver);
      await journey.carryOut('CLEAN_UP_DRILL');
      harness().advance(86_400_000);
      expect((await allOf(harness().createDriver())).at(-1)).toEqual(first);
    });

    it('say how they failed', async () => {
      const words = await harness().failNext();
      await new Journey(harness()).carryOut('START_DRILL');
      const [run] = await allOf(harness().createDriver());
      expect(run).toMatchObject({ action: 'START_DRILL', state: 'FAILED' });
      expect(run?.errors.join(' ')).toContain(words);
    });

    it('are told of the window that was asked for, by the clock of the site', async () => {
      const journey = new Journey(harness());
      const begun = harness().now();
      await journey.carryOut('START_DRILL');
      await journey.carryOut('CLEAN_UP_DRILL');
      const [later, earlier] = await allOf(journey.driver);
      const cleanedMs = Date.parse(later?.startedTime ?? '');
      expect(await allOf(journey.driver, cleanedMs)).toEqual([later]);
      expect(await allOf(journey.driver, begun, cleanedMs - 1)).toEqual([earlier]);
      expect(await allOf(journey.driver, 0, begun - 1)).toEqual([]);
    });

    it('come with how far its clock is ahead of ours', async () => {
      const driver = harness().createDriver({ clockOffMs: -90_000 });
      const { aheadMs } = await whileTimePasses(driver.pastRuns?.(from(0), patiently));
      if (aheadMs !== null) expect(Math.abs(aheadMs - 90_000)).toBeLessThan(5_000);
    });

    it.each(BROKEN)('are an error, never emptiness, when the site answers with %s', async (accident) => {
      harness().trouble({ on: 'READ', accident });
      await errorOf(whileTimePasses(harness().createDriver().pastRuns?.(from(0), patiently)));
    });

    it('change nothing, and can be given up', async () => {
      await allOf(harness().createDriver());
      expect(harness().executions()).toEqual([]);
      const cx: CallContext = { signal: AbortSignal.abort() };
      await errorOf(whileTimePasses(harness().createDriver().pastRuns?.(from(0), cx)));
    });

    function from(fromMs: number, untilMs = harness().now() + 1) {
      return { fromMs, untilMs, after: null };
    }

    async function allOf(driver: ProviderDriver, fromMs = 0, untilMs?: number): Promise<PastRun[]> {
      const runs: PastRun[] = [];
      let after: string | null = null;
      for (let pages = 0; pages < 20; pages += 1) {
        const question = { ...from(fromMs, untilMs), after };
        const page: PastRunsPage = await whileTimePasses(driver.pastRuns?.(question, patiently));
        expect(page.leftOut).toBe(0);
        runs.push(...page.runs);
        after = page.next;
        if (after === null) return runs;
      }
      throw new Error('the past has no end');
    }

    /** Some upstreams make their answer first, and are asked until it is ready. */
    async function whileTimePasses<T>(answer: Promise<T> | undefined): Promise<T> {
      if (!answer) throw new RangeError('it tells nothing of its past');
      const ticking = setInterval(() => harness().advance(harness().longestWorkMs / 100), 5);
      return answer.finally(() => clearInterval(ticking));
    }
  });
}
