import { createHash, timingSafeEqual } from 'node:crypto';
import { EVERYTHING, type Principal } from '../domain/access/principal.js';
import type { CredentialKind } from './credential-kind.js';

const ADMIN: Principal = { id: 'admin', kind: 'ADMIN_KEY', grants: EVERYTHING };

/** The key of the configuration (`ADMIN_API_KEY`), which may do everything: with it the others are made. */
export class AdminKey implements CredentialKind {
  private readonly expected: Buffer;

  constructor(key: string) {
    this.expected = digest(key);
  }

  recognises(token: string): boolean {
    return timingSafeEqual(digest(token), this.expected);
  }

  check(token: string): Principal | null {
    return this.recognises(token) ? ADMIN : null;
  }

  named(principalId: string): Principal | undefined {
    return principalId === ADMIN.id ? ADMIN : undefined;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
