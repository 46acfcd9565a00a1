import https from 'node:https';
import { AccessFile } from '../../../src/access/file/access-file.js';
import { identityProviderOf } from '../../../src/access/file/identity-provider-settings.js';
import { IdentityTokens } from '../../../src/access/tokens/identity-tokens.js';
import { keySetReading } from '../../../src/access/tokens/key-set-reading.js';
import { ProblemError } from '../../../src/domain/problem.js';
import { AUDIENCE, IdentityProviderStandIn, ISSUER, signingKey } from '../../support/identity-provider.js';
import { closeServers, listen, webServer } from '../support/listening.js';
import { recordingLog } from '../support/recording-log.js';
import { selfSigned } from '../support/self-signed.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { TestClock } from '../support/test-clock.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let clock: TestClock;
let provider: IdentityProviderStandIn;
let said: () => string[];

beforeEach(async () => {
  clock = new TestClock();
  provider = await new IdentityProviderStandIn(() => clock.now()).start();
});
afterEach(async () => {
  await provider.stop();
  await closeServers();
});

function gateway(answersWithinMs?: number): IdentityTokens {
  const { log, lines } = recordingLog();
  said = () => lines.map(([, words]) => String(words));
  const settings = { name: 'corp', issuer: ISSUER, audience: AUDIENCE, jwksUrl: provider.jwksUrl };
  return new IdentityTokens(new AccessFile([identityProviderOf(settings)], []), clock, log, (one) =>
    keySetReading(one, answersWithinMs),
  );
}

const file = temporaryFolder();
let made = 0;
/** Another one each time, so that none is known from before. */
function token(more: Parameters<IdentityProviderStandIn['token']>[0] = {}): string {
  made += 1;
  return provider.token({ ...more, claims: { jti: `token-${made}`, ...more.claims } });
}

async function outcome(tokens: IdentityTokens, sent = token()): Promise<string> {
  try {
    return (await tokens.check(sent))?.id ?? 'refused';
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return `${error.problem.code}, again after ${error.headers['retry-after']} s`;
  }
}

describe('invented keys', () => {
  it('10,000 tokens with keys that nobody has cost the provider one question in 30 s', async () => {
    const tokens = gateway();
    expect(await outcome(tokens)).toBe('corp:ada');
    const key = provider.firstKey;
    const asked: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      clock.advance(30 * SECOND);
      const before = provider.asked;
      const outcomes = new Set<string>();
      // Signed for another header, which nobody comes to see: the key is looked for first.
      const [, claims, signature] = provider.token({ key }).split('.');
      for (let i = 0; i < 1_000; i += 1) {
        const header = { alg: 'RS256', typ: 'at+jwt', kid: `invented-${round}-${i}` };
        const invented = Buffer.from(JSON.stringify(header)).toString('base64url');
        outcomes.add(await outcome(tokens, `${invented}.${claims}.${signature}`));
      }
      expect([...outcomes]).toEqual(['refused']);
      asked.push(provider.asked - before);
      expect(await outcome(tokens)).toBe('corp:ada');
    }
    expect(asked).toEqual(Array.from({ length: 10 }, () => 1));
  }, 60_000);

  it('a hundred at once are one question, and good tokens go on meanwhile', async () => {
    const tokens = gateway();
    await outcome(tokens);
    clock.advance(MINUTE);
    const stranger = signingKey('invented');
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, i) => outcome(tokens, i % 2 ? token() : token({ key: stranger }))),
    );
    expect(all.filter((one) => one === 'corp:ada')).toHaveLength(50);
    expect(all.filter((one) => one === 'refused')).toHaveLength(50);
    expect(provider.asked).toBe(2);
  });
});

it('keys over TLS are believed only from who shows a certificate of the authority in caFile', async () => {
  const { key, cert } = selfSigned('provider');
  const body = JSON.stringify({ keys: [signingKey('key-1', 'ES256').jwk] });
  const port = await listen(https.createServer({ key, cert }, (_request, answer) => answer.end(body)));
  const settings = {
    name: 'corp',
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: `https://127.0.0.1:${port}/keys`,
  };
  const readWith = (caFile: string | null) => keySetReading(identityProviderOf({ ...settings, caFile }))();
  const other = selfSigned('another').cert;
  await expect(readWith(null)).rejects.toThrow(/certificate/);
  await expect(readWith(file('other.pem', other))).rejects.toThrow(/certificate/);
  await expect(readWith(file('provider.pem', cert))).resolves.toMatchObject({ keys: [{ kid: 'key-1' }] });
});

describe('a change of keys', () => {
  it('passes without a single refusal, ten times', async () => {
    const tokens = gateway();
    const outcomes: string[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      const [before] = provider.keys;
      const next = signingKey(`turn-${turn}`, 'ES256');
      // First it is shown, then signed with; the one before goes when its tokens have expired.
      provider.keys = [before, next].filter((key) => key !== undefined);
      for (let second = 0; second < 60; second += 10) {
        outcomes.push(
          await outcome(tokens, token({ key: next })),
          await outcome(tokens, token({ key: before })),
        );
        clock.advance(10 * SECOND);
      }
      provider.keys = [next];
      outcomes.push(await outcome(tokens));
      clock.advance(20 * MINUTE);
    }
    expect(outcomes).toHaveLength(130);
    expect(new Set(outcomes)).toEqual(new Set(['corp:ada']));
    expect(said()).toEqual([]);
  }, 60_000);

  it('a key that was withdrawn is believed for ten minutes at the most', async () => {
    const tokens = gateway();
    const withdrawn = provider.firstKey;
    expect(await outcome(tokens)).toBe('corp:ada');
    provider.keys = [signingKey('new')];
    clock.advance(10 * MINUTE);
    expect(await outcome(tokens, token({ key: withdrawn }))).toBe('refused');
    expect(await outcome(tokens)).toBe('corp:ada');
  });

  it('whoever asks is not held up by it: after five minutes the keys are read in passing', async () => {
    const tokens = gateway(20_000);
    await outcome(tokens);
    provider.manner = 'MUTE';
    clock.advance(5 * MINUTE);
    expect(await outcome(tokens)).toBe('corp:ada');
  });
});

describe('an identity provider that is away', () => {
  it('stops nobody for 24 hours after its keys were read, and everybody after that, until it is back', async () => {
    const tokens = gateway();
    expect(await outcome(tokens)).toBe('corp:ada');
    provider.manner = 'DEAD';
    for (let hour = 1; hour <= 24; hour += 1) {
      clock.advance(HOUR);
      expect([hour, await outcome(tokens)]).toEqual([hour, 'corp:ada']);
    }
    clock.advance(1);
    expect(await outcome(tokens)).toMatch(/^identity-provider-unavailable, again after \d+ s$/);
    clock.advance(HOUR);
    expect(await outcome(tokens)).toMatch(/^identity-provider-unavailable/);
    provider.manner = 'WELL';
    clock.advance(30 * SECOND);
    expect(await outcome(tokens)).toBe('corp:ada');
    expect(said()[0]).toMatch(/^the keys of identity provider corp could not be read: /);
  });

  it('is asked every 30 s and not more often, however many come', async () => {
    const tokens = gateway();
    provider.manner = 'DEAD';
    for (let second = 0; second < 120; second += 1) {
      expect(await outcome(tokens)).toMatch(/^identity-provider-unavailable/);
      clock.advance(SECOND);
    }
    expect(provider.asked).toBe(4);
  });

  it('from the beginning: asked at the start, and its tokens are good as soon as it is there', async () => {
    provider.manner = 'DEAD';
    const tokens = gateway();
    tokens.begin();
    expect(await outcome(tokens)).toBe('identity-provider-unavailable, again after 30 s');
    expect(tokens.keyAgesMs()).toEqual(new Map([['corp', Infinity]]));
    provider.manner = 'WELL';
    clock.advance(29 * SECOND);
    expect(await outcome(tokens)).toBe('identity-provider-unavailable, again after 1 s');
    clock.advance(SECOND);
    expect(await outcome(tokens)).toBe('corp:ada');
    expect(tokens.keyAgesMs()).toEqual(new Map([['corp', 0]]));
  });

  it('cannot tell whether a key that nobody has seen is a new one: 503, while known ones go on', async () => {
    const tokens = gateway();
    await outcome(tokens);
    provider.manner = 'DEAD';
    clock.advance(MINUTE);
    const newer = signingKey('newer');
    expect(await outcome(tokens, token({ key: newer }))).toBe(
      'identity-provider-unavailable, again after 30 s',
    );
    expect(await outcome(tokens)).toBe('corp:ada');
  });

  it('and takes the question but does not answer: waited for once, then no more', async () => {
    const tokens = gateway(200);
    await outcome(tokens);
    provider.manner = 'MUTE';
    clock.advance(11 * MINUTE);
    expect(await outcome(tokens)).toBe('corp:ada');
    expect(said()).toEqual([expect.stringContaining('no answer in time')]);
  });

  const huge = JSON.stringify({ keys: [signingKey('x').jwk], more: 'x'.repeat(300_000) });
  const many = JSON.stringify({ keys: Array.from({ length: 101 }, () => signingKey('key-1', 'EdDSA').jwk) });
  it.each([
    ['500', { status: 500, body: '' }, /answered 500/],
    ['no keys', { status: 200, body: '{"keys":[]}' }, /no public key/],
    ['a page to log in at', { status: 200, body: '<html>' }, /no key set/],
    ['null', { status: 200, body: 'null' }, /no key set/],
    [
      'keys that are none',
      { status: 200, body: '{"keys":[null,7,{"kty":"oct","k":"AA"}]}' },
      /no public key/,
    ],
    ['too much', { status: 200, body: huge }, /could not be read: /],
    ['too many keys', { status: 200, body: many }, /more than 100 keys/],
  ])('and answers with %s: what was known stays', async (_what, manner, words) => {
    const tokens = gateway();
    await outcome(tokens);
    provider.manner = manner;
    clock.advance(11 * MINUTE);
    expect(await outcome(tokens)).toBe('corp:ada');
    expect(said()).toEqual([expect.stringMatching(words)]);
    clock.advance(24 * HOUR);
    expect(await outcome(tokens)).toMatch(/^identity-provider-unavailable/);
  });

  it('and sends elsewhere: nobody follows', async () => {
    const key = JSON.stringify({ keys: [signingKey('key-1').jwk] });
    const elsewhere = await webServer({ status: 200, body: key });
    const tokens = gateway();
    provider.manner = { status: 302, body: '', headers: { location: elsewhere.url } };
    expect(await outcome(tokens)).toMatch(/^identity-provider-unavailable/);
    expect(elsewhere.requests).toEqual([]);
    expect(said()).toEqual([expect.stringContaining('answered 302')]);
  });

  it('and shows a private key: that one proves nothing', async () => {
    const shown = signingKey('shown');
    const body = JSON.stringify({
      keys: [
        { ...shown.privateKey.export({ format: 'jwk' }), kid: 'shown', alg: 'RS256' },
        provider.firstKey.jwk,
      ],
    });
    provider.manner = { status: 200, body };
    const tokens = gateway();
    expect(await outcome(tokens)).toBe('corp:ada');
    expect(await outcome(tokens, token({ key: shown }))).toBe('refused');
  });
});
