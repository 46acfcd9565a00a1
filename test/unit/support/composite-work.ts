import { Scope } from '../../../src/domain/access/scope.js';
import type { ActionCommand } from '../../../src/domain/action-command.js';
import { isVerdict, type Operation } from '../../../src/domain/operation.js';
import type { LongWork } from './long-work.js';

/** A group of two instances, with a plan, protected at the end: five steps. */
export const PROVISION: Partial<ActionCommand> = {
  action: 'PROVISION_PROTECTION_GROUP',
  targetNativeId: null,
  direction: null,
  group: { name: 'Harbour' },
  input: {
    protectedInstances: [{ serverId: 'crane' }, { serverId: 'ferry' }],
    recoveryPlan: { name: 'Move the harbour' },
    enableProtection: true,
  },
};
export const STEPS = [
  'CREATE_PROTECTION_GROUP',
  'ADD_PROTECTED_INSTANCE',
  'ADD_PROTECTED_INSTANCE',
  'CREATE_RECOVERY_PLAN',
  'ENABLE_PROTECTION',
];

/** Whoever hears a bell, or the sweeper, once: every unfinished operation, oldest first. */
export async function submitAll(work: LongWork): Promise<void> {
  for (const { id } of await work.store.listOpen(work.site.siteId)) await work.runner.submit(id);
}

/** Works and watches until the test is satisfied, at most so many rounds of ten seconds. */
export async function workUntil(
  work: LongWork,
  id: string,
  satisfied: (operation: Operation) => boolean,
  rounds = 150,
): Promise<Operation> {
  for (let round = 0; round < rounds; round += 1) {
    await submitAll(work);
    const operation = await work.now(id);
    if (satisfied(operation)) return operation;
    await work.tickAfter(10_000);
  }
  throw new Error(`still ${JSON.stringify((await work.now(id)).steps)}`);
}

export function workToTheEnd(work: LongWork, id: string): Promise<Operation> {
  return workUntil(work, id, ({ state }) => isVerdict(state));
}

/** The operations that are its steps, oldest first. */
export async function childrenOf(work: LongWork, parentId: string): Promise<Operation[]> {
  return (await work.store.list({ parentId, seen: Scope.ALL, newestFirst: false }, null, 50)).items;
}
