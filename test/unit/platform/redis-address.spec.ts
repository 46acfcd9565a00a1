import { clusterOf, redisAddressFault, sentinelsOf } from '../../../src/platform/redis/redis-address.js';

it.each(['redis://127.0.0.1:6379', 'rediss://:secret@host/2', 'redis://user:secret@host'])(
  '%s names a server itself',
  (address) => {
    expect(redisAddressFault(address)).toBeNull();
    expect(sentinelsOf(address)).toBeNull();
    expect(clusterOf(address)).toBeNull();
  },
);

it('Sentinels are named with the server behind them, and its user and password', () => {
  const address = 'redis+sentinel://gate%40way:p%2Fw:x@one:26379,two,[::1]:26380/mymaster/3';
  expect(redisAddressFault(address)).toBeNull();
  expect(sentinelsOf(address)).toEqual({
    sentinels: [
      { host: 'one', port: 26379 },
      { host: 'two', port: 26379 },
      { host: '::1', port: 26380 },
    ],
    name: 'mymaster',
    username: 'gate@way',
    password: 'p/w:x',
    db: 3,
  });
});

it('a password alone needs no user, and neither has to be there', () => {
  expect(sentinelsOf('redis+sentinel://:secret@one/m')).toMatchObject({ password: 'secret' });
  expect(sentinelsOf('redis+sentinel://:secret@one/m')).not.toHaveProperty('username');
  expect(sentinelsOf('redis+sentinel://one/m')).toEqual({
    sentinels: [{ host: 'one', port: 26379 }],
    name: 'm',
  });
});

it.each([
  'redis+sentinel://one:26379',
  'redis+sentinel:///mymaster',
  'redis+sentinel://one,,two/mymaster',
  'redis+sentinel://one:70000/mymaster',
  'redis+sentinel://one:port/mymaster',
  'redis+sentinel://:50%@one/mymaster',
  'redis+sentinel://one/mymaster/zero',
])('%s is answered with the form that is wanted', (address) => {
  expect(redisAddressFault(address)).toMatch(
    /redis\+sentinel:\/\/user:password@host:26379,host2:26379\/mymaster/,
  );
});

it('Sentinels with TLS are spoken to with TLS, and so is the server behind them', () => {
  const address = 'rediss+sentinel://one/mymaster';
  expect(redisAddressFault(address)).toBeNull();
  expect(sentinelsOf(address)).toMatchObject({ tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true });
});

describe('a Cluster', () => {
  it('is named by some of its servers, with the user and password of them all', () => {
    const address = 'redis+cluster://gate%40way:p%2Fw:x@one:7000,two,[::1]:7002';
    expect(redisAddressFault(address)).toBeNull();
    expect(clusterOf(address)).toEqual({
      nodes: [
        { host: 'one', port: 7000 },
        { host: 'two', port: 6379 },
        { host: '::1', port: 7002 },
      ],
      server: { username: 'gate@way', password: 'p/w:x' },
    });
    expect(sentinelsOf(address)).toBeNull();
  });

  it('needs neither user nor password, and may want TLS', () => {
    expect(clusterOf('redis+cluster://one/')).toEqual({ nodes: [{ host: 'one', port: 6379 }], server: {} });
    expect(clusterOf('rediss+cluster://:secret@one')?.server).toEqual({ password: 'secret', tls: {} });
  });

  it.each([
    'redis+cluster://',
    'redis+cluster://one,,two',
    'redis+cluster://one:70000',
    'redis+cluster://one:port',
    'redis+cluster://:50%@one',
    'redis+cluster://one/1',
  ])('%s is answered with the form that is wanted', (address) => {
    expect(clusterOf(address)).toBeNull();
    expect(redisAddressFault(address)).toMatch(/redis\+cluster:\/\/user:password@host:6379,host2:6379/);
  });
});

it('anything else is told all forms', () => {
  for (const address of ['localhost:6379', 'http://host', ''])
    expect(redisAddressFault(address)).toMatch(
      /redis:\/\/host:6379, rediss:.*redis\+sentinel:.*redis\+cluster:/,
    );
});
