import type { Role } from './rights.js';

/** A role over some part of the whole. */
export interface Grant {
  role: Role;
  /** Ids of sites; `*` = all, also those that come later. */
  sites: readonly string[] | '*';
  /** Public ids of recovery plans (with the groups that they hold) or protection groups of those sites; `*` = the whole site. */
  targets: readonly string[] | '*';
}

export const PRINCIPAL_KINDS = ['ADMIN_KEY', 'API_KEY', 'TOKEN', 'BREAK_GLASS'] as const;
export type PrincipalKind = (typeof PRINCIPAL_KINDS)[number];

/** Who asks: what is known of them for the length of one request. */
export interface Principal {
  /** Stable, as the history keeps it (`requestedBy`): `admin`, `key:{id}`, `{issuer name}:{subject}`, `break-glass`. */
  id: string;
  kind: PrincipalKind;
  grants: readonly Grant[];
  /** Who is behind the credential, as `{issuer name}:{subject}`, where that is known: one person may have several. */
  person?: string;
}

/** Nobody is a second person beside themselves, whichever of their credentials they use. */
export function personOf({ id, person }: Principal): string {
  return person ?? id;
}

/** Every role, everywhere. */
export const EVERYTHING: readonly Grant[] = (
  ['viewer', 'drill-operator', 'operator', 'commander', 'approver', 'auditor', 'admin'] as const
).map((role) => ({ role, sites: '*', targets: '*' }));
