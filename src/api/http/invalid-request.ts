import { problem, ProblemError, type FieldError } from '../../domain/problem.js';

/** A 400 that names every place that is wrong. */
export function invalidRequest(errors: FieldError[]): ProblemError {
  const names = errors.map((e) => e.parameter ?? e.pointer ?? '').filter((name) => name !== '');
  const detail =
    names.length > 0 ? `Not valid: ${[...new Set(names)].join(', ')}.` : (errors[0]?.detail ?? '');
  return new ProblemError(problem('invalid-request', detail, { errors }));
}
