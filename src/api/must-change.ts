import { problem, ProblemError } from '../domain/problem.js';

/** A change that names nothing to be changed is a 400. */
export function mustChange(fields: object): void {
  if (Object.values(fields).some((value) => value !== undefined)) return;
  const names = Object.keys(fields).join(', ');
  const detail = `There is nothing to change${names === '' ? '' : `: give ${names}`}.`;
  throw new ProblemError(problem('invalid-request', detail, { errors: [{ pointer: '', detail }] }));
}
