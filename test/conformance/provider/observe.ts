import type { DrAction } from '../../../src/domain/dr-action.js';
import type { Observation } from '../../../src/domain/observation.js';
import type { WatchedOperation } from '../../../src/providers/provider-driver.js';
import { added, aHarness, declaredActions, errorOf } from './expectations.js';
import type { ConformanceSubject } from './harness.js';
import { Journey, last, patiently } from './journey.js';

/** More than anybody would look at one by one. */
const CROWD = 8;

/** Many operations are watched with few requests, and what is seen is what is so. */
export function observeConcern(subject: ConformanceSubject): void {
  const { describes } = subject;

  describe('observe', () => {
    const harness = aHarness(subject);

    it('watches many operations with few requests, and changes nothing', async () => {
      const journey = new Journey(harness());
      const running = await failOverAll(journey);
      await journey.driver.observe(running, patiently);
      for (const watched of [running.slice(0, 1), running]) {
        const changes = await added(
          () => harness().stateChangingRequests(),
          async () => {
            const requests = await added(
              () => harness().reads(),
              () => journey.driver.observe(watched, patiently),
            );
            expect(requests).toBeLessThanOrEqual(describes.requestsToObserve(watched.length));
          },
        );
        expect(changes).toBe(0);
      }
    });

    it('keeps many operations apart', async () => {
      const journey = new Journey(harness());
      const running = await failOverAll(journey);
      const seen = await journey.driver.observe(running, patiently);
      expect(seen.map(({ operationId }) => operationId)).toEqual(
        running.map(({ operationId }) => operationId),
      );
      for (const [index, { jobs }] of seen.entries()) {
        const ids = running[index]?.calls.flatMap(({ ref }) => ref?.jobIds ?? []);
        expect(jobs.map(({ id }) => id)).toEqual(ids);
        expect(jobs.map(({ state }) => state)).not.toContain('GONE');
      }
    });

    it('is asked about nothing and answers nothing', async () => {
      expect(await harness().createDriver().observe([], patiently)).toEqual([]);
    });

    it('shows a run that never goes back', async () => {
      const { journey, operation } = await begun('FAILOVER');
      const trail = await journey.watch(operation);
      for (const tell of [totalPercent, stepsDone]) {
        const values = trail.map(tell).filter((value) => value !== null);
        expect(values).toEqual([...values].sort((a, b) => a - b));
      }
      if (describes.progress === 'percent')
        expect(Math.max(...trail.map((seen) => totalPercent(seen) ?? 0))).toBeGreaterThan(0);
      if (describes.progress === 'steps')
        expect(Math.max(...trail.map((seen) => stepsDone(seen) ?? 0))).toBeGreaterThan(0);
    });

    it.each(declaredActions(subject))(
      'shows the success of %s in the job and in the resource',
      async (action) => {
        const { journey, operation } = await begun(action);
        const { to } = journey.row(action);
        const { jobs, resource, createdId } = last(await journey.watch(operation));
        expect(jobs.map(({ state }) => state)).toEqual(jobs.map(() => 'SUCCEEDED'));
        expect(resource?.exists).toBe(to !== 'GONE');
        if (typeof to !== 'string') expect(to).toContain(resource?.word);
        if (action === 'CREATE_PROTECTION_GROUP') expect(createdId).not.toBeNull();
      },
    );

    it('shows a failure in the words of the upstream', async () => {
      const journey = new Journey(harness());
      const readied = await journey.readyFor('FAILOVER');
      const words = await harness().failNext();
      const operation = await journey.begin(readied);
      const { jobs, resource } = last(await journey.watch(operation));
      expect(jobs.map(({ state }) => state)).toContain('FAILED');
      expect(JSON.stringify(jobs.map(({ error }) => error))).toContain(words);
      expect(journey.row('FAILOVER').failed).toContain(resource?.word);
    });

    it('says GONE of a job that the upstream has forgotten, and looks at the resource', async () => {
      const { journey, operation } = await begun('FAILOVER');
      const over = last(await journey.watch(operation));
      await harness().forgetJobs();
      const seen = await new Journey(harness()).look(operation);
      expect(seen.jobs.map(({ state }) => state)).toEqual(over.jobs.map(() => 'GONE'));
      expect(seen.jobs.map(({ word }) => word)).toEqual(over.jobs.map(() => null));
      expect(seen.resource).toEqual(over.resource);
    });

    it('sees the same again after the end', async () => {
      const { journey, operation } = await begun('FAILOVER');
      const over = last(await journey.watch(operation));
      expect(await journey.look(operation)).toEqual(over);
      const another = new Journey(harness());
      expect(await another.look(operation)).toEqual(over);
    });

    it.each(['RESET', 'SERVICE_UNAVAILABLE', 'TRUNCATED', 'EMPTY'] as const)(
      'concludes nothing from %s',
      async (accident) => {
        const { journey, operation } = await begun('FAILOVER');
        await journey.look(operation);
        harness().trouble({ on: 'READ', accident });
        expect(await errorOf(journey.look(operation))).toMatchObject({ retry: 'TEMPORARY' });
        harness().calm();
        const [seen] = await journey.driver.observe([operation], patiently);
        expect(seen?.jobs.map(({ state }) => state)).not.toContain('GONE');
      },
    );

    if (describes.prompts) questions();

    function questions(): void {
      it('passes on a question that the upstream waits with, and takes it for no progress', async () => {
        const journey = new Journey(harness());
        const readied = await journey.readyFor('FAILOVER');
        const question = await harness().askNext(readied.command.targetNativeId ?? '');
        const operation = await journey.begin(readied);
        harness().advance(harness().longestWorkMs);
        const seen = await journey.look(operation);
        expect(seen.prompts.map(({ text }) => text).join()).toContain(question);
        expect(seen.resource?.state).toBe('WAITING_FOR_INPUT');
        harness().advance(harness().longestWorkMs);
        expect(await journey.look(operation)).toEqual(seen);
      });
    }

    async function begun(action: DrAction): Promise<{ journey: Journey; operation: WatchedOperation }> {
      const journey = new Journey(harness());
      return { journey, operation: await journey.begin(await journey.readyFor(action)) };
    }

    async function failOverAll(journey: Journey): Promise<WatchedOperation[]> {
      const running: WatchedOperation[] = [];
      for (const planId of harness().crowd(CROWD)) {
        const readied = await journey.prepare(await journey.command('FAILOVER', planId));
        running.push(await journey.begin(readied));
      }
      return running;
    }
  });
}

function totalPercent({ progressPercent }: Observation): number | null {
  return progressPercent;
}

function stepsDone({ steps }: Observation): number | null {
  return steps.length === 0
    ? null
    : steps.filter(({ state }) => state !== 'PENDING' && state !== 'RUNNING').length;
}
