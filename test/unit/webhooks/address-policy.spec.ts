import { refusedAddress } from '../../../src/webhooks/sending/address-policy.js';
import { URL_TRICKS } from './url-tricks.js';
import { endpointFault } from '../../../src/webhooks/sending/endpoint-url.js';

const REFUSED = {
  loopback: [
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '::127.0.0.1',
  ],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '::ffff:10.0.0.1', '64:ff9b::a00:1'],
  'carrier grade nat': ['100.64.0.1', '100.127.255.254'],
  metadata: ['100.100.100.200', '168.63.129.16', 'fd00:ec2::254', '::ffff:100.100.100.200'],
  'link local': ['169.254.169.254', '169.254.0.1', 'fe80::1', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe'],
  'unique local': ['fc00::1', 'fdff::1'],
  unspecified: ['0.0.0.0', '0.1.2.3', '::'],
  multicast: ['224.0.0.1', '239.255.255.250', 'ff02::1'],
  broadcast: ['255.255.255.255'],
  reserved: [
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.9',
    '240.0.0.1',
    '2001:db8::1',
  ],
  '6to4': ['2002:7f00:1::', '2002:a9fe:a9fe::'],
  teredo: ['2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  rfc6052: ['64:ff9b:1::7f00:1'],
  rfc6145: ['::ffff:0:127.0.0.1'],
  discard: ['100::1'],
  'deprecated site local': ['fec0::1'],
  'not global': ['::7f00:1', '4000::1'],
  'not an address': ['fe80::1%eth0', 'localhost', '', '1.2.3'],
};

const cases = Object.entries(REFUSED).flatMap(([why, all]) => all.map((address) => ({ why, address })));

describe('an address that webhooks may not point to', () => {
  it.each(cases)('$address: $why', ({ address, why }) => {
    expect(refusedAddress(address, false)).toBe(why);
  });

  it.each(['93.184.216.34', '1.1.1.1', '2606:4700:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    'is not %s',
    (address) => {
      expect(refusedAddress(address, false)).toBeNull();
    },
  );

  it.each(['127.0.0.1', '10.1.2.3', '192.168.0.7', '100.64.0.1', 'fd12::1', '::1', '::ffff:127.0.0.1'])(
    'may be %s where private ones are allowed',
    (address) => {
      expect(refusedAddress(address, true)).toBeNull();
    },
  );

  it.each(['169.254.169.254', '100.100.100.200', 'fd00:ec2::254', 'fe80::1', '0.0.0.0', '224.0.0.1', '::'])(
    'is %s even then',
    (address) => {
      expect(refusedAddress(address, true)).not.toBeNull();
    },
  );
});

describe('the URL of a webhook', () => {
  it.each(URL_TRICKS)('is not %j', (url) => {
    expect(endpointFault(url, false)).toMatch(/\.$/);
  });

  it.each([
    'https://example.com',
    'https://example.com/a?b=c',
    'https://example.com:8443/',
    'https://1.1.1.1/',
    'https://[2606:4700:4700::1111]/',
  ])('is %s', (url) => {
    expect(endpointFault(url, false)).toBeNull();
  });

  it('may be plain http to a private address where that is allowed, and still without a password', () => {
    expect(endpointFault('http://127.0.0.1:80/', true)).toBeNull();
    expect(endpointFault('http://receiver:8080/hooks', true)).toBeNull();
    expect(endpointFault('http://a:b@127.0.0.1/', true)).toContain('password');
    expect(endpointFault('http://169.254.169.254/', true)).toContain('link local');
  });
});
