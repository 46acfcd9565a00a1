import { shownText } from '../../../src/domain/shown-text.js';

describe('a text of an upstream, as it is shown', () => {
  it.each([
    ['is one line', 'one\r\n  two\tthree', 'one two three'],
    ['moves no cursor and colours nothing', 'a\u0000b\u0007 \u001b[31mred\u001b[0m', 'a b red'],
    ['does not turn the direction of reading', 'pay\u202e01\u2066 x\u200b', 'pay 01 x'],
    ['keeps letters of any language', '保护组不存在: é', '保护组不存在: é'],
    ['keeps words that only speak of credentials', 'the token expires, x-auth-token not found', null],
    ['keeps what is no value', 'basic authentication failed; bearer of bad news', null],
    ['keeps a state after a colon', 'Invalid session: user not logged in', null],
  ])('%s', (_what, text, shown) => {
    expect(shownText(text)).toBe(shown ?? text);
  });

  it.each([
    'X-Auth-Token: gAAAAABsecret1',
    'x-subject-token=gAAAAABsecret1',
    '{"password":"my secret1 phrase","name":"x"}',
    "{'password': 'secret1'}",
    'passwd=secret1&user=a',
    'x-dr-session: secret1',
    '{"session_id":"secret1"}',
    'Authorization: Basic dXNlcjpzZWNyZXQxsecret1=',
    'authorization:SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=secret1|next: line',
    '"authorization":"Basic dXNlcjpzZWNyZXQxsecret1="',
    'tried with Basic dXNlcjpzZWNyZXQxsecret1=',
    'tried with bearer eyJhbGciOi.secret1.abc',
    'secret_key: secret1',
    'secretAccessKey="secret1"',
    'Set-Cookie: JSESSIONID=secret1; Path=/',
    'api_key=secret1',
    'Signature=secret1',
    'X-Auth-\u0000Token:\nsecret1',
  ])('holds no credential: %j', (text) => {
    expect(shownText(text)).not.toContain('secret1');
    expect(shownText(text)).toContain('***');
  });

  it('is bounded, and not cut inside of a letter', () => {
    expect(shownText('x'.repeat(5_000))).toBe(`${'x'.repeat(300)}…`);
    expect(shownText('😀'.repeat(10), 5)).toBe('😀😀…');
  });

  it('costs no more when it is endless', () => {
    for (const part of ['token', 'a-', 'password: ', '"', 'authorization ', '\u001b[', ' \n']) {
      expect(shownText(part.repeat(500_000)).length).toBeLessThanOrEqual(301);
    }
  });
});
