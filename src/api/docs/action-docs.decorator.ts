import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { ProblemCode } from '../../domain/problem-kinds.js';
import { OperationDto, PreflightReportDto } from '../dto/operation.dto.js';
import { AsksOneSite, ProblemResponses } from './problem-responses.decorator.js';

const ACTION_PROBLEMS: readonly ProblemCode[] = [
  'invalid-request',
  'idempotency-key-missing',
  'forbidden',
  'approval-required',
  'approval-declined',
  'approval-lapsed',
  'not-found',
  'action-not-allowed',
  'wrong-direction',
  'operation-in-progress',
  'state-changed',
  'unsupported-action',
  'upstream-refused',
  'idempotency-key-reused',
  'too-many-failovers',
  'rate-limited',
  'upstream-bad-answer',
  'upstream-unavailable',
  'upstream-timeout',
  'store-reconciling',
  'not-durable',
];

/** What every path that starts an operation has in common. */
export function StartsOperation(summary: string, description: string) {
  return applyDecorators(
    HttpCode(202),
    ApiOperation({ summary, description }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: true,
      description:
        'A fresh UUID per intent. The same key with the same request answers the same operation again; not needed with `validateOnly`. After `approval-required`, it is what the approval is bound to: send the same request with it again.',
      schema: {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        example: '7f9c2ba4-e88f-4c1a-9f4e-000000000001',
      },
    }),
    ApiAcceptedResponse({
      type: OperationDto,
      description: 'Accepted: the operation, which ends in a verdict or in UNKNOWN.',
      headers: {
        Location: { description: 'Where the operation can be read.', schema: { type: 'string' } },
        'Retry-After': { description: 'Seconds until it is worth looking.', schema: { type: 'integer' } },
        'Idempotency-Replayed': {
          description: '`true` when the key was used before.',
          schema: { type: 'string' },
        },
      },
    }),
    ApiOkResponse({ type: PreflightReportDto, description: 'With `validateOnly`: the pre-flight report.' }),
    ProblemResponses(...ACTION_PROBLEMS),
  );
}

/** `GET …/actions`: the same everywhere. */
export function ShowsActions(target: string) {
  return applyDecorators(
    ApiOperation({
      summary: 'Every action: allowed or not, why not, what to do about it, what it will do',
      description: `Judged from ${target} as its site shows it now, by the same rules that guard the actions themselves. An action that needs nothing but its target and a direction is prepared with the upstream, as the request would be. An action with fields of its own is judged by state and locks only: what the upstream thinks of the fields, \`validateOnly\` tells.`,
    }),
    AsksOneSite('not-offered'),
  );
}
