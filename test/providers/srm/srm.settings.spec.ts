import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { srmDescriptor } from '../../../src/providers/srm/srm.descriptor.js';
import { limitsOf, SrmSettings } from '../../../src/providers/srm/srm.settings.js';

const good = {
  endpoint: 'https://srm-a.example/api/rest/srm/v2',
  auth: { type: 'session', userName: 'u', password: 'p', remoteUserName: 'ru', remotePassword: 'rp' },
};

describe('the settings of an SRM site', () => {
  it('need no more than an address and two logins', () => {
    expect(sentences(good)).toEqual([]);
    expect(plainToInstance(SrmSettings, good).sessionMaxAgeSeconds).toBe(280);
  });

  it('take everything else as well', () => {
    const tls = { fingerprint256: 'AB:'.repeat(31) + 'AB' };
    expect(sentences({ ...good, pairing: 'site-b', home: 'site-a', tls, sessionMaxAgeSeconds: 60 })).toEqual(
      [],
    );
  });

  it('take the limits of the appliance, and its defaults for what is not said', () => {
    const settings = { ...good, budget: { addressRequestsPerMinute: 200 } };
    expect(sentences(settings)).toEqual([]);
    expect(limitsOf(plainToInstance(SrmSettings, settings))).toEqual({
      session: { requests: 50, windowSeconds: 60 },
      address: { requests: 200, windowSeconds: 60 },
    });
    const { address, session } = srmDescriptor.budget;
    expect(limitsOf(plainToInstance(SrmSettings, { ...good, budget: null }))).toEqual({ address, session });
  });

  it.each([
    [{ ...good, endpoint: 'srm-a.example' }, 'Write in "endpoint"'],
    [{ ...good, endpoint: 'https://srm-a.example/api/rest/vr/v2' }, 'Write in "endpoint"'],
    [{ ...good, auth: undefined }, 'Write "auth"'],
    [{ ...good, auth: { ...good.auth, type: 'basic' } }, 'Write "type": "session"'],
    [{ ...good, auth: { ...good.auth, remotePassword: '' } }, 'Write in "remotePassword"'],
    [{ ...good, tls: { fingerprint256: 'ab' } }, 'Write in "fingerprint256"'],
    [{ ...good, sessionMaxAgeSeconds: 1 }, 'Write in "sessionMaxAgeSeconds"'],
    [{ ...good, budget: 50 }, 'Write "budget" with'],
    [{ ...good, budget: { sessionRequestsPerMinute: 0 } }, 'Write in "sessionRequestsPerMinute"'],
    [{ ...good, budget: { addressRequestsPerMinute: 1.5 } }, 'Write in "addressRequestsPerMinute"'],
  ])('say what to write instead (%#)', (settings, sentence) => {
    expect(sentences(settings).join('\n')).toContain(sentence);
  });
});

function sentences(settings: object): string[] {
  const flat = (errors: ValidationError[]): string[] =>
    errors.flatMap((error) => [...Object.values(error.constraints ?? {}), ...flat(error.children ?? [])]);
  return flat(validateSync(plainToInstance(SrmSettings, settings)));
}
