import { isoTime } from '../../platform/clock.js';
import type { Provider } from '../../providers/provider.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import { PARTS, rankOf, type KeptConclusion, type SiteFinding } from './finding.js';
import type { FindingsStore, KeptFindings } from './redis-findings-store.js';

/** What is found at one site. */
export interface FindingsOfSite {
  provider: Provider;
  /** Each once, in no particular order. The same list as long as nothing was written. */
  findings: readonly SiteFinding[];
  /** When the upstream was last asked in detail; null = never. */
  inspectedTime: string | null;
}

/** The findings as they are kept; asks no upstream. */
export class FindingsService {
  private readonly views = new WeakMap<KeptFindings, SiteFinding[]>();

  constructor(
    private readonly providers: ProviderRegistry,
    private readonly store: FindingsStore,
  ) {}

  ofSites(siteId: string | undefined): Promise<FindingsOfSite[]> {
    const providers = this.providers.all().filter((one) => siteId === undefined || one.siteId === siteId);
    return Promise.all(
      providers.map(async (provider) => {
        const kept = await this.store.of(provider.siteId);
        const inspected = kept.parts.inspection?.seenMs;
        return {
          provider,
          findings: this.shown(kept, provider),
          inspectedTime: inspected === undefined ? null : isoTime(inspected),
        };
      }),
    );
  }

  private shown(kept: KeptFindings, provider: Provider): SiteFinding[] {
    const made = this.views.get(kept) ?? findingsIn(kept, provider);
    this.views.set(kept, made);
    return made;
  }
}

/** Two parts may come to the same: it is told once, as the part says that knows more. */
function findingsIn({ parts }: KeptFindings, { siteId, descriptor }: Provider): SiteFinding[] {
  const found = new Map<string, SiteFinding>();
  const prompted = new Map<string | null, string>();
  for (const part of PARTS) {
    const kept = parts[part];
    for (const conclusion of kept?.conclusions ?? []) {
      if (conclusion.type === 'PROMPT_WAITING') {
        if (part === 'inspection' && isAnswered(conclusion, parts)) continue;
        const teller = prompted.get(conclusion.target.id) ?? part;
        prompted.set(conclusion.target.id, teller);
        if (teller !== part) continue;
      }
      const finding = shown(conclusion, kept?.seenMs ?? 0, siteId, descriptor.provider);
      const known = found.get(finding.id);
      found.set(finding.id, known ? either(known, finding) : finding);
    }
  }
  return [...found.values()];
}

/** The run went on since the prompt was inspected: a newer look shows its plan, and that it waits no more. */
function isAnswered({ target }: KeptConclusion, { inspection, inventory }: KeptFindings['parts']): boolean {
  if (!inventory || inventory.seenMs <= (inspection?.seenMs ?? 0)) return false;
  return !inventory.conclusions.some((one) => one.type === 'PROMPT_WAITING' && one.target.id === target.id);
}

function shown(conclusion: KeptConclusion, seenMs: number, siteId: string, provider: string): SiteFinding {
  const { detailKey: _detailKey, sinceTime: _sinceTime, sinceMs, seenTime, ...rest } = conclusion;
  const lastSeenTime = seenTime ?? isoTime(seenMs);
  return { ...rest, siteId, provider, sinceTime: isoTime(sinceMs), lastSeenTime };
}

function either(first: SiteFinding, second: SiteFinding): SiteFinding {
  const worse = rankOf(second.severity) < rankOf(first.severity) ? second : first;
  return { ...worse, sinceTime: first.sinceTime < second.sinceTime ? first.sinceTime : second.sinceTime };
}
