import { Injectable } from '@nestjs/common';
import type { ActionCommand } from '../domain/action-command.js';
import type { ActionInputs } from '../domain/action-inputs.js';
import type { ActiveSite, DrAction } from '../domain/dr-action.js';
import type { TargetBelief } from '../domain/expected-target.js';
import type { ProtectionState } from '../domain/inventory.js';
import type { Operation } from '../domain/operation.js';
import { OperationsService } from '../operations/operations.service.js';
import { inSpan } from '../platform/tracing/spans.js';
import { ProviderRegistry } from '../providers/registry.js';
import { ActionRights } from './access/action-rights.js';
import { accessOf } from './access/request-access.js';
import { ActionGate } from './action-gate.js';
import type { OperationDto, PreflightReportDto } from './dto/operation.dto.js';
import { ApiSettings } from './http/api-settings.js';
import type { HttpExchange } from './http/exchange.decorator.js';
import { idempotencyClaim } from './http/idempotency.js';
import { traceparentOf } from './http/request-context.js';
import { etagOf, presentOperation, presentPreflight } from './presenters/operation.presenter.js';
import type { Named } from './public-ids.js';

/** What a controller knows of a change that is asked for. */
export interface ActionRequest {
  belief?: TargetBelief;
  siteId: string;
  command: Pick<ActionCommand, 'action'> & Partial<ActionCommand>;
  reason: string | undefined;
  validateOnly: boolean | undefined;
}

/** Why it is asked for, and whether it is only to be checked. */
export interface Wish {
  reason?: string | undefined;
  validateOnly?: boolean | undefined;
  /** What the target is believed to be. */
  expectedState?: ProtectionState | undefined;
  expectedActiveSite?: ActiveSite | undefined;
}

export function beliefOf({ expectedState, expectedActiveSite }: Wish): { belief?: TargetBelief } {
  if (expectedState === undefined && expectedActiveSite === undefined) return {};
  return { belief: { state: expectedState, activeSite: expectedActiveSite } };
}

/** The wish as DELETE has it: in the query. */
export function wishOf({ reason, validateOnly }: { reason?: string; validateOnly?: 'true' | 'false' }): Wish {
  return { reason, validateOnly: validateOnly === 'true' };
}

/** What a path that starts an operation answers: the operation, or with `validateOnly` the report. */
export type ActionAnswer = Promise<OperationDto | PreflightReportDto>;

/** The action's own fields; null for an action that has none. */
type InputOf<A extends DrAction> = A extends keyof ActionInputs ? ActionInputs[A] : null;

/** From an HTTP request to an accepted operation, the same way for every action. */
@Injectable()
export class ActionRequests {
  constructor(
    private readonly operations: OperationsService,
    private readonly providers: ProviderRegistry,
    private readonly settings: ApiSettings,
    private readonly rights: ActionRights,
    private readonly gate: ActionGate,
  ) {}

  /** A change of what the path names. */
  change<A extends DrAction>(
    action: A,
    { siteId, targetNativeId, partNativeId }: Named,
    wish: Wish,
    input: InputOf<A>,
    exchange: HttpExchange,
  ): ActionAnswer {
    const command = { action, targetNativeId, partNativeId, input: plain(input) };
    const { reason, validateOnly } = wish;
    return this.handle({ siteId, command, reason, validateOnly, ...beliefOf(wish) }, exchange);
  }

  handle(action: ActionRequest, exchange: HttpExchange): ActionAnswer {
    return inSpan('accept', {}, () => this.answer(action, exchange));
  }

  present(operation: Operation): OperationDto {
    const provider = this.providers.find(operation.siteId);
    const [prompt] = operation.prompts;
    return presentOperation(operation, {
      cancellable: this.operations.isStoppable(operation),
      answerable:
        prompt !== undefined && (provider?.answerCall(operation.command, prompt.id) ?? null) !== null,
    });
  }

  retryAfterSeconds(): number {
    return Math.max(1, Math.ceil(this.settings.pollIntervalMs / 1000));
  }

  private async answer(action: ActionRequest, { request, reply }: HttpExchange): ActionAnswer {
    const access = accessOf(request);
    await this.rights.mustHold(access, action);
    const { principal } = access;
    const traceparent = traceparentOf(request);
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
      requestedBy: principal.id,
      reason: action.reason ?? null,
      requestId: request.id,
      ...(traceparent !== null && { traceparent }),
      ...(action.belief ? { belief: action.belief } : {}),
    };
    if (action.validateOnly) {
      void reply.code(200);
      const report = await this.operations.preflight(asked);
      const deed = { action: report.action, targetId: report.target.id, touches: report.touches };
      return presentPreflight(report, await this.gate.approvalMinutes(action.siteId, deed));
    }
    const key = request.headers['idempotency-key'];
    const sent = { method: request.method, path: request.url, body: request.body };
    const claim = idempotencyClaim(Array.isArray(key) ? key.join(',') : key, principal.id, sent);
    const { operation, replayed } = await this.gate.accept({ principal, asked, claim, request: sent });
    if (replayed) void reply.header('idempotency-replayed', 'true');
    void reply
      .code(202)
      .header('location', `/v1/operations/${operation.id}`)
      .header('retry-after', String(this.retryAfterSeconds()))
      .header('etag', etagOf(operation));
    return this.present(operation);
  }
}

/** As it will be kept in the record: what was not given is not there. */
export function plain<T>(input: T): T {
  return JSON.parse(JSON.stringify(input)) as T;
}
