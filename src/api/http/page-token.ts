import { createHash } from 'node:crypto';
import { problem, ProblemError } from '../../domain/problem.js';

/** Opaque to clients: a place, bound to the filters it was made with. */
export function makePageToken(place: object, filters: object): string {
  return Buffer.from(JSON.stringify({ p: place, f: digest(filters) })).toString('base64url');
}

/** The place, or a problem when the token is broken or belongs to other filters. */
export function readPageToken<T>(token: string, filters: object): T {
  let content: { p?: T; f?: string } | null = null;
  try {
    content = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as { p?: T; f?: string };
  } catch {
    // told below, like every other broken token
  }
  if (!content?.p || content.f !== digest(filters)) {
    throw new ProblemError(
      problem(
        'page-token-invalid',
        'The page token is broken, or was made with other filters. Start again without it.',
        {
          errors: [{ parameter: 'pageToken', detail: 'Not a token of this list with these filters.' }],
        },
      ),
    );
  }
  return content.p;
}

function digest(filters: object): string {
  const sorted = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 16);
}
