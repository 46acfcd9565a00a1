import { redisAddressFault, sentinelsOf } from '../../../src/platform/redis/redis-address.js';

it.each(['redis://127.0.0.1:6379', 'rediss://:secret@host/2', 'redis://user:secret@host'])(
  '%s names a server itself',
  (address) => {
    expect(redisAddressFault(address)).toBeNull();
    expect(sentinelsOf(address)).toBeNull();
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
  'rediss+sentinel://one/mymaster',
])('%s is answered with the form that is wanted', (address) => {
  expect(redisAddressFault(address)).toMatch(
    /redis\+sentinel:\/\/user:password@host:26379,host2:26379\/mymaster/,
  );
});

it('anything else is told all three forms', () => {
  for (const address of ['localhost:6379', 'http://host', ''])
    expect(redisAddressFault(address)).toMatch(/redis:\/\/host:6379, rediss:.*redis\+sentinel:/);
});
