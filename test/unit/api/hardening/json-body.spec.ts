import { parseJsonBody } from '../../../../src/api/http/json-body.js';

function fault(body: string | Buffer, contentType?: string): unknown {
  try {
    parseJsonBody(Buffer.from(body), contentType);
  } catch (error) {
    const { problem } = error as { problem: { code: string; detail: string; errors?: object[] } };
    return {
      code: problem.code,
      detail: problem.errors ? String((problem.errors[0] as { detail: string }).detail) : '',
    };
  }
  return null;
}

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const list = (items: number): string => `{"a":[${Array.from({ length: items }, () => '[1]').join(', ')}]}`;

describe('a body of JSON', () => {
  it.each([
    ['', {}],
    [' \n', {}],
    ['{"a":[1,{"b":"x,[{\\"]"}]}', { a: [1, { b: 'x,[{"]' }] }],
    ['{"a":"\\\\","b":[1,2]}', { a: '\\', b: [1, 2] }],
    ['{"a":"\\u00e9"}', { a: 'é' }],
    ['null', null],
  ])('%j is read as %j', (text, value) => {
    expect(parseJsonBody(Buffer.from(text), 'application/json; charset=UTF-8')).toEqual(value);
  });

  it('may be nested 20 levels deep, and not 21', () => {
    expect(fault(nested(20))).toBeNull();
    expect(fault(nested(21))).toEqual({
      code: 'invalid-request',
      detail: 'Nothing may be nested deeper than 20 levels.',
    });
    expect(fault('{"a":'.repeat(21) + '1' + '}'.repeat(21))).toMatchObject({
      detail: expect.stringContaining('20 levels') as string,
    });
  });

  it('may hold lists of 1,000 items, and not of 1,001, whatever the items are', () => {
    expect(fault(list(1_000))).toBeNull();
    expect(fault(list(1_001))).toEqual({
      code: 'invalid-request',
      detail: 'A list may have 1000 items at the most.',
    });
    expect(fault(`[${'0,'.repeat(1_000)}0]`)).toMatchObject({ code: 'invalid-request' });
    expect(fault(`{"a":"${','.repeat(5_000)}"}`)).toBeNull();
    expect(fault(`{${Array.from({ length: 2_000 }, (_, n) => `"f${n}":[1]`).join()}}`)).toBeNull();
  });

  it.each([10_000, 30_000])('of depth %i is refused in less than 5 ms', (depth) => {
    for (const text of [nested(depth), '['.repeat(depth), '{"a":'.repeat(depth)]) {
      const times = Array.from({ length: 5 }, () => {
        const from = performance.now();
        expect(fault(text)).toMatchObject({ code: 'invalid-request' });
        return performance.now() - from;
      });
      // The machine may have stood still meanwhile, but not five times.
      expect(Math.min(...times)).toBeLessThan(5);
    }
  });

  it.each([
    '{',
    '{"a":}',
    '{"a":1}}',
    '[1,]',
    "{'a':1}",
    '{"a":"',
    '\uFEFF{}',
    '{}{}',
    '"\t"',
    ']',
    ',',
    '{"a":1',
  ])('%j is none', (text) => {
    expect(fault(text)).toEqual({ code: 'invalid-request', detail: 'The body is not JSON.' });
  });

  it.each([
    '{"__proto__":{"polluted":true}}',
    '{"a":[{"__proto__":1}]}',
    '{"\\u005f_proto__":{"polluted":true}}',
    '{"_\\u005Fproto\\u005f_":{"polluted":true}}',
    '{"a":{"constructor":{"prototype":{"polluted":true}}}}',
    '{"a":{"constructor":"x"}}',
    '{"a":{"c\\u006fnstructor":1}}',
  ])('that names a prototype, or a class, is refused: %s', (text) => {
    expect(fault(text)).toMatchObject({
      code: 'invalid-request',
      detail: expect.stringMatching(/No field is called "(__proto__|constructor)"/) as string,
    });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('that is not UTF-8 is refused, whether it says so or not', () => {
    expect(fault(Buffer.from('{"a":"é"}', 'latin1'))).toMatchObject({ detail: 'The body is not UTF-8.' });
    expect(fault('{}', 'application/json; charset=utf-16')).toMatchObject({ code: 'unsupported-media-type' });
    expect(fault('{}', 'application/json;charset="latin1"')).toMatchObject({
      code: 'unsupported-media-type',
    });
  });
});
