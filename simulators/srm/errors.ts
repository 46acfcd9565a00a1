/**
 * An answer that is not a success. Only 400, 403 and 500 carry a body; 401, 404, 429 and 503 are
 * empty (srm reference 6.1).
 */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string = 'InvalidArgument',
    message = 'The request was refused.',
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }

  body(opId: string): object | undefined {
    if (![400, 403, 500].includes(this.status)) return undefined;
    return { error_code: this.code, message: this.message, op_id: opId };
  }
}

/**
 * Values of `error_code` are not published (srm reference 6.1). Those made here borrow the fault names
 * of the older API where one fits; WrongPlanState and WrongGroupState are made up.
 */
export const badRequest = (message: string, code = 'InvalidArgument') => new Refusal(400, code, message);

export const unauthenticated = () => new Refusal(401);

export const forbidden = (message: string, code = 'NoPermission') => new Refusal(403, code, message);

export const notFound = () => new Refusal(404);

/** A refusal about the state of things: the one kind that `refusalMode` may turn into a failing task. */
export class Conflict extends Refusal {
  constructor(code: string, message: string) {
    super(400, code, message);
  }
}

/** A framework error (malformed JSON, body too large) or a mistake of ours, in the service's own form. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return badRequest(message ?? 'Bad request.');
  }
  return new Refusal(500, 'RuntimeFault', message ?? 'Unexpected condition.');
}
