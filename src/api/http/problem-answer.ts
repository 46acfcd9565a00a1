import type { Problem } from '../../domain/problem.js';

export const PROBLEM_TYPE = 'application/problem+json';

/** A problem as the answer to this request. */
export function problemAnswer(found: Problem, url: string, requestId: string): Problem {
  return { ...found, instance: url.split('?')[0], requestId };
}
