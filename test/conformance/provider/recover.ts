import type { DrAction } from '../../../src/domain/dr-action.js';
import { aHarness, declaredActions, errorOf } from './expectations.js';
import type { ConformanceSubject, Trouble } from './harness.js';
import { firstCall, Journey, last, openGate, patiently } from './journey.js';

const ANSWER_LOST: Trouble = { on: 'CHANGE', accident: 'RESET', when: 'AFTER', times: 1 };
const REQUEST_LOST: Trouble = { on: 'CHANGE', accident: 'RESET', when: 'BEFORE', times: 1 };

/** After a send whose answer was lost, the truth is found by looking, never by sending again. */
export function recoverConcern(subject: ConformanceSubject): void {
  describe('recover', () => {
    const harness = aHarness(subject);

    it.each(declaredActions(subject))(
      'finds that %s was STARTED when its answer was lost',
      async (action) => {
        const { sent } = await sendWith(ANSWER_LOST, action);
        const finding = await harness().createDriver().findStarted(sent, patiently);
        expect(finding).toMatchObject({ verdict: 'STARTED', evidence: expect.any(String) as string });
        expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
      },
    );

    it.each(declaredActions(subject))('has NOT_SEEN %s when its request was lost', async (action) => {
      const { sent } = await sendWith(REQUEST_LOST, action);
      const finding = await harness().createDriver().findStarted(sent, patiently);
      expect(finding).toMatchObject({ verdict: 'NOT_SEEN' });
    });

    it.each(['FAILOVER', 'PLANNED_FAILOVER', 'REPROTECT'] as const)(
      'finds that %s was STARTED even when it is over by then',
      async (action) => {
        const { sent } = await sendWith(ANSWER_LOST, action);
        harness().advance(harness().longestWorkMs);
        const finding = await harness().createDriver().findStarted(sent, patiently);
        expect(finding.verdict).toBe('STARTED');
      },
    );

    it.each(['FAILOVER', 'PLANNED_FAILOVER', 'REPROTECT'] as const)(
      'finds that %s was STARTED even when its job is forgotten by then',
      async (action) => {
        const { sent } = await sendWith(ANSWER_LOST, action);
        harness().advance(harness().longestWorkMs);
        await harness().forgetJobs();
        const finding = await harness().createDriver().findStarted(sent, patiently);
        expect(finding.verdict).toBe('STARTED');
      },
    );

    it('is not taken in by a run of another plan', async () => {
      const [neighbour] = harness().crowd(1);
      const { sent } = await sendWith(REQUEST_LOST, 'FAILOVER');
      const journey = new Journey(harness());
      await journey.begin(await journey.prepare(await journey.command('FAILOVER', neighbour)));
      expect(await journey.driver.findStarted(sent, patiently)).toMatchObject({ verdict: 'NOT_SEEN' });
    });

    it('never sends the request a second time', async () => {
      const { sent, changesBefore, executionsBefore } = await sendWith(ANSWER_LOST, 'FAILOVER');
      const driver = harness().createDriver();
      for (let looks = 0; looks < 3; looks += 1) await driver.findStarted(sent, patiently);
      expect(harness().stateChangingRequests().length - changesBefore).toBe(1);
      expect(harness().executions().length - executionsBefore).toBe(1);
    });

    it('lets a run that was found again be watched to its end', async () => {
      const { sent, executionsBefore } = await sendWith(ANSWER_LOST, 'FAILOVER');
      const journey = new Journey(harness());
      const finding = await journey.driver.findStarted(sent, patiently);
      if (finding.verdict !== 'STARTED') throw new Error(`expected STARTED, got ${finding.verdict}`);
      const { operationId, command, baseline, call } = sent;
      const found = { operationId, command, baseline, calls: [{ call, ref: finding.ref }] };
      const seen = last(await journey.watch(found));
      expect(journey.row('FAILOVER').to).toContain(seen.resource?.word);
      expect(harness().executions().length - executionsBefore).toBe(1);
    });

    it('is not taken in by an older run of the same action', async () => {
      const journey = new Journey(harness());
      await journey.readyFor('CLEAN_UP_DRILL');
      await journey.carryOut('CLEAN_UP_DRILL');
      const { sent } = await sendWith(REQUEST_LOST, 'START_DRILL', journey);
      expect(await journey.driver.findStarted(sent, patiently)).toMatchObject({ verdict: 'NOT_SEEN' });
    });

    it.each(['RESET', 'SERVICE_UNAVAILABLE', 'INTERNAL_ERROR', 'TRUNCATED', 'EMPTY'] as const)(
      'throws rather than guesses when it looks and meets %s',
      async (accident) => {
        const { sent } = await sendWith(ANSWER_LOST, 'FAILOVER');
        const driver = harness().createDriver();
        await driver.check(patiently);
        harness().trouble({ on: 'READ', accident });
        expect(await errorOf(driver.findStarted(sent, patiently))).toMatchObject({ retry: 'TEMPORARY' });
        harness().calm();
        expect((await driver.findStarted(sent, patiently)).verdict).toBe('STARTED');
      },
    );

    /** Sends the action's first call into a trouble, and answers what the record would remember. */
    async function sendWith(trouble: Trouble, action: DrAction, journey = new Journey(harness())) {
      const readied = await journey.readyFor(action);
      const sent = journey.sent(readied);
      const changesBefore = harness().stateChangingRequests().length;
      const executionsBefore = harness().executions().length;
      harness().trouble(trouble);
      const call = firstCall(readied.preparation);
      const error = await errorOf(journey.driver.start(call, openGate, patiently));
      expect(error).toMatchObject({ delivery: 'AMBIGUOUS' });
      return { sent, changesBefore, executionsBefore };
    }
  });
}
