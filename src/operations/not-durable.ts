/**
 * What was written is not safe: too few replicas confirmed it in time, or the journal could not be synced. It IS
 * written, as far as the store goes; nothing may be promised or sent upon it.
 */
export class NotDurableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NotDurableError';
  }
}
