import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from '../../domain/problem-kinds.js';
import { problem } from '../../domain/problem.js';
import { ProblemDto } from '../dto/problem.dto.js';
import { TellsAge } from '../http/answer-age.js';
import { TakesCacheControl } from './cache-control.decorator.js';

/** Of an operation in the document, while it is made: its good answer tells its age. A response of our own here would take the body's place. */
export const TELLS_AGE = 'x-tells-age';

/** Met on every path below /v1. */
const ALWAYS: readonly ProblemCode[] = [
  'invalid-request',
  'unauthenticated',
  'forbidden',
  'rate-limited',
  'internal-error',
  'store-unavailable',
  'audit-unavailable',
  'overloaded',
];

/** Documents the problems that a path below /v1 can answer with, each with an example, grouped by status. */
export function ProblemResponses(...codes: ProblemCode[]) {
  return documented([...new Set([...codes, ...ALWAYS])]);
}

/** The same for paths outside of /v1. */
export function PublicProblemResponses(...codes: ProblemCode[]) {
  return documented(codes);
}

function documented(codes: readonly ProblemCode[]) {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...[...byStatus].map(([status, ofStatus]) =>
      ApiResponse({
        status,
        description: ofStatus.map((code) => `\`${code}\`: ${PROBLEMS[code].meaning}`).join('\n\n'),
        content: {
          'application/problem+json': {
            schema: { $ref: getSchemaPath(ProblemDto) },
            examples: Object.fromEntries(
              ofStatus.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
            ),
          },
        },
      }),
    ),
  );
}

/** One of each problem, for the paths to refer to. */
export function problemExamples(): Record<string, { summary: string; value: object }> {
  const requestId = '0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e';
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  return Object.fromEntries(
    codes.map((code) => {
      const { title, meaning } = PROBLEMS[code];
      return [code, { summary: title, value: { ...problem(code, meaning), requestId } }];
    }),
  );
}

/** Asks one site now: nothing in the answer is older than the request. */
export function AsksOneSite(...more: ProblemCode[]) {
  return ProblemResponses(
    ...more,
    'invalid-request',
    'page-token-invalid',
    'not-found',
    'upstream-refused',
    'upstream-permission-denied',
    'upstream-unavailable',
    'upstream-timeout',
    'upstream-bad-answer',
  );
}

/**
 * Reads one site: what was read within the last seconds answers for it, and while the site is in trouble what was read
 * last; the answer tells its age. `Cache-Control: no-cache` takes only what is read now, or the error.
 */
export function ReadsOneSite(...more: ProblemCode[]) {
  return applyDecorators(
    AsksOneSite(...more),
    TakesCacheControl(),
    UseInterceptors(new TellsAge()),
    ApiExtension(TELLS_AGE, true),
  );
}
