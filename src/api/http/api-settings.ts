/** What the HTTP surface is told by configuration. */
export class ApiSettings {
  constructor(
    readonly pollIntervalMs: number,
    /** Readers of event streams that a process serves at a time. */
    readonly mostEventReaders: number,
  ) {}
}
