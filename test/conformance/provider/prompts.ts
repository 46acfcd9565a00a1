import { aHarness, errorOf } from './expectations.js';
import type { ConformanceSubject } from './harness.js';
import { Journey, last, openGate, patiently } from './journey.js';

/** An upstream that waits for a person can be told to go on, once, and nobody else is. */
export function promptsConcern(subject: ConformanceSubject): void {
  const { capabilities } = subject.factory.descriptor;

  describe('prompts', () => {
    const harness = aHarness(subject);

    it('has a call to answer with exactly when it says that it can', () => {
      expect(typeof harness().createDriver().answerCall).toBe(
        capabilities.prompts ? 'function' : 'undefined',
      );
      expect(subject.describes.prompts).toBe(capabilities.prompts);
    });

    if (!capabilities.prompts) return;

    it('goes on past an answered question to a good end', async () => {
      const { journey, operation, promptId } = await asking();
      await answer(journey, operation, promptId);
      const seen = last(await journey.watch(operation));
      expect(seen.prompts).toEqual([]);
      expect(journey.row('FAILOVER').to).toContain(seen.resource?.word);
    });

    it('refuses the answer to a question that is answered already', async () => {
      const { journey, operation, promptId } = await asking();
      await answer(journey, operation, promptId);
      const error = await errorOf(answer(journey, operation, promptId));
      expect(error).toMatchObject({ kind: 'NOT_FOUND', delivery: 'REFUSED' });
    });

    it('does not know whether an answer arrived whose connection broke', async () => {
      const { journey, operation, promptId } = await asking();
      harness().trouble({ on: 'CHANGE', accident: 'RESET', when: 'AFTER', times: 1 });
      expect(await errorOf(answer(journey, operation, promptId))).toMatchObject({ delivery: 'AMBIGUOUS' });
      expect((await journey.look(operation)).prompts).toEqual([]);
    });

    async function asking() {
      const journey = new Journey(harness());
      const text = await harness().askNext(harness().stage('FAILOVER').targetId ?? '');
      const operation = await journey.begin(await journey.readyFor('FAILOVER'));
      for (let looks = 0; looks < 20; looks += 1) {
        const { prompts } = await journey.look(operation);
        const prompt = prompts.find((candidate) => candidate.text.includes(text));
        if (prompt) return { journey, operation, promptId: prompt.id };
        harness().advance(harness().longestWorkMs / 10);
      }
      throw new Error('the run never asked');
    }

    async function answer(
      { driver }: Journey,
      { command }: Parameters<Journey['look']>[0],
      promptId: string,
    ): Promise<void> {
      const call = driver.answerCall?.(command, promptId);
      if (!call) throw new Error('prompts are declared, but there is no call to answer them with');
      await driver.start(call, openGate, patiently);
    }
  });
}
