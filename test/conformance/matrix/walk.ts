import type { UpstreamCall } from '../../../src/domain/action-command.js';
import { ACTION_FACTS } from '../../../src/domain/action-facts.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import type { Provider } from '../../../src/providers/provider.js';
import { openGate } from '../provider/journey.js';
import type { Cell, Circumstance, Deed, Plane, Scene } from './cell.js';
import { cancelCallOf, guardJudgement, shownActions } from './judgement.js';

const NOTHING_TO_SEND = 'nothing to send';

type CallsOf = ReadonlyMap<Deed, readonly UpstreamCall[]>;

/** Judges every cell of the plane, then really does it. */
export async function walk({ circumstances, ledger }: Plane): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const circumstance of circumstances) {
    const rehearsed = await rehearse(circumstance);
    for (const state of circumstance.states) {
      const row = (scene: Scene) => rowOf(circumstance, state, scene, { rehearsed, ledger });
      cells.push(...(await onScene(circumstance.arrange, row)));
    }
  }
  return cells;
}

/** Every deed in one state, each from the same instant. */
async function rowOf(
  { name, deeds }: Circumstance,
  state: string,
  scene: Scene,
  { rehearsed, ledger }: { rehearsed: CallsOf; ledger: Plane['ledger'] },
): Promise<Cell[]> {
  await scene.enter(state);
  const rewind = scene.remember();
  const shown = deeds.some(isOfPlan) ? await shownActions(scene) : new Map<Deed, boolean>();
  const cells: Cell[] = [];
  for (const deed of deeds) {
    rewind();
    const { allowed, why, calls } = await guardJudgement(scene, deed);
    const toSend = calls.length > 0 ? calls : (rehearsed.get(deed) ?? []);
    const before = scene.executions().length;
    const answer = await send(scene, toSend, () => guardJudgement(scene, deed));
    const begun = scene.executions().slice(before);
    const accepted = answer === '' && begun.some(({ action }) => action === ledger[deed]);
    const circumstance = name;
    cells.push({ circumstance, state, deed, allowed, shown: shown.get(deed) ?? null, why, accepted, answer });
  }
  return cells;
}

/**
 * Sends as the runner does: what was refused, or not sent, for the moment is looked at and sent once more.
 * What the driver will not send at all is sent by hand, for a driver that refuses too much must be found out.
 */
async function send(
  { provider, sendByHand }: Scene,
  calls: readonly UpstreamCall[],
  lookAgain: () => Promise<unknown>,
): Promise<string> {
  for (const call of calls) {
    let trouble = await refusalOf(provider, call);
    if (trouble && isForTheMoment(trouble)) {
      await lookAgain();
      trouble = await refusalOf(provider, call);
    }
    if (trouble?.delivery === 'NOT_SENT' && (await sendByHand(call))) continue;
    if (trouble) return `${trouble.delivery}: ${trouble.message}`;
  }
  return calls.length > 0 ? '' : NOTHING_TO_SEND;
}

/** Never what is ambiguous: it may have been taken. */
function isForTheMoment({ delivery, retry }: ProviderError): boolean {
  return delivery === 'NOT_SENT' || (delivery === 'REFUSED' && retry === 'TEMPORARY');
}

async function refusalOf(provider: Provider, call: UpstreamCall): Promise<ProviderError | null> {
  try {
    await provider.start(call, openGate);
    return null;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}

/** The calls that stand in where a preparation names none: those of the target before it enters a state. */
function rehearse({ deeds, arrange, atBest }: Circumstance): Promise<CallsOf> {
  return onScene(atBest ?? arrange, async (scene) => {
    const calls = new Map<Deed, readonly UpstreamCall[]>();
    for (const deed of deeds) {
      const stop = deed === 'CANCEL' ? cancelCallOf(scene.provider, 'FAILOVER', scene.targetId) : null;
      calls.set(deed, stop ? [stop] : (await guardJudgement(scene, deed)).calls);
    }
    return calls;
  });
}

async function onScene<T>(arrange: () => Promise<Scene>, play: (scene: Scene) => Promise<T>): Promise<T> {
  const scene = await arrange();
  try {
    return await play(scene);
  } finally {
    await scene.close();
  }
}

function isOfPlan(deed: Deed): boolean {
  return deed !== 'CANCEL' && ACTION_FACTS[deed].targetType === 'RECOVERY_PLAN';
}
