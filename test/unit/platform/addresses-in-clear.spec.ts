import { addressesInClear } from '../../../src/platform/config/addresses-in-clear.js';

it('an address of a site that is asked without TLS is told by its place, and not shown', () => {
  const told = addressesInClear({
    sites: [
      { id: 'a', endpoints: { identity: 'https://iam.example', sdrs: 'http://user:secret@sdrs.example/v1' } },
      { id: 'b', url: 'http://10.0.0.7:8080', tls: { caFile: 'http.pem' } },
    ],
  });
  expect(told).toEqual([
    expect.stringMatching(/^sites\.0\.endpoints\.sdrs is an address without TLS: write https/),
    expect.stringMatching(/^sites\.1\.url is an address without TLS/),
  ]);
  expect(told.join()).not.toContain('secret');
});

it.each([
  'http://127.0.0.1:9000',
  'http://localhost',
  'http://[::1]:1',
  'https://vcenter.example',
  'http://',
])('%s is not told of', (url) => {
  expect(addressesInClear({ sites: [{ url }] })).toEqual([]);
});

it('what only begins like an address of this machine is none', () => {
  expect(addressesInClear({ url: 'http://127.0.0.1.evil.example' })).toHaveLength(1);
});
