import type { ActiveSite } from '../../domain/dr-action.js';

export interface MemoryGroup {
  id: string;
  name: string;
  description: string | null;
  word: string;
  activeSite: ActiveSite;
  machines: MemoryMachine[];
  createdAt: number;
  updatedAt: number;
}

export interface MemoryMachine {
  id: string;
  name: string;
  /** Its own word while something is done to it alone; otherwise it shares its group's. */
  word: string | null;
}

export interface MemoryPlan {
  id: string;
  name: string;
  word: string;
  groupIds: string[];
}

/** A small company: books and mail guarded, an archive that is not, and one group held by two plans. */
export function firstGroups(now: number): MemoryGroup[] {
  return [
    newGroup('books', { machines: ['ledger', 'payroll'], now }),
    newGroup('mail', { machines: ['post'], now }),
    newGroup('shop', { machines: ['till', 'stock'], now }),
    newGroup('archive', { machines: ['attic'], word: 'idle', now }),
  ];
}

export function firstPlans(): MemoryPlan[] {
  return [
    { id: 'move-books', name: 'Books', word: 'ready', groupIds: ['books'] },
    { id: 'move-mail', name: 'Mail', word: 'ready', groupIds: ['mail'] },
    { id: 'move-shop', name: 'Shop', word: 'ready', groupIds: ['shop'] },
    { id: 'move-front', name: 'Everything customers see', word: 'ready', groupIds: ['mail', 'shop'] },
  ];
}

export function newGroup(
  id: string,
  made: { now: number; name?: string; description?: string | null; word?: string; machines?: string[] },
): MemoryGroup {
  return {
    id,
    name: made.name ?? id,
    description: made.description ?? null,
    word: made.word ?? 'guarded',
    activeSite: 'PRODUCTION',
    machines: (made.machines ?? []).map((name) => ({ id: name, name, word: null })),
    createdAt: made.now,
    updatedAt: made.now,
  };
}
