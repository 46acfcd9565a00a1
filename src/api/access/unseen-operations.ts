import { Injectable } from '@nestjs/common';
import type { Scope } from '../../domain/access/scope.js';
import { whereaboutsOf } from '../../domain/access/whereabouts.js';
import { OUTSIDE } from '../../domain/operation.js';
import { problem, ProblemError, type Problem } from '../../domain/problem.js';
import { siteOfPublicId } from '../../operations/operation-id.js';
import { OperationStore } from '../../operations/operation-store.js';

/** An operation's id, wherever it stands: made here (UUID of version 7), or taken over from a site's history (8). */
const ID = '[a-z0-9-]{1,32}\\.[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}';
/** As `heldText` puts it: whoever began the operation is not named either. */
const HOLDS = new RegExp(
  `Operation (${ID})(?:, which was begun ${OUTSIDE}(?: by [^]{0,300}?)?,)? holds`,
  'g',
);
const NAMED = new RegExp(`((?:[Oo]peration )?)(${ID})`, 'g');
const TARGET_LINK = /^\/v1\/(?:recovery-plans|protection-groups)\/([^/?]+)/;

type IsUnseen = (operationId: string) => boolean;

/**
 * Operations are named in many places: as steps and parents, as holders of groups, in reasons, links and problems. What is
 * told to who sees only a part names none of the others: it says that there is one.
 */
@Injectable()
export class UnseenOperations {
  constructor(private readonly operations: OperationStore) {}

  /** The very same value, if it names nothing that is not seen. */
  async hidden<T>(value: T, seen: Scope): Promise<T> {
    if (seen.isAll || value instanceof Uint8Array) return value;
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) return value;
    const unseen = await this.unseenIn(text, seen);
    if (unseen.size === 0 && !text.includes('"href"')) return value;
    return without(value, (id) => unseen.has(id), seen) as T;
  }

  async hiddenError(error: unknown, seen: Scope): Promise<unknown> {
    if (!(error instanceof ProblemError) || seen.isAll) return error;
    const { problem: told, headers } = await this.hidden(
      {
        problem: error.problem,
        headers: Object.entries(error.headers).map(([name, text]) => ({ name, text })),
      },
      seen,
    );
    // What is left of a header that named an operation is not worth telling.
    const whole = headers.filter(({ name, text }) => error.headers[name] === text);
    return new ProblemError(
      problem(told.code, told.detail, told satisfies Problem),
      Object.fromEntries(whole.map(({ name, text }) => [name, text])),
    );
  }

  private async unseenIn(text: string, seen: Scope): Promise<Set<string>> {
    const ids = new Set([...text.matchAll(NAMED)].map(([, , id = '']) => id));
    const doubtful = [...ids].filter((id) => !seen.coversSite(siteOfPublicId(id)));
    const hidden = await Promise.all(doubtful.map((id) => this.isUnseen(id, seen)));
    return new Set(doubtful.filter((_id, i) => hidden[i]));
  }

  /** What cannot be looked at is not told of. */
  private async isUnseen(id: string, seen: Scope): Promise<boolean> {
    if (!seen.touchesSite(siteOfPublicId(id))) return true;
    try {
      const operation = await this.operations.find(id);
      return operation !== null && !seen.covers(whereaboutsOf(operation));
    } catch {
      return true;
    }
  }
}

/** Of what is told as it happens there is no time to look: to who sees a part of the site, no other operation is named. */
export function namingNoOther(text: string, operationId: string): string {
  return textWithout(text, (id) => id !== operationId) ?? '';
}

/** undefined = nothing is left of it. */
function without(value: unknown, isUnseen: IsUnseen, seen: Scope): unknown {
  if (typeof value === 'string') return textWithout(value, isUnseen);
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value
      .filter((one) => !leadsToUnseen(one, isUnseen, seen))
      .map((one) => without(one, isUnseen, seen));
  }
  const entries = Object.entries(value).map(([name, one]) => [name, without(one, isUnseen, seen)] as const);
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

/** An id by itself is null then, a path is left out, a sentence says that it is another one. */
function textWithout(text: string, isUnseen: IsUnseen): string | null | undefined {
  const named = [...text.matchAll(NAMED)].map(([, , id = '']) => id).filter(isUnseen);
  if (named.length === 0) return text;
  if (named[0] === text) return null;
  if (text.startsWith('/v1/')) return undefined;
  return text
    .replace(HOLDS, (whole, id: string) => (isUnseen(id) ? 'Another operation holds' : whole))
    .replace(NAMED, (whole, noun: string, id: string) => {
      if (!isUnseen(id)) return whole;
      return noun.startsWith('O') ? 'Another operation' : 'another operation';
    });
}

function leadsToUnseen(one: unknown, isUnseen: IsUnseen, seen: Scope): boolean {
  const { href } = (one ?? {}) as { href?: unknown };
  if (typeof href !== 'string') return false;
  if (textWithout(href, isUnseen) !== href) return true;
  const [, targetId] = TARGET_LINK.exec(href) ?? [];
  return targetId !== undefined && !seen.covers({ siteId: siteOfPublicId(targetId), targetIds: [targetId] });
}
