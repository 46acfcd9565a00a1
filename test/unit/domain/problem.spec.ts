import { PROBLEMS, type ProblemCode } from '../../../src/domain/problem-kinds.js';
import { problem, ProblemError } from '../../../src/domain/problem.js';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];

describe.each(CODES)('the problem %s', (code) => {
  it('has an address, a title, a status and an opinion on trying again', () => {
    expect(problem(code, 'In detail.')).toEqual({
      type: `/problems/${code}`,
      code,
      title: PROBLEMS[code].title,
      status: PROBLEMS[code].status,
      retryable: PROBLEMS[code].retryable,
      detail: 'In detail.',
    });
  });

  it('is explained, and has the status of an error', () => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(PROBLEMS[code].meaning).toMatch(/\.$/);
    expect(PROBLEMS[code].status).toBeGreaterThanOrEqual(400);
    expect(PROBLEMS[code].status).toBeLessThan(600);
  });
});

it('what is known in the case at hand goes over what is known of the kind', () => {
  const known = problem('upstream-refused', 'No.', {
    retryable: true,
    errors: [{ pointer: '/name', detail: 'Taken.' }],
  });
  expect(known).toMatchObject({ status: 409, retryable: true, errors: [{ pointer: '/name' }] });
});

it('as an error it says its detail and carries headers', () => {
  const error = new ProblemError(problem('rate-limited', 'Slow down.'), { 'retry-after': '5' });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ message: 'Slow down.', headers: { 'retry-after': '5' } });
});
