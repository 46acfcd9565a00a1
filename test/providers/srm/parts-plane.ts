import type { ActionCommand, UpstreamCall } from '../../../src/domain/action-command.js';
import { judgeAction } from '../../../src/domain/allowed-actions.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import type { Scene } from '../../conformance/matrix/cell.js';
import { srmScene, type Standpoint, type Target } from '../../conformance/matrix/srm.scene.js';
import { openGate } from '../../conformance/provider/journey.js';

/** Something asked of a part, whatever the state of what holds it. */
export interface PartDeed {
  name: string;
  action: DrAction;
  partNativeId?: string;
  input?: object;
  /** What a person would send where the gateway prepares nothing. */
  byHand?: (targetId: string) => UpstreamCall;
}

export interface PartCell {
  circumstance: string;
  state: string;
  deed: string;
  action: DrAction;
  allowed: boolean;
  why: string;
  accepted: boolean;
  answer: string;
}

export interface Circumstance {
  name: string;
  target: Target;
  standpoint: Standpoint;
  deeds: readonly PartDeed[];
}

/** Judges every deed in every state, then really does it. */
export async function walkParts(circumstances: readonly Circumstance[]): Promise<PartCell[]> {
  const cells: PartCell[] = [];
  for (const { name, target, standpoint, deeds } of circumstances) {
    for (const state of Object.keys(target.ways)) {
      const scene = await srmScene(target, standpoint);
      try {
        await scene.enter(state);
        const rewind = scene.remember();
        for (const deed of deeds) {
          rewind();
          cells.push({ circumstance: name, state, ...(await cellOf(scene, deed)) });
        }
      } finally {
        await scene.close();
      }
    }
  }
  return cells;
}

async function cellOf(scene: Scene, deed: PartDeed): Promise<Omit<PartCell, 'circumstance' | 'state'>> {
  const { allowed, why, calls } = await judged(scene, deed);
  const toSend = calls.length > 0 ? calls : deed.byHand ? [deed.byHand(scene.targetId)] : [];
  const answer = await sent(scene, toSend, () => judged(scene, deed));
  return { deed: deed.name, action: deed.action, allowed, why, accepted: answer === '', answer };
}

async function judged(
  { provider, targetId }: Scene,
  { action, partNativeId, input }: PartDeed,
): Promise<{ allowed: boolean; why: string; calls: UpstreamCall[] }> {
  const command: ActionCommand = {
    ...{ action, targetNativeId: targetId, partNativeId: partNativeId ?? null, direction: null, options: {} },
    ...{ group: null, changes: null, input: input ?? null },
  };
  try {
    const { resource, companions = [], blockers, calls } = await provider.prepare(command, 'op-1');
    const { lifecycle } = provider.descriptor;
    const { allowed, blocking } = judgeAction(lifecycle, action, resource, { companions, blockers });
    return { allowed, why: blocking.map(({ code }) => code).join(', '), calls };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { allowed: false, why: `${error.kind}: ${error.message}`, calls: [] };
  }
}

/** As the runner sends; what the driver will not send is sent by hand, to find out a driver that refuses too much. */
async function sent(
  { provider, sendByHand }: Scene,
  calls: readonly UpstreamCall[],
  lookAgain: () => Promise<unknown>,
): Promise<string> {
  for (const call of calls) {
    let trouble = await refusalOf(() => provider.start(call, openGate));
    if (trouble && (trouble.delivery === 'NOT_SENT' || trouble.retry === 'TEMPORARY')) {
      await lookAgain();
      trouble = await refusalOf(() => provider.start(call, openGate));
    }
    if (trouble?.delivery === 'NOT_SENT' && (await sendByHand(call))) continue;
    if (trouble) return `${trouble.delivery}: ${trouble.message}`;
  }
  return calls.length > 0 ? '' : 'nothing to send';
}

async function refusalOf(start: () => Promise<unknown>): Promise<ProviderError | null> {
  try {
    await start();
    return null;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}
