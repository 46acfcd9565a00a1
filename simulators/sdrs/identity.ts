import { createHash } from 'node:crypto';
import type { Account, SdrsSettings } from './settings.js';

/** IAM's ids follow from the names, so that settings may leave them out. */
export function iamId(kind: 'domain' | 'user' | 'role' | 'service' | 'endpoint', name: string): string {
  return createHash('md5').update(`${kind}:${name}`).digest('hex');
}

export function accountOf(
  settings: SdrsSettings,
  who: { domain: string; user: string },
): Account | undefined {
  return settings.accounts.find((account) => account.domain === who.domain && account.user === who.user);
}

/** The region is the first part of the project's name, as on the real clouds (`eu-de_team1`). */
export function regionOf(projectName: string): string {
  return projectName.split('_')[0] ?? projectName;
}
