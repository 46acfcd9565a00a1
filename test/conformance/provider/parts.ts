import type { ActionCommand } from '../../../src/domain/action-command.js';
import { judgeAction } from '../../../src/domain/allowed-actions.js';
import { DR_ACTIONS, type DrAction } from '../../../src/domain/dr-action.js';
import { parsePublicId } from '../../../src/domain/ids.js';
import type { Operation } from '../../../src/domain/operation.js';
import { judge } from '../../../src/domain/verdict.js';
import type { WatchedOperation } from '../../../src/providers/provider-driver.js';
import { command, operation } from '../../unit/support/operation.js';
import { added, aHarness, errorOf, MAIN_ACTIONS } from './expectations.js';
import type { ConformanceSubject, Harness, PartStage } from './harness.js';
import { Journey, last, openGate, patiently, type Readied } from './journey.js';

/** The actions on instances, pairs, plans, steps and drills that this provider declares. */
export function finerActions({ factory }: ConformanceSubject): DrAction[] {
  const main: readonly DrAction[] = MAIN_ACTIONS;
  return DR_ACTIONS.filter(
    (action) => !main.includes(action) && factory.descriptor.lifecycle.actions[action],
  );
}

/** The stage of an action, with the world made ready for it. */
export async function readyStage(
  harness: Harness,
  action: DrAction,
  driver = harness.createDriver(),
): Promise<PartStage> {
  const stage = harness.part(action);
  const known: Partial<PartStage> = (await stage.before?.(driver)) ?? {};
  return { ...stage, ...known };
}

/** Every finer action keeps the same promises as a failover. */
export function partsConcern(subject: ConformanceSubject): void {
  const { lifecycle, capabilities } = subject.factory.descriptor;
  const actions = finerActions(subject);

  describe('parts', () => {
    const harness = aHarness(subject);

    it('gives every action that takes fields a row of the lifecycle', () => {
      expect(actions).toEqual(expect.arrayContaining(Object.keys(capabilities.inputs)));
    });

    // An upstream without finer actions, or whose actions look at no other thing, is whole as well.
    if (actions.length === 0) return;
    const accompanied = actions.filter((action) => lifecycle.actions[action]?.companions);

    it.each(actions)('carries %s out from the look to the verdict', async (action) => {
      const { journey, readied } = await ready(action);
      const { resource, blockers, companions = [] } = readied.preparation;
      expect(judgeAction(lifecycle, action, resource, { blockers, companions }).blocking).toEqual([]);
      const begun = await journey.begin(readied);
      expect(harness().stateChangingRequests().length).toBe(readied.preparation.calls.length);
      const seen = last(await journey.watch(begun));
      const judged = judge(recordOf(readied, begun), journey.row(action), seen);
      expect(judged).toMatchObject({ kind: 'VERDICT', state: 'SUCCEEDED', outcome: 'FULL' });
      if (seen.createdId !== null) expect(parsePublicId(seen.createdId)).not.toBeNull();
    });

    it.each(actions)('does %s once, and tells what it will do in plain JSON', async (action) => {
      const { journey, readied } = await ready(action);
      expect(readied.preparation.calls.length).toBe(1);
      expect(JSON.parse(JSON.stringify(readied.preparation))).toEqual(readied.preparation);
      expect(
        await added(
          () => harness().executions(),
          () => journey.begin(readied),
        ),
      ).toBeGreaterThanOrEqual(stageOf(action).unwitnessed ? 0 : 1);
      expect(harness().stateChangingRequests().length).toBe(1);
    });

    it.each(actions)('finds %s again when its answer was lost, unless it leaves no trace', async (action) => {
      const { journey, readied } = await ready(action);
      await lose(journey, readied, 'AFTER');
      const finding = await harness().createDriver().findStarted(journey.sent(readied), patiently);
      expect(finding.verdict).toBe(stageOf(action).traceless ? 'NOT_SEEN' : 'STARTED');
      expect(harness().stateChangingRequests().length).toBe(1);
    });

    it.each(actions)('does not find %s when its request was lost', async (action) => {
      const { journey, readied } = await ready(action);
      await lose(journey, readied, 'BEFORE');
      const finding = await harness().createDriver().findStarted(journey.sent(readied), patiently);
      expect(finding.verdict).toBe('NOT_SEEN');
    });

    it.each(actions)('finds no absent target to prepare %s for', async (action) => {
      const stage = await readyStage(harness(), action);
      if (stage.targetId === null && stage.partId === null) return;
      const absent = stage.absent ?? { targetId: harness().absentId('PROTECTION_GROUP') };
      const command = { ...commandOf(action, stage), ...asIds(absent) };
      expect(await errorOf(new Journey(harness()).prepare(command))).toMatchObject({ kind: 'NOT_FOUND' });
    });

    if (accompanied.length > 0)
      it.each(accompanied)(
        'does not allow %s while its group or plan is in another state',
        async (action) => {
          const { companions = {} } = lifecycle.actions[action] ?? {};
          const stage = await readyStage(harness(), action);
          for (const [kind, words] of Object.entries(companions)) {
            if (kind !== 'PROTECTION_GROUP' && kind !== 'RECOVERY_PLAN') continue;
            const known = Object.entries(lifecycle.states[kind]);
            const others = known.filter(([name]) => !words.includes(name));
            const [word = ''] = others.find(([, { passing }]) => !passing) ?? others[0] ?? [];
            await harness().setState(kind, stage.companions?.[kind] ?? stage.targetId ?? '', word);
            const { preparation } = await new Journey(harness()).prepare(commandOf(action, stage));
            const judged = judgeAction(lifecycle, action, preparation.resource, preparation);
            expect(judged.blocking.map(({ code }) => code)).toContain('wrong-state');
          }
        },
      );

    function stageOf(action: DrAction): PartStage {
      return harness().part(action);
    }

    async function ready(action: DrAction): Promise<{ journey: Journey; readied: Readied }> {
      const journey = new Journey(harness());
      const stage = await readyStage(harness(), action, journey.driver);
      return { journey, readied: await journey.prepare(commandOf(action, stage)) };
    }

    async function lose(journey: Journey, readied: Readied, when: 'BEFORE' | 'AFTER'): Promise<void> {
      harness().trouble({ on: 'CHANGE', accident: 'RESET', when, times: 1 });
      const [call] = readied.preparation.calls;
      if (!call) throw new Error('the preparation holds no call');
      const error = await errorOf(journey.driver.start(call, openGate, patiently));
      expect(error.delivery).toBe('AMBIGUOUS');
    }
  });
}

function commandOf(action: DrAction, { targetId, partId, input }: PartStage): ActionCommand {
  return command({ action, targetNativeId: targetId, partNativeId: partId, direction: null, input });
}

function asIds({ targetId, partId }: NonNullable<PartStage['absent']>): Partial<ActionCommand> {
  return {
    ...(targetId === undefined ? {} : { targetNativeId: targetId }),
    ...(partId === undefined ? {} : { partNativeId: partId }),
  };
}

/** The record as the rooms behind would hold it. */
function recordOf(readied: Readied, { calls }: WatchedOperation): Operation {
  return operation({
    state: 'RUNNING',
    action: readied.command.action,
    direction: null,
    command: readied.command,
    before: readied.preparation.resource,
    calls: calls.map(({ call, ref }) => ({ call, ref, state: 'ACCEPTED', attempt: null, adopted: false })),
  });
}
