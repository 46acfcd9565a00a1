import { Injectable } from '@nestjs/common';
import type { Operation } from '../domain/operation.js';
import { isWanted, subjectOf, type EventFilter } from '../events/event-subject.js';
import { OperationStore } from '../operations/operation-store.js';
import { SHARDS } from '../platform/redis/keys.js';

/** One reading of all that is unfinished, newest first, and what was made of it, for those who share it. */
export interface OpenOperations {
  readonly operations: readonly Operation[];
  readonly frames: Map<string, Promise<Buffer>>;
}

/**
 * What is unfinished, for readers who begin to listen. However many come at once, they share one reading, and only one
 * that began after they came: so nothing that happened before they listened is missing.
 */
@Injectable()
export class OpenOperationsReading {
  private underway: Promise<OpenOperations> | null = null;
  private next: Promise<OpenOperations> | null = null;

  constructor(private readonly store: OperationStore) {}

  /** A reading that begins from now on. */
  read(): Promise<OpenOperations> {
    if (!this.underway) return this.begin();
    const begin = (): Promise<OpenOperations> => this.begin();
    this.next ??= this.underway.then(begin, begin);
    return this.next;
  }

  private begin(): Promise<OpenOperations> {
    this.next = null;
    const reading = this.readAll().finally(() => {
      if (this.underway === reading) this.underway = null;
    });
    this.underway = reading;
    return reading;
  }

  private async readAll(): Promise<OpenOperations> {
    const open = await Promise.all(SHARDS.map((shard) => this.store.openIn(shard)));
    const operations = open.flat().sort((a, b) => (a.createdTime < b.createdTime ? 1 : -1));
    return { operations, frames: new Map() };
  }
}

export function wantedOf({ operations }: OpenOperations, filter: EventFilter): Operation[] {
  return operations.filter((operation) => isWanted(operation.id, subjectOf(operation), filter));
}
