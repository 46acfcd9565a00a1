import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { problem, PROBLEMS, type ProblemCode } from '../../domain/problem.js';
import { ProblemDto } from '../dto/problem.dto.js';

/** Met on every path below /v1. */
const ALWAYS: readonly ProblemCode[] = [
  'invalid-request',
  'unauthenticated',
  'internal-error',
  'store-unavailable',
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

/** A live read of one site. */
export function ReadsOneSite(...more: ProblemCode[]) {
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
