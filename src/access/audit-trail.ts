import type { Decision } from '../domain/access/decision.js';

/** Where decisions are kept, so that none can be changed or left out unseen. */
export abstract class AuditTrail {
  /**
   * Resolves when the decision is kept. Rejects when it cannot be: what changes something is then not done, what is only
   * refused stays refused.
   */
  abstract record(decision: Decision): Promise<void>;
}
