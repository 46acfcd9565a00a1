import { Injectable } from '@nestjs/common';
import { parsePublicId } from '../domain/ids.js';
import { problem, ProblemError, type FieldError } from '../domain/problem.js';
import type { Provider } from '../providers/provider.js';
import { ProviderRegistry } from '../providers/registry.js';

/** What a path names, in the upstream's own ids: a group or plan, and the part of it, if it names one. */
export interface Named {
  siteId: string;
  /** null = the site itself. */
  targetNativeId: string | null;
  partNativeId: string | null;
}

/** A group or plan that is named, with its site. */
export type NamedTarget = Named & { provider: Provider; targetNativeId: string };

/** A part that is named: an instance, a pair, a drill, a step. */
export type NamedPart = NamedTarget & { partNativeId: string };

/** Ids that upstreams gave to things without a public id: numbers, UUIDs, names of their own. */
const UPSTREAM_ID = /^(?!\.{1,2}$)[\w.:~@+=-]{1,255}$/;

/** From the ids that clients know to those that upstreams know. What cannot be one names nothing. */
@Injectable()
export class PublicIds {
  constructor(private readonly providers: ProviderRegistry) {}

  /** A group or plan in a path; an id that cannot be one is a 404. */
  target(id: string): NamedTarget {
    const parsed = parsePublicId(id);
    const provider = parsed && this.providers.find(parsed.siteId);
    if (!provider) throw nothing(id);
    return { siteId: parsed.siteId, provider, targetNativeId: parsed.nativeId, partNativeId: null };
  }

  /** A part in a path, by public ids of one site; anything else is a 404. */
  part(id: string, partId: string): NamedPart {
    const target = this.target(id);
    const parsed = parsePublicId(partId);
    if (parsed?.siteId !== target.siteId) throw nothing(partId);
    return { ...target, partNativeId: parsed.nativeId };
  }

  /** A part in a path whose id is the upstream's own. */
  upstreamPart(id: string, partId: string): NamedPart {
    return { ...this.target(id), partNativeId: upstreamId(partId) };
  }
}

/** An upstream's own id in a path; what cannot be one is a 404. */
export function upstreamId(id: string): string {
  if (!UPSTREAM_ID.test(id)) throw nothing(id);
  return id;
}

/** Public ids in a body, as native ids of that site; the others are a 400 that names each by its pointer. */
export function nativeIds(siteId: string, ids: readonly string[], pointer: string): string[] {
  return translated(siteId, ids, (index) => ({ pointer: `${pointer}/${index}` }));
}

/** One public id in a body. */
export function nativeId(siteId: string, id: string, pointer: string): string {
  const [native = ''] = translated(siteId, [id], () => ({ pointer }));
  return native;
}

/** One public id in a query. */
export function nativeIdInQuery(siteId: string, id: string, parameter: string): string {
  const [native = ''] = translated(siteId, [id], () => ({ parameter }));
  return native;
}

function translated(
  siteId: string,
  ids: readonly string[],
  placeOf: (index: number) => Omit<FieldError, 'detail'>,
): string[] {
  const parsed = ids.map((id) => parsePublicId(id));
  const errors = parsed.flatMap((one, index): FieldError[] => {
    if (one?.siteId === siteId) return [];
    return [{ ...placeOf(index), detail: `Must be an id of the site ${siteId}, as its lists show it.` }];
  });
  if (errors.length > 0) {
    const names = errors.map((error) => error.pointer ?? error.parameter ?? '').join(', ');
    throw new ProblemError(problem('invalid-request', `Not valid: ${names}.`, { errors }));
  }
  return parsed.flatMap((one) => (one ? [one.nativeId] : []));
}

function nothing(id: string): ProblemError {
  return new ProblemError(problem('not-found', `There is no ${id}.`));
}
