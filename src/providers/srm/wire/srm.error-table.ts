import type { Asker, ErrorSignal, ProviderErrorKind } from '../../provider-error.js';

export interface SrmVerdict {
  kind: ProviderErrorKind;
  askedAgainBy: Asker;
  says: string;
}

type StatusRow = readonly [statuses: string, kind: ProviderErrorKind, askedAgainBy: Asker, says: string];

/** By status (6.2). Only 400, 401, 403, 404 and 500 are documented; 429 is the limiter's (1.7, inferred). */
export const STATUS_ROWS: readonly StatusRow[] = [
  ['400 422', 'INVALID_ARGUMENT', 'NOBODY', 'SRM does not take the request'],
  ['401', 'UNAUTHENTICATED', 'GATEWAY', 'SRM does not know the session (any more)'],
  // Or the login at the far site is missing (1.5): srm.submission.ts looks.
  ['403', 'PERMISSION_DENIED', 'NOBODY', 'SRM does not let the user do this'],
  ['404', 'NOT_FOUND', 'NOBODY', 'SRM knows no such thing'],
  ['405', 'UNSUPPORTED', 'NOBODY', 'SRM has no such call here'],
  ['408', 'TIMEOUT', 'GATEWAY', 'SRM gave up waiting'],
  ['409', 'CONFLICT', 'NOBODY', 'SRM says that something stands in the way'],
  ['429', 'RATE_LIMITED', 'GATEWAY', 'SRM has had too many requests'],
  ['502', 'UNAVAILABLE', 'GATEWAY', 'The SRM server cannot be reached behind its gateway'],
  ['503', 'UNAVAILABLE', 'GATEWAY', 'The SRM server is not available'],
  ['504', 'TIMEOUT', 'GATEWAY', 'The SRM server did not answer its gateway in time'],
];

const SERVER_FAULT: SrmVerdict = { kind: 'UPSTREAM_FAULT', askedAgainBy: 'GATEWAY', says: 'SRM failed' };
export const STRANGE: SrmVerdict = {
  kind: 'BAD_ANSWER',
  askedAgainBy: 'GATEWAY',
  says: 'What answers is not SRM as documented',
};

const BY_STATUS = new Map(
  STATUS_ROWS.flatMap(([statuses, kind, askedAgainBy, says]) =>
    statuses.split(' ').map((status) => [Number(status), { kind, askedAgainBy, says }]),
  ),
);

export function verdictOfStatus(status: number): SrmVerdict {
  return BY_STATUS.get(status) ?? (status >= 500 ? SERVER_FAULT : STRANGE);
}

/**
 * Fault names of the API beneath, which may appear in any text of an error, in the order of 6.2. Values of
 * `error_code` are not published, so this is a hint and decides only what a bare 400 or 409 leaves open.
 */
const FAULT_ROWS: readonly StatusRow[] = [
  ['NoPermission', 'PERMISSION_DENIED', 'NOBODY', 'the user may not do this'],
  ['NotAuthenticated', 'UNAUTHENTICATED', 'GATEWAY', 'a login is missing'],
  [
    'InvalidArgument AgentVmNotSupported CannotMapDvsUplinkPortgroup CannotProtectFTSecondaryVm CannotProtectVm ' +
      'CannotProtectDatastore ConfigFileNotReplicated DependencyConflict',
    'INVALID_ARGUMENT',
    'NOBODY',
    'what is asked for cannot be done with these objects',
  ],
  [
    'ProtectionGroupNotFound ArrayNotFound ArrayPairNotFound DomainNotFound DomainPeerNotFound ' +
      'DomainReplicationGroupNotFound DomainDatastoreNotFound DomainScNotFound',
    'NOT_FOUND',
    'NOBODY',
    'there is no such thing',
  ],
  [
    'AlreadyExists DuplicateName AlreadyPairedFault AlreadyLoggedInFault ArrayManagerInUse ArrayPairInUse ' +
      'CannotUnprotectDatastoreInUse DatastoreAlreadyProtected',
    'CONFLICT',
    'NOBODY',
    'it exists already, or is in use',
  ],
  ['DirectionError', 'WRONG_STATE', 'NOBODY', 'the plan does not run in this direction now'],
  ['GroupProtectionOverlapped', 'CONFLICT', 'NOBODY', 'another group protects the same'],
  ['GroupStateMissmatch GroupStateMismatch', 'WRONG_STATE', 'NOBODY', 'a group is not in a state for this'],
  ['RecoveryPlanLocked VersionConflict', 'CONFLICT', 'NOBODY', 'somebody else works on it'],
  ['ServiceIdle', 'WRONG_STATE', 'NOBODY', 'there is nothing to cancel: it has ended'],
  ['ConnectionLimitReached', 'QUOTA_EXCEEDED', 'CLIENT', 'too many connections'],
  ['ConnectionDownFault CommandFailed', 'UPSTREAM_FAULT', 'GATEWAY', 'SRM failed beneath'],
  // "Certificate faults", says the table, without their names.
  ['CertificateFault', 'UPSTREAM_FAULT', 'GATEWAY', 'a certificate is not accepted'],
  ['RuntimeFault RequestCanceled', 'UPSTREAM_FAULT', 'GATEWAY', 'SRM failed beneath'],
];

export interface SrmFault extends SrmVerdict {
  name: string;
}

export const SRM_FAULTS: readonly SrmFault[] = FAULT_ROWS.flatMap(([names, kind, askedAgainBy, says]) =>
  names.split(' ').map((name) => ({ name, kind, askedAgainBy, says })),
);

/** Every row, as it is told in the reference of problems. */
export const SRM_SIGNALS: readonly ErrorSignal[] = [
  ...STATUS_ROWS.map((row) => signalOf('HTTP ', row, false)),
  { ...SERVER_FAULT, signal: 'HTTP other 5xx', endsJobs: false },
  { ...STRANGE, signal: 'HTTP other, or a page of something in between', endsJobs: false },
  ...FAULT_ROWS.map((row) => signalOf('', row, true)),
];

function signalOf(
  prefix: string,
  [names, kind, askedAgainBy, says]: StatusRow,
  endsJobs: boolean,
): ErrorSignal {
  return { signal: prefix + names, says, kind, askedAgainBy, endsJobs };
}
