import {
  StoreGuard,
  StoreGuardedError,
  type GuardPass,
  type GuardReport,
} from '../../../src/operations/guard/store-guard.js';

export const GUARDED_FOR_MS = 1_500;

/** A guard that a test opens and closes. A pass is void once it has been closed, be it for a moment. */
export class SwitchedGuard extends StoreGuard {
  readonly asked: (string | undefined)[] = [];
  private closings = 0;
  private isClosed = false;

  close(): void {
    this.isClosed = true;
    this.closings += 1;
  }

  open(): void {
    this.isClosed = false;
  }

  pass(siteId?: string): GuardPass {
    this.asked.push(siteId);
    const given = this.closings;
    const check = (): void => {
      if (this.isClosed || this.closings !== given) {
        throw new StoreGuardedError('The store is being compared with the journals.', GUARDED_FOR_MS);
      }
    };
    check();
    return { token: '', check };
  }

  report(): Promise<GuardReport> {
    return Promise.resolve({
      state: this.isClosed ? 'HOLDING' : 'OPEN',
      reason: null,
      sinceTime: null,
      waitingFor: [],
      differences: [],
    });
  }
}
