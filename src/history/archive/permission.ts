/** Who moves operations to the archive, and may go on doing so: throws otherwise. */
export interface Permission {
  who: string;
  /** Asked for between any two steps that take long. */
  renew: () => Promise<void>;
}
