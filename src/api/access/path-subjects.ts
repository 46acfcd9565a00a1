import { Injectable } from '@nestjs/common';
import { Approvals, whereaboutsOfApproval } from '../../approvals/approvals.service.js';
import { whereaboutsOf } from '../../domain/access/whereabouts.js';
import type { Scope, Whereabouts } from '../../domain/access/scope.js';
import { parsePublicId } from '../../domain/ids.js';
import { drillWhereabouts } from '../../inventory/drills/drill-view.js';
import { DrillsService } from '../../inventory/drills/drills.service.js';
import { findingWhereabouts } from '../../inventory/findings/finding.js';
import { FindingsService } from '../../inventory/findings/findings.service.js';
import { siteOfOperation } from '../../operations/operation-id.js';
import { OperationStore } from '../../operations/operation-store.js';
import { accessOf, type AuthenticatedRequest } from './request-access.js';

/** @param seen what may be seen of the whole: nothing need be looked for beyond it */
type Find = (id: string, seen: Scope) => Whereabouts | null | Promise<Whereabouts | null>;

/** Where the thing lies that a path names: the first parameter says what it is, those after it are parts of that. */
@Injectable()
export class PathSubjects {
  private readonly kinds: readonly (readonly [path: string, find: Find])[] = [
    ['/v1/sites/:siteId', (siteId) => ({ siteId, targetIds: [] })],
    ['/v1/protection-groups/:id', ofTarget],
    ['/v1/recovery-plans/:id', ofTarget],
    ['/v1/operations/:id', (id, seen) => this.ofOperation(id, seen)],
    ['/v1/drills/:id', (id, seen) => this.ofDrill(id, seen)],
    ['/v1/findings/:id', (id, seen) => this.ofFinding(id, seen)],
    ['/v1/approvals/:id', (id) => this.ofApproval(id)],
  ];

  constructor(
    private readonly operations: OperationStore,
    private readonly drills: DrillsService,
    private readonly findings: FindingsService,
    private readonly approvals: Approvals,
  ) {}

  /** Whether the route names something, so that somebody must know where it lies. */
  isNamed(route: string): boolean {
    return this.kindOf(route) !== undefined;
  }

  /** null = it names nothing that could lie anywhere. */
  async of(request: AuthenticatedRequest): Promise<Whereabouts | null> {
    const find = this.kindOf(request.routeOptions.url ?? '')?.[1];
    const [id] = Object.values(request.params as Record<string, string>);
    return find === undefined || id === undefined ? null : find(id, accessOf(request).seen);
  }

  /** Running or long over. Of other sites than those seen nobody is told by how long it takes. */
  private async ofOperation(id: string, seen: Scope): Promise<Whereabouts | null> {
    const siteId = siteOfOperation(id);
    if (siteId === null || !seen.touchesSite(siteId)) return null;
    const operation = await this.operations.find(id);
    const { targetIds } = operation ? whereaboutsOf(operation) : { targetIds: null };
    // What lies at the site alone is seen with the whole of it: no id of its own is granted to anybody.
    return targetIds && { siteId, targetIds: targetIds.length > 0 ? targetIds : [id] };
  }

  private async ofDrill(id: string, seen: Scope): Promise<Whereabouts | null> {
    if (!seen.touchesSite(parsePublicId(id)?.siteId ?? '')) return null;
    const found = await this.drills.find(id, false);
    return found && drillWhereabouts(found.drill);
  }

  private async ofFinding(id: string, seen: Scope): Promise<Whereabouts | null> {
    const siteId = parsePublicId(id)?.siteId;
    if (siteId === undefined || !seen.touchesSite(siteId)) return null;
    const sites = await this.findings.ofSites(siteId);
    const finding = sites.flatMap(({ findings }) => findings).find((one) => one.id === id);
    if (!finding) return null;
    const { targetIds } = findingWhereabouts(finding);
    // Whoever sees a part of a site sees the site, but not what is found about all of it.
    return { siteId: finding.siteId, targetIds: [...targetIds, id] };
  }

  private async ofApproval(id: string): Promise<Whereabouts | null> {
    const approval = await this.approvals.find(id);
    return approval && whereaboutsOfApproval(approval);
  }

  private kindOf(route: string) {
    return this.kinds.find(([path]) => route === path || route.startsWith(`${path}/`));
  }
}

function ofTarget(id: string): Whereabouts | null {
  const parsed = parsePublicId(id);
  return parsed && { siteId: parsed.siteId, targetIds: [id] };
}
