import type { UpstreamCall } from '../../src/domain/action-command.js';
import type { TlsSettings } from '../../src/platform/http/tls-trust.js';
import type { ProviderDriver } from '../../src/providers/provider-driver.js';
import { selfSigned } from '../unit/support/self-signed.js';
import { temporaryFolder } from '../unit/support/temporary-folder.js';
import { KEY, shown, SimulatedSite } from './sdrs/simulated-site.js';
import { SimulatedAppliance } from './srm/simulated-appliance.js';
import { TlsFront } from './tls-front.js';

const ours = selfSigned('appliance');
const theirs = selfSigned('impostor');
const file = temporaryFolder();
const openGate = { open: () => undefined };

/** What a driver says over TLS to a simulated site. */
interface Subject {
  front: TlsFront;
  driver(tls: TlsSettings | null): ProviderDriver;
  call(): UpstreamCall;
  executions(): number;
  close(): Promise<void>;
}

async function sdrsSubject(auth: object): Promise<Subject> {
  const site = await SimulatedSite.open();
  const front = await TlsFront.before(site.running.url, ours);
  return {
    front,
    driver: (tls) => site.driver(auth, 0, { url: front.url, tls }),
    call: () => site.action('shop-dr', { 'start-server-group': {} }),
    executions: () => site.sim.journal.executions().length,
    close: async () => {
      await site.close();
      await front.close();
    },
  };
}

async function srmSubject(): Promise<Subject> {
  const site = await SimulatedAppliance.open();
  const front = await TlsFront.before(site.running.url, ours);
  return {
    front,
    driver: (tls) => site.driver({}, { endpoint: `${front.url}/api/rest/srm/v2`, tls }),
    call: () => site.run('erp-plan', 'test', { sync_data: true }),
    executions: () => site.sim.journal.executions().length,
    close: async () => {
      await site.close();
      await front.close();
    },
  };
}

const SUBJECTS: [string, () => Promise<Subject>][] = [
  ['sdrs with a password', () => sdrsSubject({})],
  ['sdrs with an access key', () => sdrsSubject({ type: 'signature', ...KEY })],
  ['srm with its two logins', srmSubject],
];

const cx = () => ({ signal: new AbortController().signal });
const settled = (work: Promise<unknown>) => work.catch((error: unknown) => error);

describe.each(SUBJECTS)('the certificate of %s', (_, make) => {
  let subject: Subject;
  beforeEach(async () => {
    subject = await make();
  });
  afterEach(() => subject.close());

  const WRONG: [string, () => TlsSettings | null][] = [
    ['which nobody vouches for', () => null],
    ['of which another one is pinned', () => ({ fingerprint256: theirs.fingerprint256 })],
    ['which another authority signed', () => ({ caFile: file('theirs.pem', theirs.cert) })],
  ];

  it.each(WRONG)('%s, ends a look, a log-in and a change before a byte is said', async (_which, tls) => {
    const driver = subject.driver(tls());
    const check = await settled(driver.check(cx()));
    const read = await settled(driver.listProtectionGroups(cx()));
    const change = await settled(driver.start(subject.call(), openGate, cx()));
    expect(subject.front.received).toBe('');
    expect(check).toMatchObject({ name: 'ProviderError', kind: 'UNAVAILABLE', retry: 'TEMPORARY' });
    expect(read).toMatchObject({ kind: 'UNAVAILABLE' });
    expect(change).toMatchObject({ kind: 'UNAVAILABLE', delivery: 'NOT_SENT' });
    expect(subject.executions()).toBe(0);
    for (const error of [check, read, change])
      expect(shown(error)).not.toMatch(/demo-password|demo-remote|SkExample|Basic |Signature=/);
  });

  const RIGHT: [string, () => TlsSettings][] = [
    ['its fingerprint', () => ({ fingerprint256: ours.fingerprint256 })],
    ['the file of its authority', () => ({ caFile: file('ours.pem', ours.cert) })],
  ];

  it.each(RIGHT)('is trusted for all by %s', async (_which, tls) => {
    const driver = subject.driver(tls());
    await driver.check(cx());
    expect(await driver.listProtectionGroups(cx())).not.toHaveLength(0);
    await driver.start(subject.call(), openGate, cx());
    expect(subject.executions()).toBe(1);
    await driver.close();
  });

  it.each(RIGHT)('that changes under a session trusted by %s ends all talk', async (_which, tls) => {
    const driver = subject.driver(tls());
    await driver.check(cx());
    subject.front.change(theirs);
    subject.front.received = '';
    const change = await settled(driver.start(subject.call(), openGate, cx()));
    expect(change).toMatchObject({ kind: 'UNAVAILABLE', delivery: 'NOT_SENT' });
    await settled(driver.listProtectionGroups(cx()));
    await driver.close();
    expect(subject.front.received).toBe('');
    expect(subject.executions()).toBe(0);
  });
});
