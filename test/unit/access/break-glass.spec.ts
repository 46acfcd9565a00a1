import { createHash } from 'node:crypto';
import { BreakGlass } from '../../../src/access/break-glass.js';
import { ROLES } from '../../../src/domain/access/rights.js';
import { scopeOf } from '../../../src/domain/access/scope.js';
import { TestClock } from '../support/test-clock.js';

const KEY = 'drg-break-glass-0011223344556677';
const SHA256 = createHash('sha256').update(KEY).digest('hex');

function sealed(sha256: string | null = SHA256) {
  const clock = new TestClock();
  const heard = { uses: 0, said: [] as number[] };
  const alarm = { count: () => void (heard.uses += 1), say: (uses: number) => void heard.said.push(uses) };
  return { glass: new BreakGlass(sha256, alarm, clock), clock, heard };
}

it('lets in with what an emergency needs, everywhere, without asking anybody', async () => {
  const { glass } = sealed();
  expect(glass.recognises(KEY)).toBe(true);
  const principal = glass.check(KEY);
  if (!principal) throw new Error('it was refused');
  expect(principal).toMatchObject({ id: 'break-glass', kind: 'BREAK_GLASS' });
  const nobody = () => Promise.reject(new Error('nobody is there to be asked'));
  const held = [...ROLES.commander, ...ROLES.viewer, ...ROLES.auditor];
  for (const right of held) expect((await scopeOf(principal, right, nobody)).isAll).toBe(true);
  for (const right of ['access:manage', 'webhooks:manage', 'approvals:decide'] as const)
    expect((await scopeOf(principal, right, nobody)).isNone).toBe(true);
});

it('counts every use, says the first one at once, and then the number now and then', () => {
  const { glass, clock, heard } = sealed();
  for (let i = 0; i < 5; i += 1) glass.check(KEY);
  expect(heard).toEqual({ uses: 5, said: [1] });
  clock.advance(10_000);
  glass.check(KEY);
  expect(heard).toEqual({ uses: 6, said: [1, 5] });
  clock.advance(3_600_000);
  glass.check(KEY);
  expect(heard.said).toEqual([1, 5, 1]);
});

it.each([KEY.slice(0, -1), `${KEY}0`, KEY.toUpperCase(), '', SHA256, `${KEY}\n`])(
  'does not take %j for the key, and raises no alarm',
  (token) => {
    const { glass, heard } = sealed();
    expect(glass.recognises(token)).toBe(false);
    expect(glass.check(token)).toBeNull();
    expect(heard).toEqual({ uses: 0, said: [] });
  },
);

it('where there is none, nothing is it', () => {
  const { glass } = sealed(null);
  for (const token of [KEY, '', 'none', 'null']) expect(glass.recognises(token)).toBe(false);
  expect(glass.named('break-glass')).toBeNull();
});

it('is known by its name, and knows no other', () => {
  const { glass } = sealed();
  expect(glass.named('break-glass')).toMatchObject({ kind: 'BREAK_GLASS' });
  expect(glass.named('admin')).toBeUndefined();
});

it('takes the hash in capitals, too', () => {
  expect(sealed(SHA256.toUpperCase()).glass.recognises(KEY)).toBe(true);
});
