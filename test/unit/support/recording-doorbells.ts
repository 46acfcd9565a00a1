import { Doorbells } from '../../../src/operations/doorbells.js';

/** Rings for nobody, and remembers. */
export class RecordingDoorbells extends Doorbells {
  readonly rings: string[] = [];

  ringSubmission(operationId: string): Promise<void> {
    return this.note(`submit ${operationId}`);
  }

  ringWatch(siteId: string): Promise<void> {
    return this.note(`watch ${siteId}`);
  }

  ensureSubmission(operationId: string): Promise<void> {
    return this.note(`ensure submit ${operationId}`);
  }

  ensureWatch(siteId: string): Promise<void> {
    return this.note(`ensure watch ${siteId}`);
  }

  private note(ring: string): Promise<void> {
    this.rings.push(ring);
    return Promise.resolve();
  }
}
