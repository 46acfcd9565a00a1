import { Injectable } from '@nestjs/common';
import { rightOf, type Right } from '../domain/access/rights.js';
import { actedUpon } from '../domain/access/whereabouts.js';
import type { Operation } from '../domain/operation.js';
import { Holding } from './access/holding.js';
import type { RequestAccess } from './access/request-access.js';
import { UnseenOperations } from './access/unseen-operations.js';
import { ActionRequests } from './action-requests.js';
import type { OperationDto } from './dto/operation.dto.js';

/** Operations as one who asks is told of them: no link to what they may not do, and no name of what they may not see. */
@Injectable()
export class ToldOperations {
  constructor(
    private readonly actions: ActionRequests,
    private readonly holding: Holding,
    private readonly unseen: UnseenOperations,
  ) {}

  async of(operation: Operation, access: RequestAccess): Promise<OperationDto> {
    const [told] = await this.all([operation], access);
    return told as OperationDto;
  }

  async all(operations: readonly Operation[], access: RequestAccess): Promise<OperationDto[]> {
    const told = await Promise.all(operations.map((operation) => this.withLinks(operation, access)));
    return this.unseen.hidden(told, access.seen);
  }

  /** Throws `ProblemError` (403) unless the asker may begin such an operation, and so may stop it and answer for it. */
  async mustHold(
    operation: Operation,
    access: RequestAccess,
    right = rightOf(operation.action),
  ): Promise<void> {
    await this.holding.mustHold(access, right, actedUpon(operation));
  }

  private async withLinks(operation: Operation, access: RequestAccess): Promise<OperationDto> {
    const told = this.actions.present(operation);
    const { cancel, input, resolution, ...others } = told.links;
    if (!cancel && !input && !resolution) return told;
    const holds = (right: Right): Promise<boolean> => this.holding.holds(access, right, actedUpon(operation));
    const [runs, resolves] = await Promise.all([
      holds(rightOf(operation.action)),
      holds('operations:resolve'),
    ]);
    if (runs && resolves) return told;
    return {
      ...told,
      links: {
        ...others,
        ...(cancel && runs ? { cancel } : {}),
        ...(input && runs ? { input } : {}),
        ...(resolution && resolves ? { resolution } : {}),
      },
    };
  }
}
