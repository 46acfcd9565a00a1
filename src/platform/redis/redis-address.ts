import type { RedisOptions } from 'ioredis';

/** `redis+sentinel://[user:password@]host:port,host:port/name[/db]`: user and password are the server's. */
const SENTINELS = /^redis\+sentinel:\/\/(?:([^@/\s]*)@)?([^@/\s]+)\/([^/?#\s]+)(?:\/(\d{1,3}))?$/;
const HOST = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/;
const SENTINEL_PORT = 26_379;

/** A sentence that says what to write, or null when the address is fine. */
export function redisAddressFault(address: string): string | null {
  if (/^rediss?:\/\/\S+$/.test(address)) return null;
  if (!/^rediss?\+sentinel:/.test(address))
    return 'write an address of the form redis://host:6379, rediss://host:6379 or redis+sentinel://host:26379,host2:26379/mymaster';
  return sentinelsOf(address)
    ? null
    : 'write the Sentinels in the form redis+sentinel://user:password@host:26379,host2:26379/mymaster, with a password in which @, / and % are percent-encoded';
}

/** What the client needs to find the primary by its Sentinels; null = the address names a server itself. */
export function sentinelsOf(address: string): RedisOptions | null {
  const [, login, hosts, name, db] = SENTINELS.exec(address) ?? [];
  if (hosts === undefined || name === undefined) return null;
  const sentinels = hosts.split(',').map(sentinelAt);
  if (sentinels.some((sentinel) => sentinel === null)) return null;
  try {
    return {
      sentinels: sentinels.filter((sentinel) => sentinel !== null),
      name: decodeURIComponent(name),
      ...(login === undefined ? {} : credentials(login)),
      ...(db === undefined ? {} : { db: Number(db) }),
    };
  } catch {
    return null; // a % that encodes nothing
  }
}

function sentinelAt(text: string): { host: string; port: number } | null {
  const [, host, port = String(SENTINEL_PORT)] = HOST.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function credentials(login: string): Pick<RedisOptions, 'username' | 'password'> {
  const colon = login.indexOf(':');
  const [user, password] = colon < 0 ? [login, ''] : [login.slice(0, colon), login.slice(colon + 1)];
  return {
    ...(user === '' ? {} : { username: decodeURIComponent(user) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}
