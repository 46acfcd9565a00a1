import { jsonOf } from '../../../src/platform/http/upstream-json.js';

describe('what an upstream says as JSON', () => {
  it.each([
    ['{"a":[1,"b",null,true]}', { a: [1, 'b', null, true] }],
    ['  "text"  ', 'text'],
    [`${'['.repeat(64)}1${']'.repeat(64)}`, JSON.parse(`${'['.repeat(64)}1${']'.repeat(64)}`)],
    // Brackets that are text are none.
    [
      JSON.stringify({ a: '['.repeat(1_000), b: '\\"[{'.repeat(100) }),
      { a: '['.repeat(1_000), b: '\\"[{'.repeat(100) },
    ],
    [`[${Array.from({ length: 200 }, () => '[[]]').join()}]`, Array.from({ length: 200 }, () => [[]])],
  ])('is read: %.40s', (text, value) => {
    expect(jsonOf(text)).toEqual(value);
  });

  it.each([
    '',
    ' \n',
    '<html>',
    '{"a":',
    `${'['.repeat(65)}${']'.repeat(65)}`,
    '['.repeat(8_000_000),
    '{"a":'.repeat(1_000_000),
    `{"a":"\\\\","b":${'['.repeat(100)}${']'.repeat(100)}}`,
  ])('is nothing where it is none, or nested too deeply: %.40s', (text) => {
    expect(jsonOf(text)).toBeUndefined();
  });

  it('changes no other object, whatever its names are', () => {
    const read = jsonOf('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(read).toBeDefined();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(read)).toBe(Object.getPrototypeOf(JSON.parse('{}')));
  });
});
