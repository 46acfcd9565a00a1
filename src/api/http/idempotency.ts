import { createHash } from 'node:crypto';
import { problem, ProblemError } from '../../domain/problem.js';
import type { IdempotencyClaim } from '../../operations/operation-store.js';

/** What makes a request the same as another: who asks, the key they chose, and method, path and body. */
export function idempotencyClaim(
  key: string | undefined,
  principalId: string,
  request: { method: string; path: string; body: unknown },
): IdempotencyClaim {
  if (key === undefined || key === '') {
    throw new ProblemError(
      problem(
        'idempotency-key-missing',
        'This request changes something: send the header Idempotency-Key with a fresh UUID.',
        {
          errors: [{ header: 'Idempotency-Key', detail: 'Missing.' }],
        },
      ),
    );
  }
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new ProblemError(
      problem('invalid-request', 'Idempotency-Key must be 1 to 255 visible ASCII characters.', {
        errors: [{ header: 'Idempotency-Key', detail: 'Must be 1 to 255 visible ASCII characters.' }],
      }),
    );
  }
  return {
    keyHash: sha256(JSON.stringify([principalId, key])),
    fingerprint: sha256(`${request.method} ${request.path}\n${canonical(request.body ?? {})}`),
  };
}

/** JSON with its fields in order, so that the same content is the same text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
