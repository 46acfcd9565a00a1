import type { Principal } from './principal.js';
import { roleHas, type Right } from './rights.js';

/** Where something lies: its site, and the public ids of the plan or group that it is or belongs to. */
export interface Whereabouts {
  siteId: string;
  /** Any of them is enough; none = the site itself. */
  targetIds: readonly string[];
}

/**
 * Over which part of the whole a right is held. What lists show, what counts count and what events tell is what the scope
 * covers; there is no reading without one.
 */
export class Scope {
  /** All of it: nothing needs to be looked at. */
  static readonly ALL = new Scope('*', new Map());
  static readonly NONE = new Scope(new Set(), new Map());

  private constructor(
    private readonly whole: ReadonlySet<string> | '*',
    /** Of sites that are not held as a whole. */
    private readonly targets: ReadonlyMap<string, ReadonlySet<string>>,
  ) {}

  static of(whole: Iterable<string>, targets: ReadonlyMap<string, Iterable<string>>): Scope {
    const sites = new Set(whole);
    const parts = [...targets]
      .filter(([siteId]) => !sites.has(siteId))
      .map(([siteId, ids]) => [siteId, new Set(ids)] as const)
      .filter(([, ids]) => ids.size > 0);
    return new Scope(sites, new Map(parts));
  }

  get isAll(): boolean {
    return this.whole === '*';
  }

  get isNone(): boolean {
    return this.whole !== '*' && this.whole.size === 0 && this.targets.size === 0;
  }

  /** The whole of a site. */
  coversSite(siteId: string): boolean {
    return this.whole === '*' || this.whole.has(siteId);
  }

  /** The site, or anything in it. */
  touchesSite(siteId: string): boolean {
    return this.coversSite(siteId) || this.targets.has(siteId);
  }

  covers({ siteId, targetIds }: Whereabouts): boolean {
    if (this.coversSite(siteId)) return true;
    const held = this.targets.get(siteId);
    return held !== undefined && targetIds.some((id) => held.has(id));
  }

  /** Only those sites of which something is held; null = any site. */
  siteIds(): readonly string[] | null {
    return this.whole === '*' ? null : [...new Set([...this.whole, ...this.targets.keys()])].sort();
  }

  /** Of a site that is not held as a whole: what is. */
  targetIdsOf(siteId: string): readonly string[] {
    return [...(this.targets.get(siteId) ?? [])].sort();
  }

  /** Equal scopes have equal keys: for what is kept, and for page tokens. */
  get key(): string {
    if (this.whole === '*') return '*';
    const parts = [...this.targets.keys()].sort().map((siteId) => [siteId, this.targetIdsOf(siteId)]);
    return JSON.stringify([[...this.whole].sort(), parts]);
  }
}

/** Plan → its groups, as public ids; an empty list for a group, or for what is not known. */
export type MembersOf = (siteId: string, targetIds: readonly string[]) => Promise<readonly string[]>;

/** Over what a principal holds a right. */
export async function scopeOf(principal: Principal, right: Right, membersOf: MembersOf): Promise<Scope> {
  const grants = principal.grants.filter(({ role }) => roleHas(role, right));
  if (grants.some(({ sites, targets }) => sites === '*' && targets === '*')) return Scope.ALL;
  const whole = new Set<string>();
  const named = new Map<string, Set<string>>();
  for (const { sites, targets } of grants) {
    if (targets === '*') for (const siteId of sites) whole.add(siteId);
    else
      for (const id of targets) {
        const siteId = id.slice(0, id.indexOf('.'));
        if (sites !== '*' && !sites.includes(siteId)) continue;
        named.set(siteId, (named.get(siteId) ?? new Set()).add(id));
      }
  }
  for (const [siteId, ids] of named)
    if (!whole.has(siteId)) for (const id of await membersOf(siteId, [...ids])) ids.add(id);
  return Scope.of(whole, named);
}
