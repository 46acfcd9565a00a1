import { createHash } from 'node:crypto';
import { problem, ProblemError } from '../../domain/problem.js';

/** Opaque to clients: a place, bound to the filters it was made with. */
export function makePageToken(place: object, filters: object): string {
  return Buffer.from(JSON.stringify({ p: place, f: digest(filters) })).toString('base64url');
}

/** The place, or a problem when the token is broken or belongs to other filters. */
export function readPageToken<T>(token: string, filters: object, isPlace: (place: unknown) => place is T): T {
  const content = contentOf(token);
  if (content?.f !== digest(filters) || !isPlace(content.p)) {
    throw pageTokenInvalid();
  }
  return content.p;
}

export function pageTokenInvalid(): ProblemError {
  return new ProblemError(
    problem(
      'page-token-invalid',
      'The page token is broken, or was made with other filters. Start again without it.',
      { errors: [{ parameter: 'pageToken', detail: 'Not a token of this list with these filters.' }] },
    ),
  );
}

/** null = not even JSON. */
function contentOf(token: string): { p?: unknown; f?: unknown } | null {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as {
      p?: unknown;
      f?: unknown;
    } | null;
  } catch {
    return null;
  }
}

function digest(filters: object): string {
  const sorted = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 16);
}
