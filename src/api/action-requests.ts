import { Injectable } from '@nestjs/common';
import type { ActionCommand } from '../domain/action-command.js';
import type { Operation } from '../domain/operation.js';
import { parsePublicId } from '../domain/ids.js';
import { problem, ProblemError } from '../domain/problem.js';
import { OperationsService } from '../operations/operations.service.js';
import { ProviderRegistry } from '../providers/registry.js';
import type { OperationDto, PreflightReportDto } from './dto/operation.dto.js';
import { ApiSettings } from './http/api-settings.js';
import type { HttpExchange } from './http/exchange.decorator.js';
import { idempotencyClaim } from './http/idempotency.js';
import { etagOf, presentOperation, presentPreflight } from './presenters/operation.presenter.js';

/** What a controller knows of a change that is asked for. */
export interface ActionRequest {
  siteId: string;
  command: Pick<ActionCommand, 'action'> & Partial<ActionCommand>;
  reason: string | undefined;
  validateOnly: boolean | undefined;
}

/** From an HTTP request to an accepted operation, the same way for every action. */
@Injectable()
export class ActionRequests {
  constructor(
    private readonly operations: OperationsService,
    private readonly providers: ProviderRegistry,
    private readonly settings: ApiSettings,
  ) {}

  async handle(
    action: ActionRequest,
    { request, reply }: HttpExchange,
  ): Promise<OperationDto | PreflightReportDto> {
    const principal = request.principal?.id ?? 'unknown';
    const asked = {
      siteId: action.siteId,
      command: {
        targetNativeId: null,
        direction: null,
        options: {},
        group: null,
        changes: null,
        partNativeId: null,
        input: null,
        ...action.command,
      },
      targetName: null,
      requestedBy: principal,
      reason: action.reason ?? null,
      requestId: request.id,
    };
    if (action.validateOnly) {
      void reply.code(200);
      return presentPreflight(await this.operations.preflight(asked));
    }
    const key = request.headers['idempotency-key'];
    const claim = idempotencyClaim(Array.isArray(key) ? key.join(',') : key, principal, {
      method: request.method,
      path: request.url,
      body: request.body,
    });
    const known = await this.operations.replayed(claim);
    const { operation, replayed } = known
      ? { operation: known, replayed: true }
      : await this.operations.accept(asked, claim);
    if (replayed) void reply.header('idempotency-replayed', 'true');
    void reply
      .code(202)
      .header('location', `/v1/operations/${operation.id}`)
      .header('retry-after', String(this.retryAfterSeconds()))
      .header('etag', etagOf(operation));
    return this.present(operation);
  }

  present(operation: Operation): OperationDto {
    const provider = this.providers.find(operation.siteId);
    return presentOperation(operation, (provider?.cancelCall(operation.command) ?? null) !== null);
  }

  retryAfterSeconds(): number {
    return Math.max(1, Math.ceil(this.settings.pollIntervalMs / 1000));
  }

  /** The site and the upstream's own id behind a public id; an id that cannot be one is a 404. */
  locate(id: string): { siteId: string; nativeId: string } {
    const parsed = parsePublicId(id);
    if (!parsed || !this.providers.find(parsed.siteId)) {
      throw new ProblemError(problem('not-found', `There is no ${id}.`));
    }
    return parsed;
  }
}
