import type { UpstreamCall, UpstreamRef } from '../../../src/domain/action-command.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import { isoTime } from '../../../src/platform/clock.js';
import type { WatchedOperation } from '../../../src/providers/provider-driver.js';
import { aHarness, errorOf } from './expectations.js';
import type { ConformanceSubject } from './harness.js';
import { goodEnds, Journey, last, openGate, patiently } from './journey.js';

/** To stop is a capability: where it is declared it leads to an end, where it is not it is not pretended. */
export function cancelConcern(subject: ConformanceSubject): void {
  const { capabilities, lifecycle } = subject.factory.descriptor;

  describe('cancel', () => {
    const harness = aHarness(subject);

    if (!capabilities.cancel) {
      it('is not pretended', () => {
        expect('cancelCall' in harness().createDriver()).toBe(false);
        expect(capabilities.cancellable).toEqual([]);
      });
      return;
    }

    it.each(capabilities.cancellable)('brings a running %s to an end', async (action) => {
      const { journey, operation } = await running(action);
      const changes = harness().stateChangingRequests().length;
      await cancel(journey, operation);
      expect(harness().stateChangingRequests().length - changes).toBe(1);
      const seen = last(await journey.watch(operation));
      expect(seen.jobs.map(({ state }) => state)).toEqual(seen.jobs.map(() => 'CANCELLED'));
      const row = journey.row(action);
      const ends = [...row.failed, ...goodEnds(row)];
      expect(ends).toContain(seen.resource?.word);
    });

    it.each(capabilities.cancellable)('leaves %s where an action can go on', async (action) => {
      const { journey, operation } = await running(action);
      await cancel(journey, operation);
      const { resource } = last(await journey.watch(operation));
      const ways = Object.values(lifecycle.actions).filter(
        ({ from }) => from !== 'ANY' && from.includes(resource?.word ?? ''),
      );
      expect(ways.length).toBeGreaterThan(0);
    });

    it('does no harm a second time', async () => {
      const { journey, operation } = await running('FAILOVER');
      const [run] = harness().executions();
      await cancel(journey, operation);
      const again = await cancel(journey, operation).then(
        () => 'ACCEPTED',
        (error: { delivery?: string }) => error.delivery,
      );
      expect(['ACCEPTED', 'REFUSED']).toContain(again);
      const seen = last(await journey.watch(operation));
      expect(seen.jobs.map(({ state }) => state)).toEqual(['CANCELLED']);
      const runs = harness()
        .executions()
        .filter(({ action }) => action === run?.action);
      expect(runs.length).toBe(1);
    });

    it('comes too late for a run that is over, which keeps its end', async () => {
      const { journey, operation } = await running('FAILOVER');
      const over = last(await journey.watch(operation));
      expect(await errorOf(cancel(journey, operation))).toMatchObject({ delivery: 'REFUSED' });
      expect(await journey.look(operation)).toEqual(over);
    });

    it.each([
      ['AFTER', 'STARTED'],
      ['BEFORE', 'NOT_SEEN'],
    ] as const)('whose connection breaks %s it is carried out is %s', async (when, verdict) => {
      const { journey, operation } = await running('FAILOVER');
      harness().trouble({ on: 'CHANGE', accident: 'RESET', when, times: 1 });
      expect(await errorOf(cancel(journey, operation))).toMatchObject({ delivery: 'AMBIGUOUS' });
      const { operationId, command, baseline } = operation;
      const sentTime = isoTime(harness().now());
      const sent = { operationId, command, call: cancelCallOf(journey, operation), baseline, sentTime };
      expect(await harness().createDriver().findStarted(sent, patiently)).toMatchObject({ verdict });
    });

    it('is described in plain JSON', async () => {
      const { journey, operation } = await running('FAILOVER');
      const call = cancelCallOf(journey, operation);
      expect(JSON.parse(JSON.stringify(call))).toEqual(call);
    });

    /** An action that has been at work for a tenth of the longest time. */
    async function running(action: DrAction) {
      const journey = new Journey(harness());
      const operation = await journey.begin(await journey.readyFor(action));
      harness().advance(harness().longestWorkMs / 10);
      await journey.look(operation);
      return { journey, operation };
    }

    function cancelCallOf({ driver }: Journey, { command }: WatchedOperation): UpstreamCall {
      const call = driver.cancelCall?.(command);
      if (!call) throw new Error('cancel is declared, but there is no call for it');
      return call;
    }

    function cancel(journey: Journey, operation: WatchedOperation): Promise<UpstreamRef> {
      return journey.driver.start(cancelCallOf(journey, operation), openGate, patiently);
    }
  });
}
