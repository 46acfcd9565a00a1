import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ASKED_AGAIN_BY } from '../../../src/providers/provider-error.js';
import { SdrsClient } from '../../../src/providers/sdrs/wire/sdrs.client.js';
import { codesOf, verdictOfCode } from '../../../src/providers/sdrs/wire/sdrs.error-codes.js';
import {
  GATEWAY_BY_STATUS,
  GATEWAY_ROWS,
  SDRS_ROWS,
  SDRS_UNEXPLAINED,
} from '../../../src/providers/sdrs/wire/sdrs.error-table.js';
import { toJobObservation } from '../../../src/providers/sdrs/reading/sdrs.job-mapper.js';
import type { SdrsSession } from '../../../src/providers/sdrs/access/sdrs.session.js';
import { submitCall } from '../../../src/providers/sdrs/wire/sdrs.submission.js';
import type { WireJob } from '../../../src/providers/sdrs/wire/sdrs.wire.js';
import { casesIn, checkGoldenErrors, REMOVAL } from '../golden-errors.js';

const FOLDER = path.join(process.cwd(), 'test/providers/sdrs/golden-errors');
const signal = new AbortController().signal;

/** One that has nothing to renew: what is left is what the answer itself means. */
const session: SdrsSession = {
  admit: async () => ({ headers: {}, turnedAway: () => null, release: () => undefined }),
  close: async () => undefined,
};

describe('what sdrs answers instead of a success', () => {
  checkGoldenErrors(FOLDER, {
    provider: 'sdrs',
    read: (http) => new SdrsClient(http, session, 'p').getGroup('g', signal),
    change: (http) =>
      submitCall(http, session, REMOVAL, { open: () => undefined }, { signal, timeoutMs: 1_000 }),
    inside: { JOB: (input) => toJobObservation('j', input as WireJob).error },
  });
});

interface ReferenceRow {
  codes: string;
  category: string;
}
interface Reference {
  service: ReferenceRow[];
  gateway: ReferenceRow[];
}

/** The codes of section 6.3 with the category that stands beside each. */
const REFERENCE = JSON.parse(readFileSync(path.join(FOLDER, 'reference-codes.json'), 'utf8')) as Reference;

const KINDS: Readonly<Record<string, readonly string[]>> = {
  auth: ['UNAUTHENTICATED'],
  forbidden: ['PERMISSION_DENIED'],
  validation: ['INVALID_ARGUMENT'],
  'not-found': ['NOT_FOUND'],
  conflict: ['CONFLICT', 'WRONG_STATE'],
  quota: ['QUOTA_EXCEEDED'],
  upstream: ['UPSTREAM_FAULT', 'UNAVAILABLE'],
  throttled: ['RATE_LIMITED'],
  'not offered': ['UNSUPPORTED'],
  configuration: ['UPSTREAM_FAULT'],
};

/** Where the table leaves the category of the row, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'SDRS.0207': 'NOT_FOUND', // a malformed id names nothing (6.4)
  'SDRS.0208': 'NOT_FOUND',
  'SDRS.0213': 'NOT_FOUND',
  'SDRS.1900': 'NOT_FOUND',
  'SDRS.0408': 'NOT_FOUND', // the candidate answer for an unknown job (section 9)
  'SDRS.1372': 'NOT_FOUND', // "host not found", says the meaning
  'SDRS.1385': 'QUOTA_EXCEEDED', // "full (quota)", says the meaning
};

const CODES = [
  ...REFERENCE.service.flatMap((row) => row.codes.split(' ').map((code) => [`SDRS.${code}`, row.category])),
  ...REFERENCE.gateway.flatMap((row) => row.codes.split(' ').map((code) => [`APIGW.${code}`, row.category])),
] as [string, string][];
const JUDGED_BY_STATUS = ['unexplained', 'by status'];

describe('the table of codes', () => {
  it.each(CODES)('judges %s as the reference does: %s', (code, category) => {
    const verdict = verdictOfCode(code);
    if (JUDGED_BY_STATUS.includes(category)) return expect(verdict).toBeNull();
    const kinds = category.split(/[^a-z -]| {2}|, | \/ | – /).flatMap((word) => KINDS[word.trim()] ?? []);
    expect(DIFFERENT[code] ? [DIFFERENT[code]] : kinds).toContain(verdict?.kind);
    if (category.includes('retryable')) expect(verdict?.again).toBe('LATER');
    if (/^(conflict|quota|validation|not-found|forbidden)/.test(category)) {
      // The gateway never sends again what was refused for what it is.
      expect(verdict?.retry).toBe('PERMANENT');
      expect(verdict?.again).toBe(category.includes('retryable') ? 'LATER' : 'NEVER');
    }
  });

  it('names every code of the reference once, and no other', () => {
    const service = [...SDRS_ROWS.flatMap(([codes]) => codesOf(codes)), ...codesOf(SDRS_UNEXPLAINED)];
    const gateway = [...GATEWAY_ROWS.flatMap(([codes]) => codesOf(codes)), GATEWAY_BY_STATUS];
    expect(service.sort()).toEqual(REFERENCE.service.flatMap(({ codes }) => codes.split(' ')).sort());
    expect(gateway.sort()).toEqual(REFERENCE.gateway.flatMap(({ codes }) => codes.split(' ')).sort());
  });

  it('has an answer in the golden pairs for every code', () => {
    const answered = casesIn(FOLDER).map(({ body }) => JSON.stringify(body ?? null));
    for (const [code] of CODES) expect(answered.some((body) => body.includes(`"${code}"`))).toBe(true);
  });

  it('lets the gateway itself go on after nothing but logins, rates and faults', () => {
    const kinds = [...SDRS_ROWS, ...GATEWAY_ROWS]
      .filter(([, , asker]) => ASKED_AGAIN_BY[asker].retry === 'TEMPORARY')
      .map(([, kind]) => kind);
    expect([...new Set(kinds)].sort()).toEqual([
      'RATE_LIMITED',
      'UNAUTHENTICATED',
      'UNAVAILABLE',
      'UPSTREAM_FAULT',
    ]);
  });
});

const DOCUMENT = path.join(process.cwd(), '../shared/upstreams/sdrs.md');
const present = existsSync(DOCUMENT);

describe('the list of codes beside the reference itself', () => {
  (present ? it : it.skip)(
    present ? 'is the one of section 6.3' : 'is not compared: the reference is not on this machine',
    () => {
      const text = readFileSync(DOCUMENT, 'utf8');
      const section = text.slice(text.indexOf('### 6.3'), text.indexOf('### 6.4'));
      const listed = new Map(
        REFERENCE.service.flatMap((row) => row.codes.split(' ').map((c) => [c, row.category])),
      );
      const seen: string[] = [];
      for (const [, cell = '', category = ''] of section.matchAll(/^\| (.*\d{4}.*?) \| .+ \| (.+?) \|$/gm)) {
        for (const code of codesIn(cell)) {
          seen.push(code);
          expect(`${code} ${listed.get(code)}`).toBe(`${code} ${category.replace(/ \(.*/, '')}`);
        }
      }
      const elsewhere = ['1829', '1903', '2203'];
      expect([...seen, ...elsewhere].sort()).toEqual([...listed.keys()].sort());
      const gateway = section.slice(section.indexOf('**API gateway codes**'));
      const inGateway = codesIn(gateway).filter((code) => /^0/.test(code));
      expect([...new Set(inGateway)].sort()).toEqual(
        REFERENCE.gateway.flatMap((row) => row.codes.split(' ')).sort(),
      );
    },
  );
});

function codesIn(text: string): string[] {
  const parts = text.matchAll(/(?<!\d)(\d{4})[†‡]?(?:–(\d{4}))?(?!\d)/g);
  return [...parts].flatMap(([, first = '', last = first]) => codesOf(`${first}-${last}`));
}
