import { AccessFile } from '../../../src/access/file/access-file.js';
import {
  identityProviderOf,
  type IdentityProviderSettings,
} from '../../../src/access/file/identity-provider-settings.js';
import type { TokenGrant } from '../../../src/access/file/grant-settings.js';
import { IdentityTokens } from '../../../src/access/tokens/identity-tokens.js';
import { AUDIENCE, IdentityProviderStandIn, ISSUER, signingKey } from '../../support/identity-provider.js';
import { recordingLog } from '../support/recording-log.js';
import { TestClock } from '../support/test-clock.js';

let clock: TestClock;
let lines: unknown[][];
const provider = new IdentityProviderStandIn(() => clock.now());
beforeAll(() => provider.start());
afterAll(() => provider.stop());
beforeEach(() => {
  clock = new TestClock();
  provider.keys = [signingKey('key-1', 'ES256')];
});

function settings(change: Partial<IdentityProviderSettings> = {}): IdentityProviderSettings {
  return { name: 'corp', issuer: ISSUER, audience: AUDIENCE, jwksUrl: provider.jwksUrl, ...change };
}

function gateway(grants: TokenGrant[] = [], ...providers: IdentityProviderSettings[]): IdentityTokens {
  const told = recordingLog();
  lines = told.lines;
  const all = providers.length > 0 ? providers : [settings()];
  return new IdentityTokens(new AccessFile(all.map(identityProviderOf), grants), clock, told.log);
}

const VIEWER = { role: 'viewer', sites: '*', targets: '*' } as const;
const COMMANDER = { role: 'commander', sites: ['eu-cloud'], targets: ['eu-cloud.erp'] } as const;
const toGroup = (group: string, grant: TokenGrant['grant'], of = 'corp'): TokenGrant => ({
  provider: of,
  group,
  subject: null,
  grant,
});

describe('what somebody with a token may do', () => {
  it('is what their groups and they themselves were granted, by this provider', async () => {
    const tokens = gateway([
      toGroup('watchers', VIEWER),
      toGroup('commanders', COMMANDER),
      { provider: 'corp', group: null, subject: 'ada', grant: COMMANDER },
      { provider: 'corp', group: null, subject: 'bob', grant: VIEWER },
      toGroup('watchers', COMMANDER, 'partner'),
    ]);
    expect(await tokens.check(provider.token())).toEqual({
      id: 'corp:ada',
      kind: 'TOKEN',
      grants: [VIEWER, COMMANDER],
    });
  });

  it('is nothing for whom nothing was granted, who are known all the same', async () => {
    const tokens = gateway([toGroup('commanders', COMMANDER)]);
    expect(await tokens.check(provider.token())).toEqual({ id: 'corp:ada', kind: 'TOKEN', grants: [] });
  });

  it.each<[what: string, claims: object, groupsClaim: string | string[] | undefined, granted: boolean]>([
    ['a list', { groups: ['x', 'watchers'] }, undefined, true],
    ['one text', { groups: 'watchers' }, undefined, true],
    ['a claim of another name', { roles: ['watchers'] }, 'roles', true],
    [
      'a claim with dots in its name',
      { 'https://a.example/groups': ['watchers'] },
      'https://a.example/groups',
      true,
    ],
    ['a claim inside of others', { realm_access: { roles: ['watchers'] } }, ['realm_access', 'roles'], true],
    ['a part of a text', { groups: 'watchers commanders' }, undefined, false],
    ['other letters', { groups: ['Watchers'] }, undefined, false],
    ['something that turns into it', { groups: [['watchers'], { toString: 'watchers' }] }, undefined, false],
    ['a mapping with the group as a name', { groups: { watchers: true } }, undefined, false],
    ['no groups', { groups: undefined }, undefined, false],
    ['a claim that every object has', { groups: ['watchers'] }, ['constructor', 'name'], false],
    ['a path that ends early', { realm_access: 'watchers' }, ['realm_access', 'roles'], false],
  ])('by its groups, told as %s: granted', async (_what, claims, groupsClaim, granted) => {
    const tokens = gateway([toGroup('watchers', VIEWER)], settings({ groupsClaim }));
    const principal = await tokens.check(provider.token({ claims }));
    expect(principal?.grants).toEqual(granted ? [VIEWER] : []);
  });

  it('is told by another claim than sub, where the file says so', async () => {
    const tokens = gateway([], settings({ subjectClaim: 'employee' }));
    expect(await tokens.check(provider.token({ claims: { employee: 'E-7', sub: undefined } }))).toMatchObject(
      {
        id: 'corp:E-7',
      },
    );
    expect(await tokens.check(provider.token({ claims: { sub: 'ada' } }))).toBeNull();
  });

  it('comes from the provider that issued the token, each of which has keys and principals of its own', async () => {
    const partner = new IdentityProviderStandIn(() => clock.now());
    await partner.start();
    try {
      const tokens = gateway(
        [toGroup('watchers', VIEWER, 'partner')],
        settings(),
        settings({ name: 'partner', issuer: 'https://partner.example', jwksUrl: partner.jwksUrl }),
      );
      const claims = { iss: 'https://partner.example' };
      expect(await tokens.check(partner.token({ claims }))).toEqual({
        id: 'partner:ada',
        kind: 'TOKEN',
        grants: [VIEWER],
      });
      expect(await tokens.check(provider.token())).toEqual({ id: 'corp:ada', kind: 'TOKEN', grants: [] });
      // In the name of the other, by its own key.
      expect(await tokens.check(partner.token())).toBeNull();
      expect(await tokens.check(provider.token({ claims }))).toBeNull();
    } finally {
      await partner.stop();
    }
  });
});

describe('a token that was believed', () => {
  it('is believed again for a minute without a look at its signature', async () => {
    const tokens = gateway();
    const token = provider.token({ claims: { exp: Math.floor(clock.now() / 1000) + 3_600 } });
    const principal = await tokens.check(token);
    // With another key, nobody could verify it any more.
    provider.keys = [signingKey('key-2', 'ES256')];
    clock.advance(59_999);
    expect(await tokens.check(token)).toBe(principal);
    clock.advance(10 * 60_000);
    expect(await tokens.check(token)).toBeNull();
  });

  it('is not believed a moment longer than it lasts', async () => {
    const tokens = gateway([], settings({ clockToleranceSeconds: 0 }));
    const token = provider.token({ claims: { exp: Math.floor(clock.now() / 1000) + 30 } });
    const principal = await tokens.check(token);
    clock.advance(29_999);
    expect(await tokens.check(token)).toBe(principal);
    clock.advance(1);
    expect(await tokens.check(token)).toBeNull();
  });

  it('is not taken for another that differs in one letter', async () => {
    const tokens = gateway();
    const token = provider.token();
    await tokens.check(token);
    const [header, claims, signature = ''] = token.split('.');
    const other = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    expect(await tokens.check(`${header}.${claims}.${other}`)).toBeNull();
  });

  it('lets its bearer listen until it expires, whatever listened before', async () => {
    const tokens = gateway();
    const ada = await tokens.check(provider.token());
    const now = Math.floor(clock.now() / 1000);
    const bob = await tokens.check(provider.token({ claims: { sub: 'bob', exp: now + 60 } }));
    if (!ada || !bob) throw new Error('both tokens are good');
    expect([tokens.isStillGood(ada), tokens.isStillGood(bob)]).toEqual([true, true]);
    clock.advance(61_000);
    expect([tokens.isStillGood(ada), tokens.isStillGood(bob)]).toEqual([true, false]);
    expect(tokens.isStillGood({ id: 'admin', kind: 'ADMIN_KEY', grants: [] })).toBe(true);
  });
});

describe('a credential of another kind', () => {
  it.each(['drg_0123_abcdef', 'a-long-random-text', 'eyJhbGciOi', 'key.with.dots'])(
    'is left alone: %s',
    (text) => {
      expect(gateway().recognises(text)).toBe(false);
    },
  );

  it('is everything, where no identity provider is believed', () => {
    const none = new IdentityTokens(AccessFile.NONE, clock, recordingLog().log);
    expect(none.recognises(provider.token())).toBe(false);
  });
});

it('the log tells each reason once in a while, and nothing of the tokens', async () => {
  const tokens = gateway();
  const sent = Array.from({ length: 50 }, (_, i) =>
    provider.token({ claims: { aud: 'billing', sub: `hidden-${i}` } }),
  );
  for (const token of sent) expect(await tokens.check(token)).toBeNull();
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).toContain('\\"aud\\" is not as it has to be (identity provider corp)');
  expect(JSON.stringify(lines)).not.toMatch(/hidden|eyJ/);
});
