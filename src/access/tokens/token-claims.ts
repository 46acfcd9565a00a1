import type { JWTPayload } from 'jose';
import type { Grant } from '../../domain/access/principal.js';
import type { TokenGrant } from '../file/grant-settings.js';
import type { IdentityProvider } from '../file/identity-provider-settings.js';
import { TokenRefused } from './token-refused.js';

const LONGEST_SUBJECT = 200;

/**
 * Who it is, as history and audit will show it. Plain ASCII without spaces: two people whose names look alike, or a name that
 * changes the line that it stands in, must not be possible there. Throws `TokenRefused`.
 */
export function subjectIn(claims: JWTPayload, { subjectClaim }: IdentityProvider): string {
  const subject: unknown = Object.hasOwn(claims, subjectClaim) ? claims[subjectClaim] : undefined;
  if (typeof subject !== 'string' || subject === '')
    throw new TokenRefused(`its claim "${subjectClaim}" is not there, or not a text`);
  if (subject.length > LONGEST_SUBJECT || !/^[\x21-\x7e]+$/.test(subject))
    throw new TokenRefused(
      `its claim "${subjectClaim}" is longer than ${LONGEST_SUBJECT} characters, or holds others than plain ones`,
    );
  return subject;
}

/** One name or a list of them; anything else is no group. */
export function groupsIn(claims: JWTPayload, { groupsClaim }: IdentityProvider): readonly string[] {
  let value: unknown = claims;
  for (const name of groupsClaim) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
    value = (value as Record<string, unknown>)[name];
  }
  const groups: unknown[] = Array.isArray(value) ? value : [value];
  return groups.filter((group) => typeof group === 'string');
}

/** What the access file grants to a subject, itself or by its groups. */
export function grantsOf(
  granted: readonly TokenGrant[],
  subject: string,
  groups: readonly string[],
): readonly Grant[] {
  return granted
    .filter((one) => one.subject === subject || (one.group !== null && groups.includes(one.group)))
    .map(({ grant }) => grant);
}
