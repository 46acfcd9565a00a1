import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { siteFindingKeys } from '../../platform/redis/keys.js';
import { findingId, PARTS, type Conclusion, type KeptConclusion, type Part } from './finding.js';

/** One part of what is concluded about a site. */
export interface KeptPart {
  /** When it was last concluded, milliseconds. */
  seenMs: number;
  conclusions: readonly KeptConclusion[];
}

/** Everything concluded about a site; a part that is absent was never concluded. */
export interface KeptFindings {
  /** Tells one content from another. */
  version: string;
  parts: Readonly<Partial<Record<Part, KeptPart>>>;
  /** When the last inspection was tried, whether or not it told anything; null = never. */
  triedMs: number | null;
}

export type Concluded = Readonly<
  Partial<Record<Part, { seenMs: number; conclusions: readonly Conclusion[] }>>
>;

const NOTHING: KeptFindings = { version: '', parts: {}, triedMs: null };

/**
 * Keeps findings in Redis, for all processes. A part is replaced as a whole, and what it already held keeps its
 * beginning; parts that were not concluded anew stay as they are.
 */
export class FindingsStore {
  /** What was read last, by site: parsed again only when something was written. */
  private readonly read = new Map<string, { kept: KeptFindings; text: string }>();

  constructor(private readonly redis: Redis) {}

  /** The same object as long as nothing was written. */
  async of(siteId: string): Promise<KeptFindings> {
    const { findings: key } = siteFindingKeys(siteId);
    const head = await this.redis.hmget(key, 'v', 'at', 'tried');
    const text = JSON.stringify(head);
    const known = this.read.get(siteId);
    if (known?.text === text) return known.kept;
    const [version, times, tried] = head;
    const triedMs = tried ? Number(tried) : null;
    if (!version) return { ...NOTHING, triedMs };
    const texts = known?.kept.version === version ? null : await this.redis.hmget(key, 'v', ...PARTS);
    const seen = JSON.parse(times ?? '{}') as Partial<Record<Part, number>>;
    const parts = Object.fromEntries(
      PARTS.flatMap((part, i) => {
        const written = texts?.[i + 1];
        const conclusions = texts
          ? ((written ? JSON.parse(written) : []) as KeptConclusion[])
          : (known?.kept.parts[part]?.conclusions ?? []);
        return seen[part] === undefined ? [] : [[part, { seenMs: seen[part], conclusions }]];
      }),
    );
    const kept = { version: texts?.[0] ?? version, parts, triedMs };
    this.read.set(siteId, { kept, text });
    return kept;
  }

  /** Replaces the parts that are given. One write, whatever changed. */
  async keep(siteId: string, concluded: Concluded): Promise<void> {
    const before = await this.of(siteId);
    const times: Partial<Record<Part, number>> = {};
    const fields: string[] = [];
    for (const part of PARTS) {
      const was = before.parts[part];
      const now = concluded[part];
      if (was) times[part] = was.seenMs;
      if (!now) continue;
      times[part] = now.seenMs;
      const since = new Map(was?.conclusions.map(({ id, sinceMs }) => [id, sinceMs]));
      const conclusions = now.conclusions.map((one) => keptAs(siteId, one, since, now.seenMs));
      const text = JSON.stringify(conclusions);
      if (text !== JSON.stringify(was?.conclusions ?? [])) fields.push(part, text);
    }
    const version = fields.length > 0 || before.version === '' ? ['v', randomUUID()] : [];
    await this.redis.hset(
      siteFindingKeys(siteId).findings,
      'at',
      JSON.stringify(times),
      ...version,
      ...fields,
    );
  }

  async noteTried(siteId: string, nowMs: number): Promise<void> {
    await this.redis.hset(siteFindingKeys(siteId).findings, 'tried', nowMs);
  }
}

function keptAs(
  siteId: string,
  conclusion: Conclusion,
  since: ReadonlyMap<string, number>,
  seenMs: number,
): KeptConclusion {
  const id = findingId(siteId, conclusion);
  const told = conclusion.sinceTime === null ? NaN : Date.parse(conclusion.sinceTime);
  return { ...conclusion, id, sinceMs: Number.isNaN(told) ? (since.get(id) ?? seenMs) : told };
}
