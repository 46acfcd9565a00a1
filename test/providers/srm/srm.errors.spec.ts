import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { failureOf, taskFailureOf } from '../../../src/providers/srm/wire/srm.errors.js';
import { SRM_FAULTS, verdictOfStatus } from '../../../src/providers/srm/wire/srm.error-table.js';
import { refOf } from '../../../src/providers/srm/wire/srm.acceptance.js';
import { unlimitedBudgets } from '../../../src/providers/request-budget.js';
import { SrmUpstream } from '../../../src/providers/srm/wire/srm.upstream.js';
import { gapsOf, type WireMeta, type WireTask } from '../../../src/providers/srm/wire/srm.wire.js';
import { TestClock } from '../../unit/support/test-clock.js';
import { casesIn, checkGoldenErrors } from '../golden-errors.js';

const FOLDER = path.join(process.cwd(), 'test/providers/srm/golden-errors');
const REST_OF_WINDOW_MS = 42_000;
const QUOTA = { requests: 100, windowSeconds: 60 };
const call = { label: 'run it', method: 'POST', path: '/plans/1/actions/test', body: {} } as const;

describe('what srm answers instead of a success', () => {
  checkGoldenErrors(FOLDER, {
    provider: 'srm',
    read: async (http) => {
      throw failureOf(await http.read({ method: 'GET', path: '/' }), REST_OF_WINDOW_MS);
    },
    change: (http) => {
      const limits = { address: QUOTA, session: null };
      const budget = unlimitedBudgets(new TestClock()).of('http://appliance.example', limits);
      const gate = { open: () => undefined };
      return new SrmUpstream(http, budget, 1_000).submit(call, gate, {}, (response) => refOf(call, response));
    },
    inside: {
      TASK: (input) => taskFailureOf(input as WireTask),
      GAPS: (input) => gapsOf(input as WireMeta | null).join(' | '),
    },
  });
});

interface ReferenceRow {
  names: string;
  category: string;
}

/** The fault names of section 6.2 with the category that stands beside each. */
const REFERENCE = JSON.parse(
  readFileSync(path.join(FOLDER, 'reference-faults.json'), 'utf8'),
) as ReferenceRow[];
const NAMES = REFERENCE.flatMap(({ names, category }) =>
  names.split(' ').map((name): [string, string] => [name, category]),
);

const KINDS: Readonly<Record<string, readonly string[]>> = {
  auth: ['UNAUTHENTICATED', 'PERMISSION_DENIED'],
  validation: ['INVALID_ARGUMENT'],
  'not-found': ['NOT_FOUND'],
  'conflict/state': ['CONFLICT', 'WRONG_STATE'],
  'quota or throttled': ['QUOTA_EXCEEDED'],
  'upstream-fault': ['UPSTREAM_FAULT'],
};

describe('the table of fault names', () => {
  it.each(NAMES)('judges %s as the reference does: %s', (name, category) => {
    expect(KINDS[category]).toContain(SRM_FAULTS.find((fault) => fault.name === name)?.kind);
  });

  it('names no other, but for a spelling and the certificate faults that have no names', () => {
    const ours = ['GroupStateMismatch', 'CertificateFault'];
    const names = SRM_FAULTS.map(({ name }) => name).filter((name) => !ours.includes(name));
    expect(names.sort()).toEqual(NAMES.map(([name]) => name).sort());
  });

  it('holds no name that another one hides', () => {
    for (const { name } of SRM_FAULTS) {
      expect(SRM_FAULTS.find((one) => name.toLowerCase().includes(one.name.toLowerCase()))?.name).toBe(name);
    }
  });

  it('has an answer in the golden pairs for every name and every documented status', () => {
    const cases = casesIn(FOLDER);
    const codes = cases.map(({ body }) => (body as { error_code?: unknown } | undefined)?.error_code);
    for (const [name] of NAMES) expect(codes).toContain(name);
    for (const status of [400, 401, 403, 404, 500]) expect(cases.map((one) => one.status)).toContain(status);
  });
});

it.each([
  [400, 'INVALID_ARGUMENT', 'NOBODY'],
  [401, 'UNAUTHENTICATED', 'GATEWAY'],
  [403, 'PERMISSION_DENIED', 'NOBODY'],
  [404, 'NOT_FOUND', 'NOBODY'],
  [429, 'RATE_LIMITED', 'GATEWAY'],
  [500, 'UPSTREAM_FAULT', 'GATEWAY'],
  [502, 'UNAVAILABLE', 'GATEWAY'],
  [503, 'UNAVAILABLE', 'GATEWAY'],
  [504, 'TIMEOUT', 'GATEWAY'],
])('a status %i is what section 6.2 says', (status, kind, askedAgainBy) => {
  expect(verdictOfStatus(status)).toMatchObject({ kind, askedAgainBy });
});

const DOCUMENT = path.join(process.cwd(), '../shared/upstreams/srm.md');
const present = existsSync(DOCUMENT);

describe('the list of fault names beside the reference itself', () => {
  (present ? it : it.skip)(
    present ? 'is the one of section 6.2' : 'is not compared: the reference is not on this machine',
    () => {
      const text = readFileSync(DOCUMENT, 'utf8');
      const table = text.slice(text.indexOf('| Names | Category |'), text.indexOf('Quota: appliance-wide'));
      const found = [...table.matchAll(/^\| (.+) \| (.+) \|$/gm)]
        .slice(1)
        .map(([, names = '', category = '']) => ({
          names: names
            .replace(/\([^)]*\)/g, '')
            .split(',')
            .map((name) => name.trim())
            .filter((name) => /^\w+$/.test(name))
            .join(' '),
          category,
        }));
      expect(found).toEqual(REFERENCE);
    },
  );
});
