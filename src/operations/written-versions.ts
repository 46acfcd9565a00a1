import type { OperationEventType } from '../domain/operation-event.js';
import type { Operation } from '../domain/operation.js';

export interface WrittenVersion {
  operation: Operation;
  /** What the version is the result of. */
  type: OperationEventType;
}

/**
 * The versions of records that this process has written itself, each once, right after the store took them: for the
 * process's own figures and traces. What is told to anybody else is read from the event stream, by everybody.
 */
export class WrittenVersions {
  private readonly listeners: ((written: WrittenVersion) => void)[] = [];

  follow(listener: (written: WrittenVersion) => void): void {
    this.listeners.push(listener);
  }

  tell(operation: Operation, type: OperationEventType): void {
    for (const listener of this.listeners) listener({ operation, type });
  }
}
