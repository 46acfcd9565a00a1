import type { ConnectionOptions } from 'node:tls';
import type { ClusterNode, RedisOptions } from 'ioredis';

/** `redis+sentinel://[user:password@]host:port,host:port/name[/db]`: user and password are the server's. */
const SENTINELS = /^redis(s?)\+sentinel:\/\/(?:([^@/\s]*)@)?([^@/\s]+)\/([^/?#\s]+)(?:\/(\d{1,3}))?$/;
/** `redis+cluster://[user:password@]host:port,host:port`: some of its servers; a Cluster has one database. */
const CLUSTER = /^redis(s?)\+cluster:\/\/(?:([^@/\s]*)@)?([^@/?#\s]+)\/?$/;
const HOST = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/;
const SENTINEL_PORT = 26_379;
const SERVER_PORT = 6_379;

/** A sentence that says what to write, or null when the address is fine. */
export function redisAddressFault(address: string): string | null {
  if (/^rediss?:\/\/\S+$/.test(address)) return null;
  if (/^rediss?\+sentinel:/.test(address))
    return sentinelsOf(address)
      ? null
      : 'write the Sentinels in the form redis+sentinel://user:password@host:26379,host2:26379/mymaster, with a password in which @, / and % are percent-encoded';
  if (/^rediss?\+cluster:/.test(address))
    return clusterOf(address)
      ? null
      : 'write some servers of the Cluster in the form redis+cluster://user:password@host:6379,host2:6379, without a database, and with a password in which @, / and % are percent-encoded';
  return 'write an address of the form redis://host:6379, rediss://host:6379, redis+sentinel://host:26379,host2:26379/mymaster or redis+cluster://host:6379,host2:6379 (rediss+… with TLS)';
}

/**
 * What the client needs to find the primary by its Sentinels; null = the address names no Sentinels.
 * @param trust whom to believe, where the address asks for TLS
 */
export function sentinelsOf(address: string, trust: ConnectionOptions = {}): RedisOptions | null {
  const [, tls, login, hosts, name, db] = SENTINELS.exec(address) ?? [];
  if (hosts === undefined || name === undefined) return null;
  const sentinels = hostsAt(hosts, SENTINEL_PORT);
  if (sentinels === null) return null;
  try {
    return {
      sentinels,
      name: decodeURIComponent(name),
      ...(login === undefined ? {} : credentials(login)),
      ...(db === undefined ? {} : { db: Number(db) }),
      ...(tls === 's' ? { tls: trust, sentinelTLS: trust, enableTLSForSentinelMode: true } : {}),
    };
  } catch {
    return null; // a % that encodes nothing
  }
}

export interface ClusterAddress {
  nodes: ClusterNode[];
  /** How each of its servers is talked to. */
  server: Pick<RedisOptions, 'username' | 'password' | 'tls'>;
}

/** What the client needs to find the servers of a Cluster; null = the address names none. */
export function clusterOf(address: string, trust: ConnectionOptions = {}): ClusterAddress | null {
  const [, tls, login, hosts] = CLUSTER.exec(address) ?? [];
  if (hosts === undefined) return null;
  const nodes = hostsAt(hosts.replace(/\/$/, ''), SERVER_PORT);
  if (nodes === null) return null;
  try {
    const server = login === undefined ? {} : credentials(login);
    return { nodes, server: tls === 's' ? { ...server, tls: trust } : server };
  } catch {
    return null;
  }
}

function hostsAt(text: string, usualPort: number): { host: string; port: number }[] | null {
  const found = text.split(',').map((host) => hostAt(host, usualPort));
  const hosts = found.filter((host) => host !== null);
  return hosts.length === found.length ? hosts : null;
}

function hostAt(text: string, usualPort: number): { host: string; port: number } | null {
  const [, host, port = String(usualPort)] = HOST.exec(text) ?? [];
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
