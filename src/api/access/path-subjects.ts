import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Whereabouts } from '../../domain/access/scope.js';
import { parsePublicId } from '../../domain/ids.js';

type Find = (id: string) => Whereabouts | null | Promise<Whereabouts | null>;

/** Where the thing lies that a path names: the first parameter says what it is, those after it are parts of that. */
@Injectable()
export class PathSubjects {
  private readonly kinds: readonly (readonly [path: string, find: Find])[] = [
    ['/v1/sites/:siteId', (siteId) => ({ siteId, targetIds: [] })],
    ['/v1/protection-groups/:id', ofTarget],
    ['/v1/recovery-plans/:id', ofTarget],
    ['/v1/operations/:id', ofSite],
    ['/v1/drills/:id', ofSite],
    ['/v1/findings/:id', ofSite],
  ];

  /** Whether the route names something, so that somebody must know where it lies. */
  isNamed(route: string): boolean {
    return this.kindOf(route) !== undefined;
  }

  /** null = it names nothing that could lie anywhere. */
  async of({ routeOptions, params }: FastifyRequest): Promise<Whereabouts | null> {
    const find = this.kindOf(routeOptions.url ?? '')?.[1];
    const [id] = Object.values(params as Record<string, string>);
    return find === undefined || id === undefined ? null : find(id);
  }

  private kindOf(route: string) {
    return this.kinds.find(([path]) => route === path || route.startsWith(`${path}/`));
  }
}

function ofTarget(id: string): Whereabouts | null {
  const parsed = parsePublicId(id);
  return parsed && { siteId: parsed.siteId, targetIds: [id] };
}

function ofSite(id: string): Whereabouts | null {
  const dot = id.indexOf('.');
  return dot < 1 ? null : { siteId: id.slice(0, dot), targetIds: [] };
}
