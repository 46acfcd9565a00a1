import { inspect } from 'node:util';
import { aHarness, declaredActions, errorOf } from './expectations.js';
import { ACCIDENTS, type ConformanceSubject } from './harness.js';
import { firstCall, Journey, last, openGate, patiently } from './journey.js';

const AN_HOUR_MS = 3_600_000;
/** What a caller who gives up may still be kept waiting for; the driver's own patience is ten times as long. */
const PROMPTLY_MS = 10_000;

/** What a driver must not do, whatever happens. */
export function hygieneConcern(subject: ConformanceSubject): void {
  describe('hygiene', () => {
    const harness = aHarness(subject);

    it.each(declaredActions(subject))('lets no secret into what it keeps of %s', async (action) => {
      const journey = new Journey(harness());
      const readied = await journey.readyFor(action);
      const operation = await journey.begin(readied);
      const seen = await journey.watch(operation);
      expectNoSecret({ readied, operation, seen });
    });

    it.each(ACCIDENTS.filter((accident) => accident !== 'HANG'))(
      'lets no secret into the error of %s',
      async (accident) => {
        const journey = new Journey(harness());
        const readied = await journey.readyFor('FAILOVER');
        harness().trouble({ on: 'READ', accident });
        harness().trouble({ on: 'CHANGE', accident });
        const call = firstCall(readied.preparation);
        expectNoSecret(await errorOf(journey.driver.listProtectionGroups(patiently)));
        expectNoSecret(await errorOf(journey.driver.start(call, openGate, patiently)));
      },
    );

    it('lets no secret into the error of a site that is down', async () => {
      await harness().goDown();
      expectNoSecret(await errorOf(harness().createDriver().check(patiently)));
    });

    it('lets no secret into what it says when it is not let in', async () => {
      const driver = harness().createDriver({ wrongPassword: true });
      const said = await driver.check(patiently).catch((error: unknown) => error);
      expectNoSecret(said);
    });

    it('gives up at once for a caller who has given up before', async () => {
      const driver = harness().createDriver();
      await driver.listProtectionGroups(patiently);
      const began = performance.now();
      const error = await errorOf(driver.listProtectionGroups({ signal: AbortSignal.abort() }));
      expect(error.retry).toBe('TEMPORARY');
      expect(performance.now() - began).toBeLessThan(PROMPTLY_MS);
    });

    it.each([-AN_HOUR_MS, AN_HOUR_MS])('does not mind a clock that is %d ms off', async (clockOffMs) => {
      const journey = new Journey(harness(), harness().createDriver({ clockOffMs }));
      expect((await journey.driver.listProtectionGroups(patiently)).length).toBeGreaterThan(0);
      const readied = await journey.readyFor('FAILOVER');
      const operation = await journey.begin(readied);
      const { jobs, resource } = last(await journey.watch(operation));
      expect(jobs.map(({ state }) => state)).toEqual(['SUCCEEDED']);
      expect(journey.row('FAILOVER').to).toContain(resource?.word);
    });

    it.each([-AN_HOUR_MS, AN_HOUR_MS])(
      'finds a lost run by a clock that is %d ms off',
      async (clockOffMs) => {
        const journey = new Journey(harness(), harness().createDriver({ clockOffMs }));
        const readied = await journey.readyFor('FAILOVER');
        const sent = {
          ...journey.sent(readied),
          sentTime: new Date(harness().now() + clockOffMs).toISOString(),
        };
        harness().trouble({ on: 'CHANGE', accident: 'RESET', when: 'AFTER', times: 1 });
        await errorOf(journey.driver.start(sent.call, openGate, patiently));
        expect(await journey.driver.findStarted(sent, patiently)).toMatchObject({ verdict: 'STARTED' });
      },
    );

    it('closes without complaint, also when the site is down', async () => {
      const driver = harness().createDriver();
      await driver.listProtectionGroups(patiently);
      await harness().goDown();
      await expect(driver.close()).resolves.toBeUndefined();
    });

    function expectNoSecret(said: unknown): void {
      const everything = `${inspect(said, { depth: 12, maxStringLength: null })}\n${harness().logged()}`;
      for (const secret of harness().secrets()) expect(everything).not.toContain(secret);
    }
  });
}
