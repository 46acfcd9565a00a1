import { run } from '../run.js';

export interface ServerSettings {
  port: number;
  password: string;
  directory: string;
  appendOnly: boolean;
}

/** Something on this machine that speaks the Redis protocol, and how to run it. */
export interface RedisProgram {
  /** `javascript` keeps its data in memory, whatever it is told. */
  readonly kind: 'server' | 'javascript';
  /** For people: `redis-server 7.0.15`. */
  readonly title: string;
  readonly command: string;
  readonly env: Record<string, string>;
  invocation(settings: ServerSettings): { args: string[]; input: string };
}

/** The oldest server whose commands the gateway's scripts may use. */
const OLDEST = [6, 2] as const;

/** A real redis-server or valkey-server. Fails if it does not run here or is too old. */
export async function serverProgram(
  command: string,
  env: Record<string, string> = {},
): Promise<RedisProgram> {
  // A locale that the machine does not have stops Redis 7 at its start.
  const clean = { PATH: process.env.PATH ?? '', ...env, LC_ALL: 'C' };
  const banner = await run(command, ['--version'], { env: clean });
  const [, name, version, major, minor] = /^(\w+) server v=((\d+)\.(\d+)[.\w]*)/i.exec(banner) ?? [];
  if (name === undefined) throw new Error(`${command} is no Redis server: ${banner.slice(0, 80)}`);
  if (Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1])) {
    throw new Error(`${command} is version ${version}, and ${OLDEST.join('.')} is needed`);
  }
  return {
    kind: 'server',
    title: `${name.toLowerCase()}-server ${version}`,
    command,
    env: clean,
    invocation: (settings) => ({ args: ['-'], input: configurationOf(settings) }),
  };
}

/** The whole configuration: given on standard input, so that the password is in no file and no `ps`. */
function configurationOf(settings: ServerSettings): string {
  return [
    'bind 127.0.0.1',
    'protected-mode yes',
    `port ${settings.port}`,
    `requirepass ${settings.password}`,
    `dir "${settings.directory.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
    'save ""',
    `appendonly ${settings.appendOnly ? 'yes' : 'no'}`,
    'appendfsync everysec',
    'maxmemory-policy noeviction',
    'hz 100',
    'daemonize no',
    '',
  ].join('\n');
}
