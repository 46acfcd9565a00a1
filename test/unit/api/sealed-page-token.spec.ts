import { SealedPageTokens } from '../../../src/api/http/sealed-page-token.js';
import { Scope } from '../../../src/domain/access/scope.js';
import { ProblemError } from '../../../src/domain/problem.js';

const tokens = new SealedPageTokens('the secret of this gateway');
const PART = Scope.of([], new Map([['alpha', ['alpha.books']]]));
const OTHER = Scope.of(['beta'], new Map());
const FILTERS = { state: ['FAILED'], siteId: undefined };
const PLACE = { createdMs: 1_890_000_000_000, id: 'beta.0190a5f0-0000-7000-8000-000000000001' };

const isPlace = (place: unknown): place is typeof PLACE =>
  typeof (place as typeof PLACE | null)?.id === 'string';
const read = (token: string, seen: Scope, filters: object = FILTERS) =>
  tokens.read(token, filters, seen, isPlace);
const codeOf = (token: string, seen: Scope, filters?: object): string => {
  try {
    read(token, seen, filters);
  } catch (error) {
    return (error as ProblemError).problem.code;
  }
  return 'good';
};

it.each([
  ['all', Scope.ALL],
  ['a part', PART],
])('name the place they were made for, to who sees %s', (_name, seen) => {
  expect(read(tokens.make(PLACE, FILTERS, seen), seen)).toEqual(PLACE);
});

it('are good in every process that has the secret, and in no other', () => {
  const token = tokens.make(PLACE, FILTERS, PART);
  expect(new SealedPageTokens('the secret of this gateway').read(token, FILTERS, PART, isPlace)).toEqual(
    PLACE,
  );
  expect(() => new SealedPageTokens('another').read(token, FILTERS, PART, isPlace)).toThrow(ProblemError);
});

it('say nothing of places and scopes, not even by their length', () => {
  const near = tokens.make(PLACE, FILTERS, PART);
  const far = tokens.make({ createdMs: 1, id: 'a-site-with-a-long-name.x' }, FILTERS, PART);
  expect(near).toHaveLength(far.length);
  const text = Buffer.from(near, 'base64url').toString('latin1');
  for (const word of ['beta', 'books', '18900', 'createdMs']) expect(text).not.toContain(word);
  expect(tokens.make(PLACE, FILTERS, PART)).not.toBe(near);
});

it('of somebody who sees something else are refused, in both ways', () => {
  const ofPart = tokens.make(PLACE, FILTERS, PART);
  const ofAll = tokens.make(PLACE, FILTERS, Scope.ALL);
  expect(codeOf(ofPart, OTHER)).toBe('page-token-invalid');
  expect(codeOf(ofPart, Scope.ALL)).toBe('page-token-invalid');
  expect(codeOf(ofAll, PART)).toBe('page-token-invalid');
  expect(codeOf(ofPart, PART)).toBe('good');
});

it('of other filters are refused', () => {
  expect(codeOf(tokens.make(PLACE, FILTERS, PART), PART, { state: ['RUNNING'] })).toBe('page-token-invalid');
  expect(codeOf(tokens.make({ from: 1 }, FILTERS, PART), PART)).toBe('page-token-invalid');
});

it('of which any byte was changed are refused', () => {
  const bytes = Buffer.from(tokens.make(PLACE, FILTERS, PART), 'base64url');
  for (let i = 0; i < bytes.length; i += 1) {
    const changed = Buffer.from(bytes);
    changed[i] = (changed[i] ?? 0) ^ 1;
    expect(codeOf(changed.toString('base64url'), PART)).toBe('page-token-invalid');
  }
  for (const length of [0, 1, 27, 28, bytes.length - 1])
    expect(codeOf(bytes.subarray(0, length).toString('base64url'), PART)).toBe('page-token-invalid');
});
