import 'reflect-metadata';
import { ACTION_FACTS } from '../domain/action-facts.js';
import { SITE_ID_PATTERN } from '../domain/ids.js';
import { lifecycleFaults } from '../domain/lifecycle.js';
import type { SiteObjectives } from '../domain/objectives.js';
import type { Clock } from '../platform/clock.js';
import { checkedSettings } from '../platform/config/checked-settings.js';
import { ConfigurationError } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { LocalAddressCounts, type AddressCounts } from './address-counts.js';
import { SiteObjectiveSettings, siteObjectives } from './objective-settings.js';
import type { DriverFactory, SiteMemory } from './provider-driver.js';
import { Provider } from './provider.js';
import { ProviderRegistry } from './registry.js';
import { SiteBudgets } from './request-budget.js';

/** One site of the sites file, checked. */
export interface ConfiguredSite {
  id: string;
  name: string;
  provider: string;
  settings: object;
  /** Absent = none are set. */
  objectives?: SiteObjectives;
}

/** Turns the sites file's content into checked sites, or throws one sentence per fault. */
export function configuredSites(
  document: unknown,
  drivers: Readonly<Record<string, DriverFactory>>,
): ConfiguredSite[] {
  const list = (document as { sites?: unknown } | null)?.sites;
  if (!Array.isArray(list) || list.length === 0) {
    throw new ConfigurationError([
      'The sites file has no sites: write a list under "sites:" with at least one.',
    ]);
  }
  const faults: string[] = [];
  const seen = new Set<string>();
  const sites = list.map((entry: unknown, i) => configuredSite(entry, `sites[${i}]`, drivers, seen, faults));
  for (const [name, driver] of Object.entries(drivers)) {
    const wrong = lifecycleFaults(driver.descriptor.lifecycle, (action) => ACTION_FACTS[action].targetType);
    faults.push(...wrong.map((fault) => `Driver ${name}: ${fault}.`));
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return sites;
}

function configuredSite(
  entry: unknown,
  path: string,
  drivers: Readonly<Record<string, DriverFactory>>,
  seen: Set<string>,
  faults: string[],
): ConfiguredSite {
  const { id, name, provider, objectives, ...rest } = (
    typeof entry === 'object' && entry ? entry : {}
  ) as Record<string, unknown>;
  const siteId = typeof id === 'string' ? id : '';
  if (!SITE_ID_PATTERN.test(siteId)) {
    faults.push(`${path}.id must be 1 to 32 of a-z, 0-9 and -: write id: my-site.`);
  } else if (seen.has(siteId)) {
    faults.push(`${path}.id "${siteId}" is used twice: give each site an id of its own.`);
  }
  seen.add(siteId);
  const factory =
    typeof provider === 'string' && Object.hasOwn(drivers, provider) ? drivers[provider] : undefined;
  if (!factory) {
    faults.push(`${path}.provider must be one of ${Object.keys(drivers).join(', ')}.`);
    return { id: siteId, name: siteId, provider: '', settings: {} };
  }
  const settings = checkedSettings(factory.settings, rest, path, faults);
  return {
    id: siteId,
    name: typeof name === 'string' ? name : siteId,
    provider: String(provider),
    settings,
    objectives: configuredObjectives(objectives, `${path}.objectives`, faults),
  };
}

function configuredObjectives(entry: unknown, path: string, faults: string[]): SiteObjectives {
  if (entry === undefined || entry === null) return siteObjectives();
  if (typeof entry !== 'object' || Array.isArray(entry)) {
    faults.push(`${path} must be a mapping: write rtoSeconds: 900 under it.`);
    return siteObjectives();
  }
  const before = faults.length;
  const settings = checkedSettings(SiteObjectiveSettings, entry, path, faults);
  return siteObjectives(faults.length === before ? settings : undefined);
}

/** How long a read of a site may take, all its requests together. */
const READ_TIMEOUT_MS = 15_000;

export interface RegistryParts {
  clock: Clock;
  log: Log;
  memory: SiteMemory;
  submitTimeoutMs: number;
  /** What is asked of the upstreams by all processes; absent = by this one alone. */
  counts?: AddressCounts;
}

/** Makes the providers. Touches no site: one that is down does not stop the start. */
export function createRegistry(
  sites: readonly ConfiguredSite[],
  drivers: Readonly<Record<string, DriverFactory>>,
  parts: RegistryParts,
): ProviderRegistry {
  const counts = parts.counts ?? new LocalAddressCounts(parts.clock);
  const objectives = new Map(sites.flatMap((site) => (site.objectives ? [[site.id, site.objectives]] : [])));
  return new ProviderRegistry(
    sites.map(({ id, name, provider, settings }) => {
      const factory = drivers[provider];
      if (!factory) throw new ConfigurationError([`There is no provider ${provider}.`]);
      const budgets = new SiteBudgets({ counts, clock: parts.clock });
      const driver = factory.create(settings, {
        siteId: id,
        clock: parts.clock,
        log: parts.log.child({ siteId: id, provider }),
        submitTimeoutMs: parts.submitTimeoutMs,
        memory: parts.memory,
        budgets,
      });
      return new Provider(driver, {
        siteId: id,
        siteName: name,
        readTimeoutMs: READ_TIMEOUT_MS,
        log: parts.log,
        budgets,
        clock: parts.clock,
      });
    }),
    objectives,
  );
}
