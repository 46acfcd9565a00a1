import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';
import type { FastifyRequest } from 'fastify';
import { problem, ProblemError, type FieldError } from '../../domain/problem.js';
import { invalidRequest } from './invalid-request.js';

/**
 * What a path below /v1 does not take is a 400 that names it, and never passed over: a `validateOnly` in the wrong
 * place would be a change. Where there is a DTO, the validation pipe says so; here are the paths that have none.
 */
@Injectable()
export class StrayInputGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!request.routeOptions.url?.startsWith('/v1/')) return true;
    if (lacksItsId(request))
      throw new ProblemError(problem('not-found', 'The path ends where an id belongs.'));
    const takes = takenBy(context);
    const strays = [
      ...(takes.query ? [] : strayParameters(request, takes.body)),
      ...(takes.body ? [] : strayBody(request)),
    ];
    if (strays.length > 0) throw invalidRequest(strays);
    return true;
  }
}

/** `DELETE /v1/…/` with an id that came out empty must not be taken for the whole of it. */
function lacksItsId({ method, url }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD' && url.split('?')[0]?.endsWith('/') === true;
}

/** Which of the two the handler has an argument for. */
function takenBy(context: ExecutionContext): { query: boolean; body: boolean } {
  const found: unknown = Reflect.getMetadata(
    ROUTE_ARGS_METADATA,
    context.getClass(),
    context.getHandler().name,
  );
  const kinds = Object.keys(found ?? {}).map((key) => key.split(':')[0]);
  return {
    query: kinds.includes(String(RouteParamtypes.QUERY)),
    body: kinds.includes(String(RouteParamtypes.BODY)),
  };
}

function strayParameters({ query }: FastifyRequest, hasBody: boolean): FieldError[] {
  const instead = hasBody ? '; what this path takes is in the body' : '';
  return Object.keys(query ?? {}).map((parameter) => ({
    parameter,
    detail: `There is no parameter "${parameter}" here${instead}.`,
  }));
}

function strayBody({ method, body, headers }: FastifyRequest): FieldError[] {
  // Fastify does not read the body of a GET.
  const isUnread = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  const isEmpty = body === undefined ? method !== 'GET' || !isUnread : !holdsSomething(body);
  if (isEmpty) return [];
  const instead =
    method === 'DELETE' ? '; `reason` and `validateOnly` are in the query: `?validateOnly=true`' : '';
  const detail = `${method} takes no body here${instead}.`;
  const fields = isObject(body) ? Object.keys(body) : [];
  const places = fields.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return (places.length > 0 ? places : ['']).map((pointer) => ({ pointer, detail }));
}

/** An empty object is what clients send that always send something. */
function holdsSomething(body: unknown): boolean {
  return isObject(body) ? Object.keys(body).length > 0 : body !== null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
