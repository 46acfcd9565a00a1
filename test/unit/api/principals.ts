import type { Provider as NestProvider } from '@nestjs/common';
import { Authenticator } from '../../../src/access/authenticator.js';
import { EVERYTHING, type Grant, type Principal } from '../../../src/domain/access/principal.js';
import type { Role } from '../../../src/domain/access/rights.js';
import type { Told } from './surface.js';

/** In the place of credentials: whoever sends its name is that principal. Who says nothing else holds everything. */
export function principals(known: Readonly<Record<string, readonly Grant[]>>): NestProvider {
  const all = new Map(Object.entries(known));
  const named = (name: string): Principal | null => {
    const grants = all.get(name) ?? (name === 'surface-key' ? EVERYTHING : null);
    return grants && { id: `key:${name}`, kind: 'API_KEY', grants };
  };
  const authenticator = {
    principalOf: named,
    named: () => Promise.resolve(undefined),
    isStillGood: () => Promise.resolve(true),
  };
  return { provide: Authenticator, useValue: authenticator };
}

export const as = (name: string) => ({ authorization: `Bearer ${name}` });

/** Of one site: all of it, or only these targets. */
export function over(role: Role, siteId: string, targets: Grant['targets'] = '*'): Grant {
  return { role, sites: [siteId], targets };
}

/** An answer without what is another one every time, and without the name that was asked for. */
export function plainly({ status, body }: Told, name: string): object {
  const text = JSON.stringify({ ...body, requestId: null, instance: null });
  return { status, text: text.replaceAll(name, 'X') };
}
