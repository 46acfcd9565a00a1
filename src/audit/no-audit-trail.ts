import { KeptAuditTrail } from './kept-audit-trail.js';

/** Keeps nothing: for those who chose so (`AUDIT_DIR=none`). */
export class NoAuditTrail extends KeptAuditTrail {
  readonly isKept = false;

  record(): Promise<void> {
    return Promise.resolve();
  }

  fault(): Promise<string | null> {
    return Promise.resolve(null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
