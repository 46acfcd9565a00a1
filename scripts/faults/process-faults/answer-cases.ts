import type { ProxyRule } from '../proxy/fault-proxy.js';

/** One way for an answer to go wrong. `struck` says what the ledger must show: was the work begun? */
export interface AnswerCase {
  name: string;
  begun: boolean;
  /** A fault of the simulated site; `kind`, `when` and what else its control API knows. */
  site?: Record<string, unknown>;
  /** A fault on the way there or back. */
  link?: Omit<ProxyRule, 'line'>;
}

const HTML = { kind: 'html', status: 502 };

/** The second list of each pair begins the work, the first does not. */
export const ANSWER_CASES: readonly AnswerCase[] = [
  { name: 'reset before the first byte', begun: false, link: { kind: 'RESET_BEFORE' } },
  { name: 'reset in the middle of the request', begun: false, link: { kind: 'RESET_UP', bytes: 120 } },
  { name: 'silence, nothing arrives', begun: false, link: { kind: 'STALL_UP' } },
  { name: 'reset before it is seen', begun: false, site: { kind: 'reset', when: 'before' } },
  { name: 'silence of the site', begun: false, site: { kind: 'hang', when: 'before' } },
  { name: '500 instead of work', begun: false, site: { kind: 'status', status: 500, when: 'before' } },
  { name: '502 with HTML instead of work', begun: false, site: { ...HTML, when: 'before' } },
  { name: '503 instead of work', begun: false, site: { kind: 'status', status: 503, when: 'before' } },
  {
    name: '504 instead of work',
    begun: false,
    site: { kind: 'status', status: 504, body: '', when: 'before' },
  },
  { name: '429 instead of work', begun: false, site: { kind: 'status', status: 429, when: 'before' } },
  { name: '200 with HTML instead of work', begun: false, site: { ...HTML, status: 200, when: 'before' } },
  { name: 'empty 200 instead of work', begun: false, site: { kind: 'empty', when: 'before' } },
  { name: 'reset instead of the answer', begun: true, site: { kind: 'reset', when: 'after' } },
  { name: 'the answer never comes', begun: true, link: { kind: 'STALL_DOWN' } },
  { name: 'closed instead of the answer', begun: true, link: { kind: 'CLOSE_DOWN' } },
  { name: 'reset after 40 bytes of the answer', begun: true, link: { kind: 'RESET_DOWN', bytes: 40 } },
  { name: 'answer cut after 60 bytes', begun: true, link: { kind: 'CUT_DOWN', bytes: 60 } },
  { name: 'answer later than the time for it', begun: true, link: { kind: 'DELAY_DOWN', ms: 4_000 } },
  { name: 'half of the JSON', begun: true, site: { kind: 'truncate', when: 'after' } },
  { name: '500 after the work has begun', begun: true, site: { kind: 'status', status: 500, when: 'after' } },
  { name: '502 with HTML after the work has begun', begun: true, site: { ...HTML, when: 'after' } },
  { name: '503 after the work has begun', begun: true, site: { kind: 'status', status: 503, when: 'after' } },
  {
    name: '504 after the work has begun',
    begun: true,
    site: { kind: 'status', status: 504, body: '', when: 'after' },
  },
  {
    name: '200 with HTML after the work has begun',
    begun: true,
    site: { ...HTML, status: 200, when: 'after' },
  },
  { name: 'empty 200 after the work has begun', begun: true, site: { kind: 'empty', when: 'after' } },
  {
    name: '200 with an error in it after the work has begun',
    begun: true,
    site: {
      kind: 'body',
      body: { error_code: 'X.1', error_msg: 'oops', error: { code: 'X.1' } },
      when: 'after',
    },
  },
  {
    name: '202 that names no job',
    begun: true,
    site: { kind: 'body', status: 202, body: {}, when: 'after' },
  },
];
