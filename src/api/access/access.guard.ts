import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Authenticator } from '../../access/authenticator.js';
import { Scopes } from '../../access/scopes.js';
import type { Principal } from '../../domain/access/principal.js';
import { SEEN_WITH, type Right } from '../../domain/access/rights.js';
import type { Scope, Whereabouts } from '../../domain/access/scope.js';
import { problem, ProblemError } from '../../domain/problem.js';
import { lacking } from './holding.js';
import { NEED, type Need } from './needs.decorator.js';
import { PathSubjects } from './path-subjects.js';
import { RecordedRequests } from './recorded-requests.js';
import type { AuthenticatedRequest, RequestAccess } from './request-access.js';

/** Lets in who holds the right of the route over what its path names. What may not be seen is not there: 404. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly scopes: Scopes,
    private readonly subjects: PathSubjects,
    private readonly reflector: Reflector,
    private readonly recorded: RecordedRequests,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const need = this.reflector.getAllAndOverride<Need | undefined>(NEED, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (need?.right === null) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (!need) throw new Error(`${request.method} ${request.routeOptions.url} declares no right`);
    try {
      await this.letIn(request, need.right, need.wholeSite);
      return true;
    } catch (error) {
      this.recorded.refused(request, error, need.right);
      throw error;
    }
  }

  private async letIn(request: AuthenticatedRequest, right: Right, wholeSite: boolean): Promise<void> {
    const principal = await this.authenticated(request);
    const { seen, held } = await this.scopesOf(principal, right);
    const access = { principal, seen, held, right };
    request.access = access;
    this.recorded.sealedKeyUsed(request);
    if (!(seen.isAll && held.isAll)) await this.judge(request, access, wholeSite);
  }

  private async authenticated({ headers }: AuthenticatedRequest): Promise<Principal> {
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    const principal = token === undefined ? null : await this.authenticator.principalOf(token);
    if (principal) return principal;
    throw new ProblemError(
      problem(
        'unauthenticated',
        'Send the header `Authorization: Bearer …` with an API key or a token that is known here.',
      ),
      { 'www-authenticate': 'Bearer realm="dr-gateway"' },
    );
  }

  private async scopesOf(principal: Principal, right: Right): Promise<{ seen: Scope; held: Scope }> {
    const [seen, held] = await Promise.all([
      this.scopes.of(principal, SEEN_WITH[right]),
      this.scopes.of(principal, right),
    ]);
    return { seen, held };
  }

  private async judge(
    request: AuthenticatedRequest,
    { seen, held, right }: Required<RequestAccess>,
    wholeSite: boolean,
  ): Promise<void> {
    if (this.subjects.isNamed(request.routeOptions.url ?? '')) {
      const subject = await this.subjects.of(request);
      if (!subject || !isSeen(seen, subject)) throw nothingThere(request);
      const isHeld = wholeSite ? held.coversSite(subject.siteId) : isSeen(held, subject);
      if (!isHeld) throw lacking(right);
    } else if (held.isNone) throw lacking(right);
  }
}

/** A site is seen by whoever sees anything in it. */
function isSeen(scope: Scope, subject: Whereabouts): boolean {
  return subject.targetIds.length === 0 ? scope.touchesSite(subject.siteId) : scope.covers(subject);
}

function nothingThere({ params }: AuthenticatedRequest): ProblemError {
  const [id = ''] = Object.values(params as Record<string, string>);
  return new ProblemError(problem('not-found', `There is no ${id}.`));
}
