import { judgeAction } from '../../../src/domain/allowed-actions.js';
import { ACTION_FACTS } from '../../../src/domain/action-facts.js';
import { type DrAction } from '../../../src/domain/dr-action.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { added, aHarness, declaredActions, errorOf } from './expectations.js';
import type { ConformanceSubject } from './harness.js';
import { firstCall, Journey, openGate, patiently } from './journey.js';

/** One call is one state-changing request, and preparing is none. */
export function startConcern(subject: ConformanceSubject): void {
  const { lifecycle } = subject.factory.descriptor;

  describe('start', () => {
    const harness = aHarness(subject);
    const changes = () => harness().stateChangingRequests();

    it.each(declaredActions(subject))(
      'sends exactly one state-changing request per call of %s',
      async (action) => {
        const journey = new Journey(harness());
        const readied = await journey.readyFor(action);
        const executions = harness().executions().length;
        expect(await added(changes, () => journey.begin(readied))).toBe(readied.preparation.calls.length);
        expect(harness().executions().length - executions).toBe(readied.preparation.calls.length);
      },
    );

    it.each(declaredActions(subject))('prepares %s without changing anything', async (action) => {
      const journey = new Journey(harness());
      const { targetId } = harness().stage(action);
      await journey.readyFor(action);
      const again = await journey.command(action);
      expect(await added(changes, () => journey.prepare(again))).toBe(0);
      const { preparation } = await journey.prepare(again);
      expect(preparation.resource === null).toBe(targetId === null);
      expect(preparation.calls.length).toBeGreaterThan(0);
    });

    it.each(declaredActions(subject))('prepares and refers to %s in plain JSON', async (action) => {
      const journey = new Journey(harness());
      const readied = await journey.readyFor(action);
      expect(JSON.parse(JSON.stringify(readied.preparation))).toEqual(readied.preparation);
      const { calls } = await journey.begin(readied);
      for (const { ref } of calls) expect(JSON.parse(JSON.stringify(ref))).toEqual(ref);
    });

    it('names every group that a plan touches, so that it can be locked', async () => {
      const journey = new Journey(harness());
      const { command, preparation } = await journey.readyFor('FAILOVER');
      const plan = await journey.driver.getRecoveryPlan(command.targetNativeId ?? '', patiently);
      expect([...preparation.groupIds].sort()).toEqual([...(plan.protectionGroupIds ?? [])].sort());
      expect(preparation.groupIds.length).toBeGreaterThan(0);
    });

    it.each(actionsWithRules())('reports the state that forbids %s, and sends nothing', async (action) => {
      const journey = new Journey(harness());
      const { command } = await journey.readyFor(action);
      const word = aWordThatForbids(action);
      await harness().setState(ACTION_FACTS[action].targetType, command.targetNativeId ?? '', word);
      const before = changes().length;
      const { resource } = (await journey.prepare(command)).preparation;
      expect(resource).toMatchObject({ exists: true, word });
      expect(judgeAction(lifecycle, action, resource)).toMatchObject({ allowed: false });
      expect(changes().length).toBe(before);
    });

    it('is REFUSED by an upstream whose target has changed since', async () => {
      const journey = new Journey(harness());
      const readied = await journey.readyFor('FAILOVER');
      await harness().setState(
        'RECOVERY_PLAN',
        readied.command.targetNativeId ?? '',
        aWordThatForbids('FAILOVER'),
      );
      const executions = harness().executions().length;
      const error = await errorOf(journey.begin(readied));
      expect(error).toMatchObject({ delivery: 'REFUSED', retry: 'PERMANENT' });
      expect(['WRONG_STATE', 'CONFLICT', 'INVALID_ARGUMENT']).toContain(error.kind);
      expect(error.upstream.message).toBeTruthy();
      expect(harness().executions().length).toBe(executions);
    });

    it('sends nothing when the gate is shut', async () => {
      const { driver, preparation } = await readyToFailOver();
      const late = new ProviderError('TIMEOUT', 'too late to send', { delivery: 'NOT_SENT' });
      const shut = {
        open: () => {
          throw late;
        },
      };
      const before = changes().length;
      const error = await errorOf(driver.start(firstCall(preparation), shut, patiently));
      expect(error).toMatchObject({ delivery: 'NOT_SENT' });
      expect(changes().length).toBe(before);
    });

    it('sends nothing, and opens no gate, when the intent is not confirmed', async () => {
      const { driver, preparation } = await readyToFailOver();
      const overtaken = new ProviderError('CONFLICT', 'somebody else wrote', { delivery: 'NOT_SENT' });
      let opened = 0;
      const gate = {
        confirm: () => Promise.reject(overtaken),
        open: () => void (opened += 1),
      };
      const before = changes().length;
      const error = await errorOf(driver.start(firstCall(preparation), gate, patiently));
      expect(error).toMatchObject({ delivery: 'NOT_SENT' });
      expect(opened).toBe(0);
      expect(changes().length).toBe(before);
    });

    it('waits for the confirmation before it opens the gate', async () => {
      const { driver, preparation } = await readyToFailOver();
      const order: string[] = [];
      const gate = {
        confirm: async () => {
          await new Promise(setImmediate);
          order.push(`confirmed, ${changes().length - before} sent`);
        },
        open: () => void order.push('opened'),
      };
      const before = changes().length;
      await driver.start(firstCall(preparation), gate, patiently);
      expect(order).toEqual(['confirmed, 0 sent', 'opened']);
    });

    it('opens the gate once', async () => {
      const { driver, preparation } = await readyToFailOver();
      let opened = 0;
      const gate = { open: () => void (opened += 1) };
      await driver.start(firstCall(preparation), gate, patiently);
      expect(opened).toBe(1);
    });

    it('has NOT_SENT a call when nobody listens', async () => {
      const { driver, preparation } = await readyToFailOver();
      await harness().goDown();
      for (const sender of [driver, harness().createDriver()]) {
        const error = await errorOf(sender.start(firstCall(preparation), openGate, patiently));
        expect(error).toMatchObject({ kind: 'UNAVAILABLE', retry: 'TEMPORARY', delivery: 'NOT_SENT' });
      }
    });

    it('can be carried out by another instance than the one that prepared it', async () => {
      const { preparation } = await readyToFailOver();
      const another = harness().createDriver();
      const asKept = JSON.parse(JSON.stringify(firstCall(preparation))) as (typeof preparation.calls)[number];
      await another.start(asKept, openGate, patiently);
      expect(harness().executions().length).toBe(1);
    });

    it.each(actionsOnSomething())('finds no absent target to prepare %s for', async (action) => {
      const { targetType } = ACTION_FACTS[action];
      const journey = new Journey(harness());
      const command = {
        action,
        targetNativeId: harness().absentId(targetType),
        direction: ACTION_FACTS[action].needsDirection ? ('TO_RECOVERY' as const) : null,
        options: harness().stage(action).options ?? {},
        partNativeId: null,
        group: null,
        changes: harness().stage(action).changes ?? null,
        input: null,
      };
      expect(await errorOf(journey.prepare(command))).toMatchObject({
        kind: 'NOT_FOUND',
        retry: 'PERMANENT',
      });
    });

    async function readyToFailOver() {
      const journey = new Journey(harness());
      return { driver: journey.driver, ...(await journey.readyFor('FAILOVER')) };
    }

    function actionsOnSomething(): DrAction[] {
      return declaredActions(subject).filter((action) => action !== 'CREATE_PROTECTION_GROUP');
    }

    function actionsWithRules(): DrAction[] {
      return declaredActions(subject).filter((action) => lifecycle.actions[action]?.from !== 'ANY');
    }

    /** A state at rest from which the action may not start. */
    function aWordThatForbids(action: DrAction): string {
      const from = lifecycle.actions[action]?.from ?? 'ANY';
      const words = Object.entries(lifecycle.states[ACTION_FACTS[action].targetType] ?? {});
      const forbidding = words.find(
        ([word, { passing }]) => from !== 'ANY' && !from.includes(word) && !passing,
      );
      if (!forbidding) throw new Error(`${action} may start from every state at rest`);
      return forbidding[0];
    }
  });
}
