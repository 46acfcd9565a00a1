import { isWithin, notHeld } from '../../domain/access/giving.js';
import type { Grant, Principal } from '../../domain/access/principal.js';
import type { Scope } from '../../domain/access/scope.js';
import { problem, ProblemError, type FieldError } from '../../domain/problem.js';
import { isoTime, type Clock } from '../../platform/clock.js';
import {
  keyIdOf,
  letsIn,
  personGiven,
  stateOf,
  withSecret,
  type ApiKey,
  type KeySecret,
  type KeyState,
} from './api-key.js';
import { digestOf, newKeyId, newKeyText } from './key-text.js';
import type { KnownKeys } from './known-keys.js';
import { MOST_KEYS, type KeyStore } from './redis-key-store.js';

/** Who manages keys, and where. */
export interface KeyKeeper {
  principal: Principal;
  /** Where `access:manage` is held. */
  held: Scope;
  /** Told when nothing speaks against it any more, and nothing is done yet. If it rejects, nothing is done. */
  decides(kind: KeyDecision, keyId: string): Promise<void>;
}

export type KeyDecision = 'KEY_MADE' | 'KEY_CHANGED' | 'KEY_REVOKED';

/** What may be said of a key; absent = as it is. */
export interface KeyWishes {
  name?: string;
  description?: string | null;
  grants?: readonly Grant[];
  /** null = never. */
  expiresTime?: string | null;
}

/** A key as it stands. */
export interface KeyView {
  key: ApiKey;
  state: KeyState;
  /** Those that let in now. */
  secrets: readonly KeySecret[];
  lastUsedTime: string | null;
}

/** The one time that the key itself is there. */
export interface KeyGivenOut extends KeyView {
  text: string;
}

/**
 * What people do with API keys. A key whose grants do not all lie where the keeper manages access is not there for
 * them. Throws `ProblemError`.
 */
export class ApiKeysService {
  constructor(
    private readonly store: KeyStore,
    private readonly known: Pick<KnownKeys, 'changed'>,
    private readonly clock: Clock,
  ) {}

  async create(
    wishes: KeyWishes & { name: string; grants: readonly Grant[] },
    keeper: KeyKeeper,
  ): Promise<KeyGivenOut> {
    const { name, description = null, grants, expiresTime = null } = wishes;
    mustBeGivable({ grants, expiresTime }, keeper, await this.lifeOf(keeper.principal));
    const id = newKeyId();
    await keeper.decides('KEY_MADE', id);
    const text = newKeyText(id);
    const time = isoTime(this.clock.now());
    const by = keeper.principal.id;
    const key: ApiKey = {
      ...{ id, name, description, grants, expiresTime },
      person: personGiven(keeper.principal),
      secrets: [{ sha256: digestOf(text).toString('hex'), createdTime: time, untilTime: null }],
      ...{ createdBy: by, createdTime: time, updatedBy: by, updatedTime: time },
      revoked: null,
    };
    await this.keep(key);
    this.known.changed(key);
    return { ...this.view(key, null), text };
  }

  /** In the order of their ids. */
  async list({ held }: Pick<KeyKeeper, 'held'>): Promise<KeyView[]> {
    const { keys } = await this.store.all();
    const theirs = keys.filter(({ grants }) => isWithin(held, grants)).sort((a, b) => (a.id < b.id ? -1 : 1));
    const uses = await this.store.lastUses(theirs.map(({ id }) => id));
    return theirs.map((key, at) => this.view(key, uses[at] ?? null));
  }

  async get(id: string, { held }: Pick<KeyKeeper, 'held'>): Promise<KeyView> {
    const key = await this.store.find(id);
    if (!key || !isWithin(held, key.grants)) throw nothingThere(id);
    return this.viewNow(key);
  }

  async update(id: string, wishes: KeyWishes, keeper: KeyKeeper): Promise<KeyView> {
    const given = wishes.grants !== undefined || wishes.expiresTime !== undefined;
    const limit = await this.lifeOf(keeper.principal);
    const key = await this.changed(id, keeper, (before) => {
      const after = { ...before, ...said(wishes) };
      if (given) mustBeGivable(after, keeper, limit);
      return after;
    });
    return this.viewNow(key);
  }

  /**
   * A new secret, which whoever asks then has: so they must hold what the key may do.
   * @param overlapMs how long the secret before it still lets in; 0 = no more. The one before that never does.
   */
  async rotateSecret(id: string, overlapMs: number, keeper: KeyKeeper): Promise<KeyGivenOut> {
    const text = newKeyText(id);
    const sha256 = digestOf(text).toString('hex');
    const limit = await this.lifeOf(keeper.principal);
    const key = await this.changed(id, keeper, (before) => {
      mustBeGivable(before, keeper, limit);
      const now = this.clock.now();
      const fresh = { sha256, createdTime: isoTime(now), untilTime: null };
      const after = withSecret(before, fresh, now, isoTime(now + overlapMs));
      return { ...after, person: personGiven(keeper.principal) ?? before.person };
    });
    return { ...(await this.viewNow(key)), text };
  }

  /** For good, and at once here; taking away is open to whoever manages access there. Once more = nothing happens. */
  async revoke(id: string, keeper: KeyKeeper): Promise<void> {
    const { key: before } = await this.get(id, keeper);
    if (before.revoked) return;
    await keeper.decides('KEY_REVOKED', id);
    const revoked = { by: keeper.principal.id, time: isoTime(this.clock.now()) };
    const key = await this.store.update(id, (now) => {
      if (!isWithin(keeper.held, now.grants)) throw nothingThere(id);
      return now.revoked ? null : { ...now, secrets: [], revoked };
    });
    if (!key) throw nothingThere(id);
    this.known.changed(key);
  }

  /** Throws the 403 that names what the keeper does not hold. */
  mustBeHeld(grants: readonly Grant[], keeper: Pick<KeyKeeper, 'principal'>): void {
    mustBeGivable({ grants }, keeper, null);
  }

  private async changed(id: string, keeper: KeyKeeper, change: (key: ApiKey) => ApiKey): Promise<ApiKey> {
    const updated = { updatedBy: keeper.principal.id, updatedTime: isoTime(this.clock.now()) };
    const checked = (before: ApiKey): ApiKey => {
      if (!isWithin(keeper.held, before.grants)) throw nothingThere(id);
      if (before.revoked) throw revoked(id);
      return { ...change(before), ...updated };
    };
    const found = await this.store.find(id);
    if (!found) throw nothingThere(id);
    checked(found);
    await keeper.decides('KEY_CHANGED', id);
    // Somebody else may have changed it meanwhile.
    const key = await this.store.update(id, checked);
    if (!key) throw nothingThere(id);
    this.known.changed(key);
    return key;
  }

  /** Those that were revoked longest ago make room. */
  private async keep(key: ApiKey): Promise<void> {
    while (!(await this.store.create(key))) {
      const { keys } = await this.store.all();
      const oldest = keys
        .flatMap((one) => (one.revoked ? [{ one, time: one.revoked.time }] : []))
        .sort((a, b) => (a.time < b.time ? -1 : 1))[0];
      if (!oldest)
        throw new ProblemError(
          problem('api-key-limit-reached', `There are ${MOST_KEYS} API keys already. Revoke one.`),
        );
      await this.store.remove(oldest.one);
    }
  }

  /** Until when whoever asks lives as a key; null = without end, or as something else. */
  private async lifeOf({ id }: Principal): Promise<string | null> {
    const own = keyIdOf(id);
    if (own === null) return null;
    const key = await this.store.find(own);
    return key && !key.revoked ? key.expiresTime : isoTime(this.clock.now());
  }

  private view(key: ApiKey, usedMs: number | null): KeyView {
    const now = this.clock.now();
    const state = stateOf(key, now);
    const secrets = state === 'ACTIVE' ? key.secrets.filter((one) => letsIn(one, now)) : [];
    return { key, state, secrets, lastUsedTime: usedMs === null ? null : isoTime(usedMs) };
  }

  private async viewNow(key: ApiKey): Promise<KeyView> {
    const [usedMs = null] = await this.store.lastUses([key.id]);
    return this.view(key, usedMs);
  }
}

function said({ name, description, grants, expiresTime }: KeyWishes): Partial<ApiKey> {
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(grants === undefined ? {} : { grants }),
    ...(expiresTime === undefined ? {} : { expiresTime }),
  };
}

/** @param limit when the keeper itself ends; null = never */
function mustBeGivable(
  { grants, expiresTime = null }: { grants: readonly Grant[]; expiresTime?: string | null },
  { principal }: Pick<KeyKeeper, 'principal'>,
  limit: string | null,
): void {
  const errors: FieldError[] = notHeld(principal.grants, grants).map(({ pointer, right }) => ({
    pointer: `/grants${pointer}`,
    detail: `This gives the right "${right}", which you do not hold there.`,
  }));
  if (limit !== null && (expiresTime === null || Date.parse(expiresTime) > Date.parse(limit)))
    errors.push({
      pointer: '/expiresTime',
      detail: `Your own key ends at ${limit}; no other may last longer.`,
    });
  if (errors.length === 0) return;
  const places = errors.map(({ pointer }) => pointer).join(', ');
  throw new ProblemError(
    problem('forbidden', `Nobody gives away what they do not hold themselves: ${places}.`, { errors }),
  );
}

function nothingThere(id: string): ProblemError {
  return new ProblemError(problem('not-found', `There is no ${id}.`));
}

function revoked(id: string): ProblemError {
  return new ProblemError(problem('api-key-revoked', `The key ${id} was revoked, for good.`));
}
