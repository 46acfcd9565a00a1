import { AuditTrail } from '../access/audit-trail.js';

/** An audit as the process that keeps it sees it. */
export abstract class KeptAuditTrail extends AuditTrail {
  /** false = nothing is, by choice. */
  abstract readonly isKept: boolean;

  /** Why nothing can be recorded now, as a sentence; null = it can. */
  abstract fault(): Promise<string | null>;

  abstract close(): Promise<void>;
}
