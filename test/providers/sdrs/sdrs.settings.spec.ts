import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { iamRoot, SdrsSettings, serviceRoot } from '../../../src/providers/sdrs/sdrs.settings.js';

const WHOLE = {
  endpoint: 'https://sdrs.eu-de.otc.t-systems.com',
  projectId: '0123456789abcdef0123456789abcdef',
  auth: {
    type: 'password',
    iamEndpoint: 'http://127.0.0.1:4801/v3',
    domainName: 'ACCOUNT',
    userName: 'gateway',
    password: 'secret',
  },
};

const SIGNING = {
  ...WHOLE,
  auth: { type: 'signature', accessKey: 'AKEXAMPLE0000001', secretKey: 'SkExample-not-a-secret-0001' },
};

describe('the settings of sdrs', () => {
  it('are whole', () => {
    expect(faults(WHOLE)).toEqual([]);
    expect(faults(SIGNING)).toEqual([]);
    expect(faults({ ...SIGNING, auth: { ...SIGNING.auth, securityToken: 'gQpj+/=' } })).toEqual([]);
    expect(faults({ ...SIGNING, auth: { ...SIGNING.auth, securityToken: null } })).toEqual([]);
    expect(faults({ ...WHOLE, tls: { fingerprint256: 'AB:'.repeat(31) + 'AB', caFile: '/ca.pem' } })).toEqual(
      [],
    );
  });

  it.each([
    ['endpoint', { endpoint: 'sdrs' }],
    ['projectId', { projectId: 'a/b' }],
    ['auth', { auth: undefined }],
    ['auth.type', { auth: { ...WHOLE.auth, type: 'aksk' } }],
    ['auth.type', { auth: { accessKey: 'AK', secretKey: 'SK' } }],
    ['auth.type', { auth: {} }],
    ['auth.accessKey', { auth: { ...SIGNING.auth, accessKey: 'AK, Signature=' } }],
    ['auth.secretKey', { auth: { type: 'signature', accessKey: 'AK' } }],
    ['auth.securityToken', { auth: { ...SIGNING.auth, securityToken: 'two lines\nof it' } }],
    ['auth.iamEndpoint', { auth: { ...WHOLE.auth, iamEndpoint: '' } }],
    ['auth.password', { auth: { ...WHOLE.auth, password: '' } }],
    ['tls.fingerprint256', { tls: { fingerprint256: 'abc' } }],
    ['budget', { budget: 100 }],
    ['budget.requestsPerSecond', { budget: { requestsPerSecond: 0 } }],
    ['budget.requestsPerSecond', { budget: { requestsPerSecond: '100' } }],
  ])('say what to write for %s', (field, change) => {
    const sentences = faults({ ...WHOLE, ...change });
    expect(sentences.length).toBeGreaterThan(0);
    expect(sentences.every((sentence) => sentence.startsWith(`${field}: write `))).toBe(true);
  });

  it('refuse the fields of the other kind of proof by name', () => {
    const mixed = { ...SIGNING, auth: { ...SIGNING.auth, password: 'secret' } };
    expect(faults(mixed)).toEqual([expect.stringContaining('property password should not exist')]);
  });

  it('never repeat a secret', () => {
    const auth = { type: 'signature', accessKey: 'A K', secretKey: 'a-secret', securityToken: 'a b' };
    expect(faults({ ...SIGNING, auth }).join()).not.toMatch(/a-secret|a b/);
  });

  it.each([
    'https://sdrs.example',
    'https://sdrs.example/',
    'https://sdrs.example/v1',
    'https://sdrs.example/v1/',
    'https://sdrs.example/v1/p1',
  ])('take %s for the same service', (endpoint) => {
    expect(serviceRoot(endpoint, 'p1')).toBe('https://sdrs.example');
  });

  it.each(['https://iam.example', 'https://iam.example/v3', 'https://iam.example/v3/'])(
    'take %s for the same IAM',
    (endpoint) => {
      expect(iamRoot(endpoint)).toBe('https://iam.example');
    },
  );
});

function faults(written: object): string[] {
  const settings = plainToInstance(SdrsSettings, written);
  return validateSync(settings, { whitelist: true, forbidNonWhitelisted: true }).flatMap(sentencesOf);
}

function sentencesOf(error: ValidationError): string[] {
  return [...Object.values(error.constraints ?? {}), ...(error.children ?? []).flatMap(sentencesOf)];
}
