import type { IncomingMessage } from 'node:http';
import { problem, ProblemError } from '../../domain/problem.js';

const LONGEST_URL = 8_000;
const MOST_HEADERS = 100;
const MOST_PARAMETERS = 100;

/** What is too long or too much in a request whose body nobody has read yet. Throws `ProblemError`. */
export function mustBeBounded({ url = '', rawHeaders, headers, httpVersion }: IncomingMessage): void {
  if (url.length > LONGEST_URL)
    throw tooLarge(414, `Path and query may have ${LONGEST_URL} characters together.`);
  if (rawHeaders.length > MOST_HEADERS * 2)
    throw tooLarge(431, `A request may have ${MOST_HEADERS} headers at the most.`);
  if (url.length > MOST_PARAMETERS && parametersIn(url) > MOST_PARAMETERS)
    throw tooLarge(414, `A query may have ${MOST_PARAMETERS} parameters at the most.`);
  if (headers.host === undefined && httpVersion === '1.1')
    throw new ProblemError(
      problem('invalid-request', 'The header Host is missing.', {
        errors: [{ header: 'Host', detail: 'Missing.' }],
      }),
    );
}

function parametersIn(url: string): number {
  let found = 1;
  for (let at = url.indexOf('&'); at !== -1; at = url.indexOf('&', at + 1)) found += 1;
  return found;
}

function tooLarge(status: 414 | 431, detail: string): ProblemError {
  return new ProblemError(problem('payload-too-large', detail, { status }));
}
