import type { Delivery, ProviderErrorKind, Retry } from '../../../src/providers/provider-error.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { added, aHarness, errorOf, until } from './expectations.js';
import { THROTTLED_FOR_MS, type Accident, type ConformanceSubject } from './harness.js';
import { firstCall, Journey, openGate, patiently } from './journey.js';

/** What a read makes of each accident. All of them pass. */
const READ_ERRORS: readonly [Accident, ProviderErrorKind][] = [
  ['INTERNAL_ERROR', 'UPSTREAM_FAULT'],
  ['BAD_GATEWAY_PAGE', 'UNAVAILABLE'],
  ['SERVICE_UNAVAILABLE', 'UNAVAILABLE'],
  ['THROTTLED', 'RATE_LIMITED'],
  ['RESET', 'UNAVAILABLE'],
  ['TRUNCATED', 'BAD_ANSWER'],
  ['EMPTY', 'BAD_ANSWER'],
];

/** What is known of a state-changing request after each accident; only a refusal in good form is certain. */
const DELIVERIES: readonly [Accident, 'BEFORE' | 'AFTER', Delivery, Retry][] = [
  ['THROTTLED', 'BEFORE', 'REFUSED', 'TEMPORARY'],
  ['INTERNAL_ERROR', 'BEFORE', 'AMBIGUOUS', 'TEMPORARY'],
  ['BAD_GATEWAY_PAGE', 'BEFORE', 'AMBIGUOUS', 'TEMPORARY'],
  ['BAD_GATEWAY_PAGE', 'AFTER', 'AMBIGUOUS', 'TEMPORARY'],
  ['SERVICE_UNAVAILABLE', 'BEFORE', 'AMBIGUOUS', 'TEMPORARY'],
  ['RESET', 'BEFORE', 'AMBIGUOUS', 'TEMPORARY'],
  ['RESET', 'AFTER', 'AMBIGUOUS', 'TEMPORARY'],
  ['HANG', 'BEFORE', 'AMBIGUOUS', 'TEMPORARY'],
  ['HANG', 'AFTER', 'AMBIGUOUS', 'TEMPORARY'],
  ['TRUNCATED', 'AFTER', 'AMBIGUOUS', 'TEMPORARY'],
  ['EMPTY', 'AFTER', 'AMBIGUOUS', 'TEMPORARY'],
  ['ERROR_IN_200', 'AFTER', 'AMBIGUOUS', 'TEMPORARY'],
  ['NOT_FOUND_PAGE', 'BEFORE', 'AMBIGUOUS', 'TEMPORARY'],
  ['REQUEST_TIMEOUT', 'BEFORE', 'AMBIGUOUS', 'TEMPORARY'],
  ['REDIRECT', 'BEFORE', 'AMBIGUOUS', 'TEMPORARY'],
];

/** Answers that are none, whatever their status says. */
const NO_ANSWERS = ['ERROR_IN_200', 'NOT_FOUND_PAGE', 'REQUEST_TIMEOUT', 'REDIRECT'] as const;

/** Long enough to connect on a busy machine, short enough to wait for in a test. */
const SHORT_SUBMIT_MS = 400;

/** Every accident becomes one kind of error that says whether trying again can help. */
export function errorsConcern(subject: ConformanceSubject): void {
  const { credentials } = subject.describes;

  describe('errors', () => {
    const harness = aHarness(subject);

    it.each(READ_ERRORS)('reads into %s and calls it %s', async (accident, kind) => {
      const driver = await aWarmDriver();
      harness().trouble({ on: 'READ', accident });
      const error = await errorOf(driver.listProtectionGroups(patiently));
      expect(error).toMatchObject({ kind, retry: 'TEMPORARY', delivery: null });
      if (accident === 'THROTTLED') expect(error.retryAfterMs).toBe(THROTTLED_FOR_MS);
    });

    it.each(NO_ANSWERS)('does not take %s for the absence of anything', async (accident) => {
      const driver = await aWarmDriver();
      const { targetId } = harness().stage('FAILOVER');
      harness().trouble({ on: 'READ', accident });
      const error = await errorOf(driver.getRecoveryPlan(targetId ?? '', patiently));
      expect(error).toMatchObject({ delivery: null });
      expect(error.kind).not.toBe('NOT_FOUND');
    });

    it('reads on once the trouble is over', async () => {
      const driver = await aWarmDriver();
      const before = await driver.listProtectionGroups(patiently);
      harness().trouble({ on: 'READ', accident: 'SERVICE_UNAVAILABLE' });
      await errorOf(driver.listProtectionGroups(patiently));
      harness().calm();
      expect(await driver.listProtectionGroups(patiently)).toEqual(before);
    });

    it('never passes a broken answer for an empty inventory', async () => {
      const driver = await aWarmDriver();
      for (const accident of ['EMPTY', 'TRUNCATED'] as const) {
        harness().trouble({ on: 'READ', accident });
        await errorOf(driver.listProtectionGroups(patiently));
        await errorOf(driver.listRecoveryPlans(patiently));
        harness().calm();
      }
    });

    it('gives a read up when its caller does', async () => {
      const driver = await aWarmDriver();
      harness().trouble({ on: 'READ', accident: 'HANG' });
      const caller = new AbortController();
      const arrived = harness().reads().length;
      const read = errorOf(driver.listProtectionGroups({ signal: caller.signal }));
      await until(() => harness().reads().length > arrived);
      caller.abort();
      expect(await read).toMatchObject({ retry: 'TEMPORARY', delivery: null });
    });

    it.each(DELIVERIES)(
      'sends into %s %s the change and calls it %s, %s',
      async (accident, when, delivery, retry) => {
        const wish = accident === 'HANG' ? { submitTimeoutMs: SHORT_SUBMIT_MS } : {};
        const journey = new Journey(harness(), harness().createDriver(wish));
        const { preparation } = await journey.readyFor('FAILOVER');
        const executions = harness().executions().length;
        const arrived = harness().stateChangingRequests().length;
        harness().trouble({ on: 'CHANGE', accident, when });
        const error = await errorOf(journey.driver.start(firstCall(preparation), openGate, patiently));
        expect(error).toMatchObject({ delivery, retry });
        expect(harness().stateChangingRequests().length - arrived).toBe(1);
        expect(harness().executions().length - executions).toBe(when === 'AFTER' ? 1 : 0);
      },
    );

    const [first] = credentials;
    if (first !== undefined) renewals(first);

    function renewals(forReads: string): void {
      it(`logs in again, once and unseen, when the ${forReads} dies under ten reads at a time`, async () => {
        const driver = await aWarmDriver();
        await harness().kill(forReads);
        const logIns = await added(
          () => harness().logIns(),
          async () => {
            const lists = Array.from({ length: 10 }, () => driver.listProtectionGroups(patiently));
            for (const groups of await Promise.all(lists)) expect(groups.length).toBeGreaterThan(0);
          },
        );
        expect(logIns).toBe(1);
      });

      it(`does not log in again while the ${forReads} is good`, async () => {
        const driver = await aWarmDriver();
        const logIns = await added(
          () => harness().logIns(),
          async () => {
            await driver.listProtectionGroups(patiently);
            await driver.listRecoveryPlans(patiently);
            await driver.check(patiently);
          },
        );
        expect(logIns).toBe(0);
      });

      it.each(credentials)(
        'never repeats a change for a dead %s, and has a new one for the next',
        async (credential) => {
          const journey = new Journey(harness());
          const { preparation } = await journey.readyFor('FAILOVER');
          const arrived = harness().stateChangingRequests().length;
          await harness().kill(credential);
          const error = await errorOf(journey.driver.start(firstCall(preparation), openGate, patiently));
          expect(error).toMatchObject({ delivery: 'REFUSED', retry: 'TEMPORARY' });
          expect(harness().stateChangingRequests().length - arrived).toBe(1);
          await journey.driver.start(firstCall(preparation), openGate, patiently);
          expect(harness().executions().length).toBe(1);
        },
      );

      it('says UNAUTHENTICATED of a password that is wrong', async () => {
        const driver = harness().createDriver({ wrongPassword: true });
        const error = await errorOf(driver.check(patiently));
        expect(error).toMatchObject({ kind: 'UNAUTHENTICATED', retry: 'PERMANENT' });
      });
    }

    /** A driver that has logged in and knows its way about. */
    async function aWarmDriver(): Promise<ProviderDriver> {
      const driver = harness().createDriver();
      await driver.listProtectionGroups(patiently);
      return driver;
    }
  });
}
