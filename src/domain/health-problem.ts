import { problem, type CheckedPart, type Problem } from './problem.js';

/** Why a process should get nothing to do, or be started anew. */
export function healthProblem({ name, detail }: CheckedPart, checks: CheckedPart[]): Problem {
  return problem(name === 'store' ? 'store-unavailable' : 'unhealthy', detail, { checks });
}
