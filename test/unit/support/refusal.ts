import { ProblemError } from '../../../src/domain/problem.js';

/** The problem that a request is refused with. */
export async function refusalOf(work: Promise<unknown>): Promise<ProblemError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProblemError)) throw new Error(`not refused with a problem: ${String(error)}`);
  return error;
}
