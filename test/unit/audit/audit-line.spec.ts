import fc from 'fast-check';
import { sealed, unsealed } from '../../../src/audit/audit-line.js';

const KEY = Buffer.alloc(32, 7);
const OTHER_KEY = Buffer.alloc(32, 8);

it('what people and upstreams wrote comes back as it was, and is one line of visible ASCII in the file', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (one, other) => {
      const { line, mac } = sealed({ reason: one, code: other }, KEY);
      expect(line).toMatch(/^[\x20-\x7e]*$/);
      expect(unsealed(line, KEY)).toEqual({ fields: { reason: one, code: other }, mac });
    }),
  );
});

it.each([
  ['a line feed and another entry', '\n{"kind":"ALLOWED"}'],
  ['a carriage return', '\rALLOWED'],
  ['line separators of Unicode', '\u2028\u2029\u0085'],
  ['an escape of a terminal', '\u001b[2K\u001b[1A\u009b31m'],
  ['another direction of reading', '\u202e\u2066'],
  ['an end of the line as it is written', '","mac":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}'],
])('%s forges nothing', (_what, reason) => {
  const { line } = sealed({ reason }, KEY);
  expect(line).toMatch(/^[\x20-\x7e]+$/);
  expect(unsealed<{ reason: string }>(line, KEY)?.fields).toEqual({ reason });
});

it('a line is nothing with another key, another MAC, or another spelling of the MAC', () => {
  const { line, mac } = sealed({ sequence: 1 }, KEY);
  expect(unsealed(line, OTHER_KEY)).toBeNull();
  const last = mac.slice(-1);
  // The last character of 32 bytes in base64url has two bits that say nothing.
  const twins = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].filter(
    (c) => c !== last,
  );
  for (const twin of twins) expect(unsealed(line.replace(mac, mac.slice(0, -1) + twin), KEY)).toBeNull();
  expect(unsealed(`${line} `, KEY)).toBeNull();
  expect(unsealed('', KEY)).toBeNull();
});
