import { AccessFile, readAccessFile } from '../../../src/access/file/access-file.js';
import { isKeySetAddress } from '../../../src/access/file/key-set-address.js';
import { ConfigurationError } from '../../../src/platform/config/environment.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const file = temporaryFolder();
const SITES = ['eu-cloud', 'berlin-dc'];

const PROVIDER = {
  name: 'corp',
  issuer: 'https://login.example.com',
  audience: 'dr-gateway',
  jwksUrl: 'https://login.example.com/keys',
};
const GRANT = { provider: 'corp', group: 'watchers', role: 'viewer', sites: ['eu-cloud'] };

/** JSON is YAML. */
function read(content: unknown): AccessFile {
  return readAccessFile(file('access.yaml', JSON.stringify(content)), {}, SITES);
}

/** Without the path that each begins with. */
function faultsOf(content: unknown): string[] {
  return sentencesOf(() => read(content)).map((fault) => {
    expect(fault).toMatch(/^\/.*access\.yaml: /);
    return fault.replace(/^.*?access\.yaml: /, '');
  });
}

function sentencesOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('the access file', () => {
  it('need not be there: nobody is believed then', () => {
    expect(readAccessFile(null, {}, SITES)).toEqual(new AccessFile([], []));
  });

  it('may be empty, or say only a part', () => {
    expect(read({})).toEqual(AccessFile.NONE);
    expect(readAccessFile(file('empty.yaml', '# nothing yet\n'), {}, SITES)).toEqual(AccessFile.NONE);
    expect(read({ oidc: [PROVIDER], grants: null })).toMatchObject({
      identityProviders: [{ name: 'corp' }],
      grants: [],
    });
  });

  it('has a careful meaning for whatever is left out', () => {
    expect(read({ oidc: [PROVIDER], grants: [GRANT] })).toEqual(
      new AccessFile(
        [
          {
            name: 'corp',
            issuer: 'https://login.example.com',
            audiences: ['dr-gateway'],
            jwksUrl: 'https://login.example.com/keys',
            algorithms: ['RS256', 'ES256', 'PS256', 'EdDSA'],
            tokenTypes: ['at+jwt', 'jwt'],
            groupsClaim: ['groups'],
            subjectClaim: 'sub',
            maxTokenAgeSeconds: 7_200,
            clockToleranceSeconds: 30,
            caFile: null,
          },
        ],
        [
          {
            provider: 'corp',
            group: 'watchers',
            subject: null,
            grant: { role: 'viewer', sites: ['eu-cloud'], targets: '*' },
          },
        ],
      ),
    );
  });

  it('may hold variables of the environment, like the sites file', () => {
    const path = file(
      'with-variable.yaml',
      JSON.stringify({ oidc: [{ ...PROVIDER, issuer: 'https://${LOGIN_HOST}' }] }),
    );
    expect(readAccessFile(path, { LOGIN_HOST: 'a.example' }, SITES).identityProviders).toMatchObject([
      { issuer: 'https://a.example' },
    ]);
  });
});

describe('what is wrong with it stops the start, with the place and what to write', () => {
  it('a file that is not there', () => {
    const path = `${file('other.yaml', '')}.gone`;
    expect(sentencesOf(() => readAccessFile(path, {}, SITES))).toEqual([
      `${path} cannot be read: write the access file there, or set ACCESS_FILE to its path.`,
    ]);
  });

  it('a file that holds something else', () => {
    expect(sentencesOf(() => read(['grants']))).toEqual([
      expect.stringMatching(/holds no sections: write "oidc:"/),
    ]);
  });

  const provider = (change: object) => ({ oidc: [{ ...PROVIDER, ...change }] });
  const grant = (change: object) => ({ oidc: [PROVIDER], grants: [{ ...GRANT, ...change }] });

  it.each<[what: string, content: unknown, fault: RegExp]>([
    ['an unknown section', { oidcs: [] }, /^oidcs is not known: remove it\.$/],
    [
      'an unknown field of a provider',
      provider({ secret: 'x' }),
      /^oidc\[0\]\.secret is not known: remove it\.$/,
    ],
    ['an unknown field of a grant', grant({ roles: [] }), /^grants\[0\]\.roles is not known: remove it\.$/],
    ['a section that is no list', { oidc: PROVIDER }, /^oidc: Write under "oidc" a list/],
    ['a provider that is a text', { oidc: ['corp'] }, /^oidc(\[0\])?: Write under "oidc"/],
    ['no name', provider({ name: undefined }), /^oidc\[0\]\.name: Write in "name" 1 to 32/],
    [
      'a name for which principals could pass for keys',
      provider({ name: 'key' }),
      /^oidc\[0\]\.name: .*none of admin, key/,
    ],
    ['a name with a colon', provider({ name: 'a:b' }), /^oidc\[0\]\.name: /],
    ['no issuer', provider({ issuer: undefined }), /^oidc\[0\]\.issuer: Write in "issuer" exactly/],
    ['no audience', provider({ audience: undefined }), /^oidc\[0\]\.audience: Write in "audience" the name/],
    ['an empty list of audiences', provider({ audience: [] }), /^oidc\[0\]\.audience: /],
    [
      'keys over plain HTTP',
      provider({ jwksUrl: 'http://login.example.com/keys' }),
      /^oidc\[0\]\.jwksUrl: .*https:\/\//,
    ],
    ['keys in a file', provider({ jwksUrl: 'file:///etc/keys' }), /^oidc\[0\]\.jwksUrl: /],
    [
      'HS256',
      provider({ algorithms: ['RS256', 'HS256'] }),
      /^oidc\[0\]\.algorithms: Write in "algorithms" a list of RS256/,
    ],
    ['none', provider({ algorithms: ['none'] }), /^oidc\[0\]\.algorithms: /],
    ['no algorithm', provider({ algorithms: [] }), /^oidc\[0\]\.algorithms: /],
    [
      'an age that is no number',
      provider({ maxTokenAgeSeconds: '1h' }),
      /^oidc\[0\]\.maxTokenAgeSeconds: .*60 to 86400/,
    ],
    ['an age of a week', provider({ maxTokenAgeSeconds: 604_800 }), /^oidc\[0\]\.maxTokenAgeSeconds: /],
    [
      'an hour of tolerance',
      provider({ clockToleranceSeconds: 3_600 }),
      /^oidc\[0\]\.clockToleranceSeconds: .*0 to 300/,
    ],
    ['groups that are no name', provider({ groupsClaim: { a: 1 } }), /^oidc\[0\]\.groupsClaim: /],
    [
      'an authority that is not there',
      provider({ caFile: 'nowhere.pem' }),
      /^oidc\[0\]\.caFile names the file nowhere\.pem/,
    ],
    [
      'a name twice',
      { oidc: [PROVIDER, { ...PROVIDER, issuer: 'https://b' }] },
      /^oidc\[1\]\.name is used twice/,
    ],
    ['an issuer twice', { oidc: [PROVIDER, { ...PROVIDER, name: 'b' }] }, /^oidc\[1\]\.issuer is used twice/],
    [
      'an unknown role',
      grant({ role: 'root' }),
      /^grants\[0\]\.role: Write in "role" one of viewer, drill-operator/,
    ],
    ['a role that every object has', grant({ role: 'constructor' }), /^grants\[0\]\.role: /],
    [
      'no sites',
      grant({ sites: undefined }),
      /^grants\[0\]\.sites: Write in "sites" a list of site ids, or '\*'/,
    ],
    [
      'an unknown site',
      grant({ sites: ['eu-cloud', 'mars'] }),
      /^grants\[0\]\.sites: there is no site "mars".*eu-cloud, berlin-dc\.$/,
    ],
    [
      'an unknown provider',
      grant({ provider: 'corpse' }),
      /^grants\[0\]\.provider: there is no identity provider "corpse": write one of corp\.$/,
    ],
    ['a grant to nobody', grant({ group: undefined }), /^grants\[0\]: write either "group" or "subject"/],
    ['a grant to two', grant({ subject: 'ada' }), /^grants\[0\]: write either "group" or "subject"/],
    [
      'targets that are no ids',
      grant({ targets: ['erp'] }),
      /^grants\[0\]\.targets: "erp" is no id of a plan or group/,
    ],
    [
      'targets elsewhere',
      grant({ targets: ['berlin-dc.erp'] }),
      /^grants\[0\]\.targets: "berlin-dc\.erp" lies at the site "berlin-dc".*add it/,
    ],
    [
      'targets at a site that is not there',
      grant({ sites: '*', targets: ['mars.erp'] }),
      /^grants\[0\]\.targets: "mars\.erp"/,
    ],
    ['no targets at all', grant({ targets: [] }), /^grants\[0\]\.targets: /],
  ])('%s', (_what, content, fault) => {
    const faults =
      _what === 'an authority that is not there' ? sentencesOf(() => read(content)) : faultsOf(content);
    expect(faults).toEqual([expect.stringMatching(fault)]);
  });

  it('everything at once', () => {
    expect(
      faultsOf({ oidc: [{ ...PROVIDER, name: '' }], grants: [{ ...GRANT, role: 'x', sites: 7 }], more: 1 }),
    ).toHaveLength(4);
  });
});

it.each([
  ['https://login.example.com/keys?x=1', true],
  ['http://127.0.0.1:8080/keys', true],
  ['http://[::1]/keys', true],
  ['http://localhost/keys', true],
  ['http://127.0.0.1.example.com/keys', false],
  ['http://localhost.example.com/keys', false],
  ['http://10.0.0.1/keys', false],
  ['https://user@login.example.com/keys', false],
  ['https://user:password@login.example.com/keys', false],
  ['https://login.example.com/keys#part', false],
  ['//login.example.com/keys', false],
  ['keys', false],
])('keys may be read from %s: %s', (address, may) => {
  expect(isKeySetAddress(address)).toBe(may);
});
