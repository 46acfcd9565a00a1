import type { Operation } from '../domain/operation.js';
import { problem, ProblemError, type NextAction, type Problem } from '../domain/problem.js';
import { operationPath } from '../domain/resource-paths.js';
import type { NotDurableError } from './not-durable.js';
import type { OperationStore } from './operation-store.js';

const MOST_TRIES = 5;

/** Takes back what was written, and cannot be promised because it is not safe. */
export class Withdrawal {
  constructor(private readonly store: OperationStore) {}

  /**
   * For whoever has just written it, and has promised it to nobody. Throws `ProblemError` when it was taken back; answers
   * what others have gone on with by then. Errors of the store are thrown as they are: it is there still then, and its
   * key is used up.
   */
  async take(accepted: Operation, { message }: NotDurableError): Promise<Operation> {
    const text = `${message} It was taken back; nothing was sent.`;
    const reason = problem('not-durable', text, {
      nextActions: [
        look(accepted),
        { title: 'Ask again, with a fresh Idempotency-Key, when /readyz says so' },
      ],
    });
    let now = accepted;
    for (let tries = 0; now.state === 'PENDING' && tries < MOST_TRIES; tries += 1) {
      const withdrawn = await this.store.transitionFrom(now, {
        kind: 'VERDICT',
        state: 'REJECTED',
        outcome: 'NONE',
        problem: reason,
        text,
      });
      if (withdrawn) throw new ProblemError(reason);
      const found = await this.store.find(accepted.id);
      // A failover may have taken it back already.
      if (!found) throw new ProblemError(reason);
      now = found;
    }
    return now;
  }
}

/** What is there, and cannot be confirmed to be safe at the moment. */
export function standing(operation: Operation, { message }: NotDurableError): Problem {
  return problem('not-durable', `${message} The operation is there and goes on as it was.`, {
    nextActions: [
      look(operation),
      { title: 'Ask again, with the same Idempotency-Key, when /readyz says so' },
    ],
  });
}

function look({ id }: Operation): NextAction {
  return { title: 'Look at that operation', method: 'GET', href: operationPath(id) };
}
