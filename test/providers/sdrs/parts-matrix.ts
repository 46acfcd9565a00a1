import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { rememberWorld } from '../../conformance/matrix/rewind.js';
import { type PartsSite } from './parts-site.js';

/** What is in which state when the action is asked for; what is not named is calm. */
export interface Circumstance {
  group?: string;
  instance?: string;
  pair?: string;
  /** Of the command, beyond that of its stage. */
  input?: object;
  /** Anything else; told in a word. */
  also?: string;
  arrange?: (site: PartsSite, command: ActionCommand) => Promise<void> | void;
}

export interface Cell {
  action: DrAction;
  circumstance: Circumstance;
  allowed: boolean;
  why: string[];
  accepted: boolean;
  answer: string;
}

const STATES = {
  carried: [
    ...['creating', 'available', 'starting', 'protected', 'stopping', 'reversing', 'failing-over'],
    ...['failed-over', 'reprotecting', 'deleting', 'error', 'error-deleting', 'error-starting'],
    ...['error-stopping', 'error-reversing', 'error-failing-over', 'error-reprotecting'],
  ],
  ofInstances: ['nic-creating', 'nic-deleting', 'resizing', 'error-resizing', 'invalid', 'fault'],
  ofPairs: [
    ...['extending', 'error-extending', 'attaching', 'error-attaching', 'detaching', 'error-detaching'],
    ...['invalid', 'fault'],
  ],
};

/** A word of nobody's stands beside the documented ones (sections 4.1 to 4.3). */
export const GROUP_WORDS = [...STATES.carried, 'failed-over-back'];
export const INSTANCE_WORDS = [...STATES.carried, ...STATES.ofInstances, 'hibernating'];
export const PAIR_WORDS = [...STATES.carried, ...STATES.ofPairs, 'hibernating'];

/** Judges every cell as the guard would, then really sends it: each from the same instant of one world. */
export async function walk(
  site: PartsSite,
  action: DrAction,
  circumstances: readonly Circumstance[],
): Promise<Cell[]> {
  const cells: Cell[] = [];
  const staged = await site.stage(action);
  const rewind = rememberWorld(site.site.running.simulator);
  for (const circumstance of circumstances) {
    rewind();
    const input = { ...staged.input, ...circumstance.input } as ActionCommand['input'];
    const command = { ...staged, input };
    await enter(site, command, circumstance);
    cells.push({ action, circumstance, ...(await judged(site, command)) });
  }
  rewind();
  return cells;
}

/** Straight into the simulated world, which a test owns. */
async function enter(site: PartsSite, command: ActionCommand, circumstance: Circumstance): Promise<void> {
  const { groups, instances, pairs } = site.state;
  const put = (items: { id: string; status: string }[], id: string | null, status?: string): void => {
    const item = items.find((one) => one.id === id);
    if (item && status !== undefined) item.status = status;
  };
  const { protectedInstanceId } = (command.input ?? {}) as { protectedInstanceId?: string };
  put(groups, command.targetNativeId, circumstance.group);
  put(instances, protectedInstanceId ?? command.partNativeId, circumstance.instance);
  put(pairs, command.partNativeId, circumstance.pair);
  await circumstance.arrange?.(site, command);
}

async function judged(
  site: PartsSite,
  command: ActionCommand,
): Promise<Omit<Cell, 'action' | 'circumstance'>> {
  const deed = await site.prepare(command);
  const why = site.blocking(deed);
  const { journal } = site.site.running.simulator;
  const before = journal.executions().length;
  const answer = await site.start(deed).then(
    () => '',
    (error: unknown) => {
      if (error instanceof ProviderError && error.delivery === 'REFUSED') return error.message;
      throw error;
    },
  );
  const accepted = answer === '' && journal.executions().length > before;
  return { allowed: why.length === 0, why, accepted, answer };
}

export function sentenceOf({ action, circumstance, allowed, why, accepted, answer }: Cell): string {
  const { group = 'calm', instance = 'calm', pair = 'calm', also = '' } = circumstance;
  const said = allowed ? 'allowed' : `blocked (${why.join(', ')})`;
  const done = accepted ? 'accepted' : `refused (${answer || 'nothing was begun'})`;
  return `${action} with group ${group}, instance ${instance}, pair ${pair} ${also}: ${said}; ${done}`;
}
