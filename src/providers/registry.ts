import type { Provider } from './provider.js';

/** The configured sites. */
export class ProviderRegistry {
  private readonly bySite: ReadonlyMap<string, Provider>;

  constructor(providers: readonly Provider[]) {
    this.bySite = new Map(providers.map((provider) => [provider.siteId, provider]));
  }

  all(): Provider[] {
    return [...this.bySite.values()];
  }

  find(siteId: string): Provider | null {
    return this.bySite.get(siteId) ?? null;
  }
}
