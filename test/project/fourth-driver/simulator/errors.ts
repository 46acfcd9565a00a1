import type { FastifyError, FastifyReply } from 'fastify';

/** Section 2. */
const STATUSES = {
  BAD_WORD: 400,
  NOT_ABOARD: 401,
  NO_SUCH_GROUP: 404,
  WRONG_PHASE: 409,
  TITLE_TAKEN: 409,
  TOO_MANY_CALLS: 429,
  LEAK: 500,
} as const;

type Code = keyof typeof STATUSES;

/** A no, in the service's words. */
export class Refusal extends Error {
  constructor(
    readonly code: Code,
    text: string,
  ) {
    super(text);
  }
}

export function answerError(error: FastifyError | Refusal, reply: FastifyReply): FastifyReply {
  if (error instanceof Refusal) return reply.code(STATUSES[error.code]).send(form(error.code, error.message));
  return reply
    .code(error.statusCode ?? 500)
    .send(form(error.statusCode ? 'BAD_WORD' : 'LEAK', error.message));
}

/** What the service says with a status, whatever happened. */
export function errorBody(status: number): object {
  const codes = Object.keys(STATUSES) as Code[];
  return form(codes.find((code) => STATUSES[code] === status) ?? 'LEAK', 'So it is.');
}

function form(code: Code, text: string): object {
  return { error: { code, text } };
}
