import type { Redis } from 'ioredis';
import type { Operation } from '../../../src/domain/operation.js';
import { GuardedProcess, ServerLife } from './guarded-process.js';
import { operation } from './operation.js';
import { SharedJournal } from './shared-journal.js';
import { TestClock } from './test-clock.js';

let made = 0;
/** Accepted, with an id that is later than those before. */
export function newcomer(groupId: string, changes: Partial<Operation> = {}): Operation {
  made += 1;
  const id = `alpha.01900000-0000-7000-8000-${made.toString(16).padStart(12, '0')}`;
  return operation({ id, lockedGroupIds: [groupId], ...changes });
}

export const SUCCESS = {
  kind: 'VERDICT',
  state: 'SUCCEEDED',
  outcome: 'FULL',
  problem: null,
  text: 'Done.',
} as const;

/** Processes with a journal each, on one store that they may all lose. */
export class Machines {
  readonly clock = new TestClock();
  readonly life = new ServerLife();
  readonly all: GuardedProcess[] = [];

  constructor(private readonly redis: Redis) {}

  async add(disk: string): Promise<GuardedProcess> {
    const process = new GuardedProcess(this.redis, this.life, new SharedJournal(disk), this.clock);
    this.all.push(process);
    await this.open();
    return process;
  }

  async open(...some: GuardedProcess[]): Promise<void> {
    const those = some.length > 0 ? some : this.all;
    for (let i = 0; i < 60; i += 1) {
      const open = [];
      for (const process of those) open.push(await process.check());
      if (open.every(Boolean)) return;
      this.clock.advance(250);
    }
    throw new Error(`not open: ${JSON.stringify(await those[0]?.keeper.report())}`);
  }

  async back(goBack: () => Promise<void>): Promise<void> {
    await goBack();
    this.life.identity = `${this.life.identity}+`;
    for (const { keeper } of this.all) keeper.close('The store cannot be reached.');
  }
}

export const tail = ({ id }: Operation): string => id.slice(-2);
