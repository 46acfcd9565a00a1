import type { Operation } from '../domain/operation.js';
import { problem, ProblemError } from '../domain/problem.js';
import { operationPath } from '../domain/resource-paths.js';
import type { NotDurableError } from './not-durable.js';
import type { OperationStore } from './operation-store.js';

const MOST_TRIES = 5;

/** Takes back what was written, and cannot be promised because it is not safe. */
export class Withdrawal {
  constructor(private readonly store: OperationStore) {}

  /**
   * Throws `ProblemError` when it was taken back. What somebody has gone on with by then is safe, and stands. Errors
   * of the store are thrown as they are: it is there still then, and its key is used up.
   */
  async take(accepted: Operation, { message }: NotDurableError): Promise<Operation> {
    let now = accepted;
    for (let tries = 0; now.state === 'PENDING' && tries < MOST_TRIES; tries += 1) {
      const reason = this.problemOf(accepted, message);
      const withdrawn = await this.store.transitionFrom(now, {
        kind: 'VERDICT',
        state: 'REJECTED',
        outcome: 'NONE',
        problem: reason,
        text: `${message} It was taken back; nothing was sent.`,
      });
      if (withdrawn) throw new ProblemError(reason);
      const found = await this.store.find(accepted.id);
      // A failover may have taken it back already.
      if (!found) throw new ProblemError(reason);
      now = found;
    }
    return now;
  }

  private problemOf({ id }: Operation, message: string) {
    return problem('not-durable', `${message} It was taken back; nothing was sent.`, {
      nextActions: [
        { title: 'Look at that operation', method: 'GET', href: operationPath(id) },
        { title: 'Ask again, with a fresh Idempotency-Key, when /readyz says so' },
      ],
    });
  }
}
