import {
  ASKED_AGAIN_BY,
  type Again,
  type ErrorSignal,
  type ProviderErrorKind,
  type Retry,
} from '../../provider-error.js';
import { GATEWAY_ROWS, SDRS_ROWS, type CodeRow } from './sdrs.error-table.js';

export interface Verdict {
  kind: ProviderErrorKind;
  retry: Retry;
  again: Again;
}

/** null = a code without a place in the tables. Some services spell the gateway's name `APIG`. */
export function verdictOfCode(code: string): Verdict | null {
  const match = /^(SDRS|APIGW|APIG)\.(\d{4})$/.exec(code);
  if (!match) return null;
  return (match[1] === 'SDRS' ? SDRS : GATEWAY).get(match[2] ?? '') ?? null;
}

export function isGatewayCode(code: string): boolean {
  return /^APIGW?\./.test(code);
}

type StatusRow = readonly [statuses: string, row: CodeRow[1], askedAgainBy: CodeRow[2], says: string];

/** For answers in the vendor's form whose code says nothing known (section 6.2). */
const STATUS_ROWS: readonly StatusRow[] = [
  ['400 413 414 422 494', 'INVALID_ARGUMENT', 'NOBODY', 'the request is not taken'],
  ['401', 'UNAUTHENTICATED', 'GATEWAY', 'the login is not accepted'],
  ['403 407', 'PERMISSION_DENIED', 'NOBODY', 'the user may not do this'],
  ['404', 'NOT_FOUND', 'NOBODY', 'there is no such thing'],
  ['405 406 501', 'UNSUPPORTED', 'NOBODY', 'the service does not offer this'],
  ['408 504', 'TIMEOUT', 'GATEWAY', 'the service did not answer its gateway in time'],
  ['409', 'CONFLICT', 'NOBODY', 'something stands in the way'],
  ['429', 'RATE_LIMITED', 'GATEWAY', 'too many calls'],
  ['502 503', 'UNAVAILABLE', 'GATEWAY', 'the service is not reached'],
];
const OTHER_5XX = verdict('UPSTREAM_FAULT', 'GATEWAY');
const OTHER = verdict('BAD_ANSWER', 'GATEWAY');

export function verdictOfStatus(status: number): Verdict {
  return STATUS.get(String(status)) ?? (status >= 500 ? OTHER_5XX : OTHER);
}

const SDRS = new Map(SDRS_ROWS.flatMap((row) => codesOf(row[0]).map((code) => [code, verdictIn(row)])));
const GATEWAY = new Map(GATEWAY_ROWS.flatMap((row) => codesOf(row[0]).map((code) => [code, verdictIn(row)])));
const STATUS = new Map(
  STATUS_ROWS.flatMap((row) => row[0].split(' ').map((status) => [status, verdictIn(row)])),
);

/** Every row, as it is told in the reference of problems. */
export const SDRS_SIGNALS: readonly ErrorSignal[] = [
  ...SDRS_ROWS.map((row) => signalOf('SDRS.', row)),
  ...GATEWAY_ROWS.map((row) => signalOf('APIGW.', row)),
  ...STATUS_ROWS.map((row) => signalOf('HTTP ', row)),
  signalOf('HTTP ', ['other 5xx', OTHER_5XX.kind, 'GATEWAY', 'the service failed']),
  signalOf('HTTP ', ['other, or not in the vendor’s form', OTHER.kind, 'GATEWAY', 'it is not the service']),
];

/** The single codes of a row, without their marks. */
export function codesOf(codes: string): string[] {
  return codes.split(' ').flatMap((part) => {
    const [first = '', last = first] = part.replace(/[†‡¶]/g, '').split('-');
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, i) => String(Number(first) + i).padStart(first.length, '0'));
  });
}

function verdictIn([, kind, askedAgainBy]: CodeRow): Verdict {
  return verdict(kind, askedAgainBy);
}

function verdict(kind: ProviderErrorKind, askedAgainBy: CodeRow[2]): Verdict {
  return { kind, ...ASKED_AGAIN_BY[askedAgainBy] };
}

function signalOf(prefix: string, [codes, kind, askedAgainBy, says]: CodeRow): ErrorSignal {
  return { signal: prefix + codes, says, kind, askedAgainBy, endsJobs: codes.includes('¶') };
}
