import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverProgram, type RedisProgram } from './redis-program.js';
import { run } from '../run.js';

/**
 * The distribution's own redis-server, for somebody who may not install packages: read the package
 * lists into a private directory, download, unpack, run from there. Nothing of the system is changed.
 * The unpacked tree (8 MB) is kept in the user's cache, so that only the first start pays.
 */
export async function debianRedis(announce: (text: string) => void): Promise<RedisProgram> {
  const system = await debianSystem();
  const kept = join(cacheHome(), `redis-${system.codename}-${system.architecture}`);
  const known = await programIn(kept, system).catch(() => null);
  if (known) return known;

  announce(`Redis: none installed; fetching ${system.title}'s own package, without installing it`);
  removeAbandoned(cacheHome());
  const work = mkdtempSync(`${kept}.new-`);
  try {
    const tree = join(work, 'tree');
    const program = await unpackRedis(new PrivateApt(work), tree, system);
    if (!moveIntoPlace(tree, kept)) return await programIn(kept, system);
    return await programIn(kept, system).catch(() => program);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface DebianSystem {
  title: string;
  codename: string;
  architecture: string;
}

async function debianSystem(): Promise<DebianSystem> {
  if (process.platform !== 'linux') throw new Error('this is not Debian or Ubuntu');
  const release = readFileSync('/etc/os-release', 'utf8');
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(release)?.[1] ?? '';
  const architecture = await run('dpkg', ['--print-architecture']).catch(() => '');
  if (architecture === '') throw new Error('this is not Debian or Ubuntu');
  const codename = field('VERSION_CODENAME') || 'unstable';
  return { title: `${field('NAME')} ${codename}`, codename, architecture: architecture.trim() };
}

/** Programs are run from here, so it must be a place where only this user can write. */
function cacheHome(): string {
  const places = [
    join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'dr-gateway'),
    fileURLToPath(new URL('../../../node_modules/.cache/dr-gateway', import.meta.url)),
  ];
  for (const place of places) {
    try {
      mkdirSync(place, { recursive: true, mode: 0o700 });
      return place;
    } catch {
      // a user without a home
    }
  }
  throw new Error(`no cache directory can be made: ${places.join(', ')}`);
}

async function programIn(tree: string, system: DebianSystem): Promise<RedisProgram> {
  const program = await serverProgram(binaryIn(tree), { LD_LIBRARY_PATH: librariesIn(tree).join(':') });
  return { ...program, title: `${program.title} (package of ${system.title})` };
}

const binaryIn = (tree: string) => join(tree, 'usr', 'bin', 'redis-server');

function librariesIn(tree: string): string[] {
  return ['usr/lib', 'lib'].flatMap((parent) => {
    const directory = join(tree, parent);
    return [directory, ...listed(directory).map((name) => join(directory, name))];
  });
}

/** On Debian 12 the binary is in redis-tools, redis-server only links to it. */
const PACKAGES = ['redis-server', 'redis-tools'];
const LIBRARY_ROUNDS = 4;

async function unpackRedis(apt: PrivateApt, tree: string, system: DebianSystem): Promise<RedisProgram> {
  await apt.update();
  let depends = await apt.unpack(PACKAGES, tree);
  for (let round = 0; round < LIBRARY_ROUNDS && (await lacksLibraries(tree)); round++) {
    const absent = await notInstalled(depends.filter((name) => name.startsWith('lib')));
    if (absent.length === 0) break;
    depends = await apt.unpack(absent, tree);
  }
  return programIn(tree, system);
}

async function lacksLibraries(tree: string): Promise<boolean> {
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', LD_LIBRARY_PATH: librariesIn(tree).join(':') };
  return (await run('ldd', [binaryIn(tree)], { env })).includes('not found');
}

async function notInstalled(names: string[]): Promise<string[]> {
  const states = await Promise.all(
    names.map((name) => run('dpkg-query', ['-W', '-f', '${db:Status-Status}', name]).catch(() => 'absent')),
  );
  return names.filter((_, i) => !states[i]?.startsWith('installed'));
}

/** What was begun by a process that was killed: nobody unpacks for an hour. */
function removeAbandoned(cache: string): void {
  const anHourAgo = Date.now() - 3_600_000;
  for (const path of listed(cache).map((name) => join(cache, name))) {
    if (path.includes('.new-') && statSync(path).mtimeMs < anHourAgo)
      rmSync(path, { recursive: true, force: true });
  }
}

/** False if somebody else was faster: then theirs is as good. */
function moveIntoPlace(tree: string, kept: string): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      renameSync(tree, kept);
      return true;
    } catch {
      // What lies there did not run when we looked: a broken tree, or one that is a moment old.
      if (listed(join(kept, 'usr', 'bin')).includes('redis-server')) return false;
      rmSync(kept, { recursive: true, force: true });
    }
  }
  return false;
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** apt with lists, cache and state of its own. The machine's sources, keys and proxies stay in force. */
class PrivateApt {
  private readonly configuration: string;

  constructor(private readonly directory: string) {
    for (const name of ['lists/partial', 'cache/archives/partial', 'state', 'debs']) {
      mkdirSync(join(directory, name), { recursive: true });
    }
    this.configuration = join(directory, 'apt.conf');
    writeFileSync(
      this.configuration,
      [
        `Dir::State "${directory}/state";`,
        `Dir::State::lists "${directory}/lists";`,
        'Dir::State::status "/var/lib/dpkg/status";',
        `Dir::Cache "${directory}/cache";`,
        'APT::Sandbox::User "root";', // for root: user _apt may not enter root's cache
        '#clear APT::Update::Pre-Invoke;',
        '#clear APT::Update::Post-Invoke;',
        '#clear APT::Update::Post-Invoke-Success;',
        'Acquire::Languages "none";',
        'Acquire::Retries "1";',
        'Acquire::http::Timeout "15";',
        'Acquire::https::Timeout "15";',
        '',
      ].join('\n'),
    );
  }

  /** One source that is down must not matter: whether it was needed, the download will show. */
  async update(): Promise<void> {
    await this.apt(['update']).catch(() => undefined);
  }

  /** Downloads and unpacks; answers the names of the packages that these depend on. */
  async unpack(packages: string[], tree: string): Promise<string[]> {
    const debs = mkdtempSync(join(this.directory, 'debs', 'round-'));
    await this.apt(['download', ...packages], debs);
    const depends = new Set<string>();
    for (const deb of listed(debs).map((name) => join(debs, name))) {
      await run('dpkg-deb', ['-x', deb, tree], { timeoutMs: 60_000 });
      const field = await run('dpkg-deb', ['-f', deb, 'Depends']);
      for (const clause of field.split(',')) depends.add(/^\s*([^\s:(|]*)/.exec(clause)?.[1] ?? '');
    }
    return [...depends];
  }

  private apt(args: string[], cwd = this.directory): Promise<string> {
    return run('apt-get', ['-q', '-c', this.configuration, ...args], { cwd, timeoutMs: 120_000 });
  }
}
