import { constants, createHmac, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import http from 'node:http';
import { AccessFile } from '../../../src/access/file/access-file.js';
import { identityProviderOf } from '../../../src/access/file/identity-provider-settings.js';
import { IdentityTokens } from '../../../src/access/tokens/identity-tokens.js';
import {
  AUDIENCE,
  compact,
  encoded,
  IdentityProviderStandIn,
  ISSUER,
  signedWith,
  signingKey,
} from '../../support/identity-provider.js';
import { closeServers, listen } from '../support/listening.js';
import { recordingLog } from '../support/recording-log.js';
import { TestClock } from '../support/test-clock.js';

const clock = new TestClock();
const NOW = Math.floor(clock.now() / 1000);

const provider = new IdentityProviderStandIn(() => clock.now());
const rsa = signingKey('rsa');
const ec = signingKey('ec', 'ES256');
const ed = signingKey('ed', 'EdDSA');
const pss = signingKey('pss', 'PS256');
const stranger = signingKey('rsa');
const strangeEc = signingKey('ec', 'ES256');
const weakPair = generateKeyPairSync('rsa', { modulusLength: 1024 });
const weak = { ...rsa, ...weakPair, kid: 'weak', jwk: jwkOf(weakPair.publicKey, 'weak') };
const forEncryption = changedJwk('for-encryption', { use: 'enc' });
const notToVerify = changedJwk('not-to-verify', { key_ops: ['encrypt'] });
const withAlgorithm = changedJwk('of-rs512', { alg: 'RS512' });
/** Asked by nobody, if all is well. */
let askedOfForgers = 0;
let forgersUrl = '';

function jwkOf(publicKey: typeof weakPair.publicKey, kid: string) {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
}

function changedJwk(kid: string, change: object) {
  const key = signingKey(kid);
  return { ...key, jwk: { ...key.jwk, alg: 'RS256', ...change } };
}

beforeAll(async () => {
  provider.keys = [rsa, ec, ed, pss, weak, forEncryption, notToVerify, withAlgorithm];
  await provider.start();
  const forgers = http.createServer((_request, response) => {
    askedOfForgers += 1;
    response.end(JSON.stringify({ keys: [stranger.jwk] }));
  });
  forgersUrl = `http://127.0.0.1:${await listen(forgers)}/keys`;
});
afterAll(async () => {
  await provider.stop();
  await closeServers();
});

/** By a gateway that has just started. */
async function judged(token: string) {
  const { log, lines } = recordingLog();
  const settings = { name: 'corp', issuer: ISSUER, audience: AUDIENCE, jwksUrl: provider.jwksUrl };
  const tokens = new IdentityTokens(new AccessFile([identityProviderOf(settings)], []), clock, log);
  const principal = tokens.recognises(token) ? await tokens.check(token) : null;
  return { principal, said: lines.map(([, words]) => String(words)) };
}

const good = (): string => provider.token({ key: rsa });
const partsOf = (token: string): [string, string, string] => token.split('.') as [string, string, string];

/** With the header and claims of a good one, but for these, and rightly signed. */
const saying = (claims: object): string => provider.token({ key: rsa, claims });
const headed = (header: object): string => provider.token({ key: rsa, header });

function hmacToken(secret: string | Buffer, header: object = {}): string {
  const wholeHeader = { alg: 'HS256', typ: 'at+jwt', kid: 'rsa', ...header };
  return compact(wholeHeader, provider.claims(), (input) =>
    createHmac('sha256', secret).update(input).digest(),
  );
}

const spki = { type: 'spki' } as const;
const pem = rsa.publicKey.export({ ...spki, format: 'pem' });
const derBytes = rsa.publicKey.export({ ...spki, format: 'der' });

function withSignature(change: (signature: Buffer) => Buffer): string {
  const [header, claims, signature] = partsOf(good());
  return `${header}.${claims}.${change(Buffer.from(signature, 'base64url')).toString('base64url')}`;
}

function ecSigned(signature: Buffer): string {
  return compact({ alg: 'ES256', typ: 'at+jwt', kid: 'ec' }, provider.claims(), () => signature);
}

/** Rightly signed with RSA over parts that are just these texts. */
function signedText(header: string, claims: string): string {
  return compact(header, claims, signedWith(rsa.privateKey, 'RS256'));
}

function signedParts(header: string, claims: string): string {
  const input = `${header}.${claims}`;
  return `${input}.${signedWith(rsa.privateKey, 'RS256')(Buffer.from(input)).toString('base64url')}`;
}

const HEADER = '{"alg":"RS256","typ":"at+jwt","kid":"rsa"}';
const claimsText = (): string => JSON.stringify(provider.claims());

describe('the tokens that the forgeries are made from', () => {
  it.each([
    ['RS256', () => good()],
    ['ES256', () => provider.token({ key: ec })],
    ['PS256', () => provider.token({ key: pss })],
    ['EdDSA', () => provider.token({ key: ed })],
    ['our audience among others', () => saying({ aud: ['billing', AUDIENCE] })],
    ['the type JWT', () => headed({ typ: 'JWT' })],
    ['the type in full', () => headed({ typ: 'application/AT+JWT' })],
    ['just so much in the future as clocks may differ', () => saying({ iat: NOW + 29, nbf: NOW + 29 })],
    ['built by hand', () => signedText(HEADER, claimsText())],
  ])('are good as they are: %s', async (_what, token) => {
    const { principal, said } = await judged(token());
    expect(said).toEqual([]);
    expect(principal).toEqual({ id: 'corp:ada', kind: 'TOKEN', grants: [] });
  });

  it('may name where a key can be had, and nobody looks there', async () => {
    const { principal } = await judged(headed({ jku: forgersUrl, x5u: forgersUrl }));
    expect(principal).toMatchObject({ id: 'corp:ada' });
    expect(askedOfForgers).toBe(0);
  });
});

const FORM = /three parts/;
const SPELLING = /base64url/;
const HEADERS = /header is not a JSON object/;
const CLAIMS = /claims are not a JSON object/;
const ALGORITHM = /algorithm is not one of/;
const SIGNATURE = /signature is wrong/;
const NO_KEY = /has no such key/;
const ISSUERS = /issuer is none/;
const TYPE = /type \("typ"\) is none/;
const AGE = /expired, or is older/;
const SUBJECT = /"sub" is (not there|missing)/;
const NOT_PLAIN = /longer than|others than plain/;

const FORGED: readonly [name: string, token: () => string, reason: RegExp][] = [
  // ── No signature, or one that anybody can make
  [
    'alg none, no signature',
    () => `${encoded({ alg: 'none', typ: 'at+jwt' })}.${encoded(provider.claims())}.`,
    SPELLING,
  ],
  ['alg none with the signature of another', () => swapped({ alg: 'none' }), ALGORITHM],
  ['alg None', () => swapped({ alg: 'None' }), ALGORITHM],
  ['alg nOnE', () => swapped({ alg: 'nOnE' }), ALGORITHM],
  ['alg is empty', () => swapped({ alg: '' }), /not usable/],
  ['alg is missing', () => signedText('{"typ":"at+jwt","kid":"rsa"}', claimsText()), /not usable/],
  ['alg is a list', () => swapped({ alg: ['RS256'] }), /not usable/],
  ['HS256 with the public key as PEM', () => hmacToken(pem), ALGORITHM],
  [
    'HS256 with the public key as PEM, without its last line break',
    () => hmacToken(String(pem).trimEnd()),
    ALGORITHM,
  ],
  ['HS256 with the public key as DER', () => hmacToken(derBytes), ALGORITHM],
  ['HS256 with the modulus', () => hmacToken(Buffer.from(rsa.jwk.n ?? '', 'base64url')), ALGORITHM],
  ['HS256 with an empty secret', () => hmacToken(''), ALGORITHM],
  ['HS256 under a key that is not there', () => hmacToken('', { kid: '/dev/null' }), ALGORITHM],
  // ── A wrong signature
  ['signed by a stranger under the same kid', () => provider.token({ key: stranger }), SIGNATURE],
  ['signed by a stranger with an elliptic curve', () => provider.token({ key: strangeEc }), SIGNATURE],
  ['signature cut short', () => withSignature((s) => s.subarray(0, s.length - 1)), SIGNATURE],
  ['signature made longer', () => withSignature((s) => Buffer.concat([s, Buffer.from([0])])), SIGNATURE],
  ['signature of zeroes', () => withSignature((s) => Buffer.alloc(s.length)), SIGNATURE],
  ['first bit of the signature flipped', () => withSignature((s) => flipped(s, 0)), SIGNATURE],
  ['last bit of the signature flipped', () => withSignature((s) => flipped(s, s.length - 1)), SIGNATURE],
  ['ES256 with r = s = 0', () => ecSigned(Buffer.alloc(64)), SIGNATURE],
  ['ES256 with r = s = the order of the curve', () => ecSigned(curveOrderTwice()), SIGNATURE],
  ['ES256 with an empty signature', () => ecSigned(Buffer.alloc(0)), SPELLING],
  ['ES256 with a signature in DER', () => ecSigned(Buffer.from('3006020101020101', 'hex')), SIGNATURE],
  ['EdDSA with a signature of zeroes', () => zeroes('EdDSA', 'ed'), SIGNATURE],
  ['claims of another under the signature', () => claimsSwapped(), SIGNATURE],
  ['header of another over the signature', () => swapped({ alg: 'RS256', jti: 'x' }), SIGNATURE],
  ['PS256 said, RS256 signed', () => swapped({ alg: 'PS256', kid: 'pss' }), SIGNATURE],
  // ── A key that is not for this
  ['a kid that nobody has', () => headed({ kid: 'unknown' }), NO_KEY],
  ['a kid that climbs to another file', () => headed({ kid: '../../../../dev/null' }), NO_KEY],
  ['a kid that asks a database', () => headed({ kid: "x' UNION SELECT 'secret' --" }), NO_KEY],
  ['a kid that is an address', () => headed({ kid: forgersUrl }), NO_KEY],
  ['a huge kid', () => headed({ kid: 'k'.repeat(4_000) }), /id of its key/],
  ['a kid with a line break', () => headed({ kid: 'rsa\nrsa' }), /id of its key/],
  ['a kid that is an object', () => headed({ kid: { toString: 'rsa' } }), /id of its key/],
  ['a kid that every object has', () => headed({ kid: '__proto__' }), NO_KEY],
  [
    'no kid where several keys fit',
    () => signedText('{"alg":"RS256","typ":"at+jwt"}', claimsText()),
    /which of several keys/,
  ],
  ['a key for encryption', () => provider.token({ key: forEncryption }), NO_KEY],
  ['a key that may not verify', () => provider.token({ key: notToVerify }), NO_KEY],
  ['a key of another algorithm', () => provider.token({ key: withAlgorithm }), NO_KEY],
  ['a weak key (RSA 1024)', () => provider.token({ key: weak, alg: 'RS256' }), /not fit for its algorithm/],
  [
    'an RSA key named for an elliptic curve',
    () => provider.token({ key: ec, header: { kid: 'rsa' } }),
    NO_KEY,
  ],
  ['its own key in the header (jwk)', () => forger({ jwk: stranger.jwk }), SIGNATURE],
  [
    'its own key in the header and no kid',
    () => forger({ jwk: stranger.jwk, kid: undefined }),
    /which of several keys/,
  ],
  ['an address of its key (jku)', () => forger({ jku: forgersUrl }), SIGNATURE],
  ['an address of its key and a kid of there', () => forger({ jku: forgersUrl, kid: 'there' }), NO_KEY],
  ['an address of its certificate (x5u)', () => forger({ x5u: forgersUrl }), SIGNATURE],
  ['its own certificate (x5c)', () => forger({ x5c: [Buffer.from(pem).toString('base64')] }), SIGNATURE],
  ['crit with an unknown extension', () => headed({ crit: ['exp'], exp: 1 }), /extension/],
  ['crit that is empty', () => headed({ crit: [] }), /extension/],
  ['claims that are not encoded (b64 false)', () => headed({ crit: ['b64'], b64: false }), /extension/],
  // ── Algorithms that are not listed, though the key could
  ['RS384', () => provider.token({ key: rsa, alg: 'RS384' }), ALGORITHM],
  ['RS512', () => provider.token({ key: rsa, alg: 'RS512' }), ALGORITHM],
  ['PS384', () => provider.token({ key: pss, alg: 'PS384' }), ALGORITHM],
  ['ES512 said of a key that is not', () => swapped({ alg: 'ES512' }), ALGORITHM],
  // ── Meant for somebody else
  ['another audience', () => saying({ aud: 'billing' }), /"aud"/],
  ['a list of audiences without ours', () => saying({ aud: ['billing', 'dr-gateway-2'] }), /"aud"/],
  ['an audience that begins like ours', () => saying({ aud: 'dr-gateway.evil.example' }), /"aud"/],
  ['our audience in other letters', () => saying({ aud: 'DR-Gateway' }), /"aud"/],
  ['no audience', () => saying({ aud: undefined }), /"aud" is missing/],
  ['an audience that is an object', () => saying({ aud: { 0: AUDIENCE } }), /"aud"/],
  ['another issuer', () => saying({ iss: 'https://evil.example' }), ISSUERS],
  ['the issuer with a slash at its end', () => saying({ iss: `${ISSUER}/` }), ISSUERS],
  ['the issuer with a letter that looks alike', () => saying({ iss: ISSUER.replace('e', 'е') }), ISSUERS],
  ['a list of issuers with ours', () => saying({ iss: [ISSUER] }), ISSUERS],
  ['no issuer', () => saying({ iss: undefined }), ISSUERS],
  ['the type of an id token of another kind', () => headed({ typ: 'id+jwt' }), TYPE],
  ['the type of a log-out token', () => headed({ typ: 'logout+jwt' }), TYPE],
  ['no type', () => headed({ typ: undefined }), TYPE],
  ['a type that is a list', () => headed({ typ: ['at+jwt'] }), TYPE],
  // ── At another time
  ['expired', () => saying({ iat: NOW - 1_000, exp: NOW - 31 }), AGE],
  ['expired for a second more than clocks may differ', () => saying({ exp: NOW - 30 }), AGE],
  ['not good yet (nbf)', () => saying({ nbf: NOW + 31 }), /"nbf"/],
  ['made in the future (iat)', () => saying({ iat: NOW + 31 }), /"iat"/],
  ['too old, though it has not expired', () => saying({ iat: NOW - 7_231 }), AGE],
  ['no exp', () => saying({ exp: undefined }), /"exp" is missing/],
  ['an exp that is a text', () => saying({ exp: String(NOW + 600) }), /"exp" is not of the right kind/],
  ['an exp that is null', () => saying({ exp: null }), /"exp" is not of the right kind/],
  ['no iat', () => saying({ iat: undefined }), /"iat" is missing/],
  ['an iat that is a text', () => saying({ iat: String(NOW) }), /"iat" is not of the right kind/],
  ['an nbf that is a list', () => saying({ nbf: [NOW] }), /"nbf" is not of the right kind/],
  // ── Of nobody
  ['no sub', () => saying({ sub: undefined }), SUBJECT],
  ['an empty sub', () => saying({ sub: '' }), SUBJECT],
  ['a sub that is a number', () => saying({ sub: 7 }), SUBJECT],
  ['a sub that is a list', () => saying({ sub: ['ada'] }), SUBJECT],
  ['a sub with a line break', () => saying({ sub: 'ada\n{"level":30}' }), NOT_PLAIN],
  ['a sub that turns the writing round', () => saying({ sub: 'ada\u202eadmin' }), NOT_PLAIN],
  ['a sub with a letter that looks alike', () => saying({ sub: 'аda' }), NOT_PLAIN],
  ['a sub with a zero', () => saying({ sub: 'ada\u0000' }), NOT_PLAIN],
  ['a huge sub', () => saying({ sub: 'a'.repeat(201) }), NOT_PLAIN],
  // ── Of another form
  ['five parts: encrypted', () => encrypted(), FORM],
  ['four parts', () => `${good()}.`, FORM],
  ['two parts', () => partsOf(good()).slice(0, 2).join('.'), FORM],
  [
    'a signed token inside of a signed token',
    () => signedText('{"alg":"RS256","typ":"at+jwt","kid":"rsa","cty":"JWT"}', good()),
    CLAIMS,
  ],
  ['a header that is not JSON', () => signedText(HEADER.slice(0, -1), claimsText()), HEADERS],
  ['two headers', () => signedText(`${HEADER} ${HEADER}`, claimsText()), HEADERS],
  ['claims that are a text', () => signedText(HEADER, '"ada"'), CLAIMS],
  ['claims that are no JSON', () => signedText(HEADER, claimsText().slice(0, -1)), CLAIMS],
  ['claims with a mark before them', () => signedText(HEADER, `\ufeff${claimsText()}`), CLAIMS],
  ['claims that are no text', () => signedParts(encoded(HEADER), noText()), /not usable/],
  ['claims of nothing', () => signedParts(encoded(HEADER), ''), SPELLING],
  ['a claim twice', () => signedText(HEADER, `{"sub":"root",${claimsText().slice(1)}`), CLAIMS],
  [
    'a claim twice, once in another spelling',
    () => signedText(HEADER, `{"\\u0073ub":"root",${claimsText().slice(1)}`),
    CLAIMS,
  ],
  ['a header field twice', () => signedText(`{"alg":"none",${HEADER.slice(1)}`, claimsText()), HEADERS],
  ['the alphabet of base64', () => good().replaceAll('-', '+').replaceAll('_', '/'), SPELLING],
  ['padding', () => padded(), SPELLING],
  ['a space within', () => good().replace('.', ' .'), SPELLING],
  ['a line break at its end', () => `${good()}\n`, SPELLING],
  ['unused bits of the signature that are set', () => looseBits(), SPELLING],
  ['wide letters instead of those of base64', () => good().replace(/(?<=\..*\..*)[A-Z]/, 'Ａ'), SPELLING],
  ['longer than any token', () => saying({ more: 'x'.repeat(8_192) }), /longer than 8192/],
  [
    'nested as deeply as it is long',
    () => signedText(HEADER, `{"a":${'['.repeat(2_890)}${']'.repeat(2_890)}}`),
    ISSUERS,
  ],
];

/** Another header over the claims and the signature of a good one. */
function swapped(header: object): string {
  const [, claims, signature] = partsOf(good());
  return `${encoded({ typ: 'at+jwt', kid: 'rsa', ...header })}.${claims}.${signature}`;
}

function claimsSwapped(): string {
  const [header, , signature] = partsOf(good());
  return `${header}.${encoded(provider.claims({ sub: 'root' }))}.${signature}`;
}

/** By a stranger, who says where their key is to be found. */
function forger(header: object): string {
  return provider.token({ key: stranger, header });
}

function zeroes(alg: string, kid: string): string {
  return compact({ alg, typ: 'at+jwt', kid }, provider.claims(), () => Buffer.alloc(64));
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function curveOrderTwice(): Buffer {
  const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
  return Buffer.from(order + order, 'hex');
}

/** Of form only: nobody here could open it. */
function encrypted(): string {
  const key = publicEncrypt(
    { key: rsa.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING },
    Buffer.alloc(32),
  );
  const header = encoded({ alg: 'RSA-OAEP', enc: 'A256GCM', typ: 'at+jwt', kid: 'rsa' });
  return [header, key.toString('base64url'), encoded('iv'), encoded(claimsText()), encoded('tag')].join('.');
}

/** JSON, but for one byte that UTF-8 does not have. */
function noText(): string {
  const text = Buffer.from(claimsText().replace('"ada"', '"ad~"'));
  text[text.indexOf('~')] = 0xff;
  return text.toString('base64url');
}

function padded(): string {
  const [header, claims, signature] = partsOf(good());
  return `${header}.${claims}.${signature}==`;
}

/** 256 bytes end in two bits that mean nothing: the same signature in another spelling. */
function looseBits(): string {
  const token = good();
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(token.at(-1) ?? '') + 1);
}

describe('a token that is forged or wrong is refused, and the log says why', () => {
  it.each(FORGED)('%s', async (_name, token, reason) => {
    const sent = token();
    const { principal, said } = await judged(sent);
    expect(principal).toBeNull();
    expect(said).toEqual([expect.stringMatching(/^a token was refused: /)]);
    expect(said[0]).toMatch(reason);
    for (const part of sent.split('.')) if (part.length > 8) expect(said[0]).not.toContain(part);
  });

  it('no address that a token names was asked for anything', () => {
    expect(FORGED.length).toBeGreaterThanOrEqual(100);
    expect(askedOfForgers).toBe(0);
  });
});
