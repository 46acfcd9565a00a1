/** What the HTTP surface is told by configuration. */
export class ApiSettings {
  constructor(
    readonly adminApiKey: string,
    readonly pollIntervalMs: number,
  ) {}
}
