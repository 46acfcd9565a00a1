import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockDirectory, type DirectoryLock } from './redis/directory-lock.js';
import { sitesFile, type SimulatorPorts } from './sites-file.js';

/** A killed sandbox leaves a Redis behind that is still writing its last second down. */
const LEAVING_REDIS_MS = 15_000;

/** Everything a sandbox keeps, locked while it is open. */
export class DataDirectory {
  readonly logs: string;
  readonly simulators: string;
  readonly journal: string;
  readonly history: string;
  readonly audit: string;
  readonly auditCheckpoints: string;

  private constructor(
    readonly path: string,
    private readonly lock: DirectoryLock,
  ) {
    this.logs = join(path, 'logs');
    this.simulators = join(path, 'simulators');
    this.journal = join(path, 'journal');
    this.history = join(path, 'history');
    this.audit = join(path, 'audit');
    this.auditCheckpoints = join(path, 'audit-checkpoints.ndjson');
  }

  /** Fails with DirectoryInUse if another sandbox has it. */
  static async open(path: string, options: { fresh: boolean }): Promise<DataDirectory> {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const directory = new DataDirectory(path, await lockDirectory(path));
    if (options.fresh) await directory.wipe();
    mkdirSync(directory.logs, { recursive: true });
    mkdirSync(directory.simulators, { recursive: true });
    return directory;
  }

  close(): void {
    this.lock.release();
  }

  logFile(name: string): string {
    return join(this.logs, `${name}.log`);
  }

  /** Generated once: a client set up yesterday still works today. */
  adminApiKey(): string {
    return this.secret('admin-api-key', () => `dra_${randomBytes(24).toString('base64url')}`).value;
  }

  /** The key that seals the record of decisions, likewise. */
  auditKeyFile(): string {
    return this.secret('audit-key', () => randomBytes(32).toString('hex')).file;
  }

  /** Written at every start, as the simulators' ports may have changed. */
  writeSitesFile(ports: SimulatorPorts): string {
    const file = join(this.path, 'sites.yaml');
    writeFileSync(file, sitesFile(ports));
    return file;
  }

  private secret(name: string, make: () => string): { file: string; value: string } {
    const file = join(this.path, name);
    try {
      return { file, value: readFileSync(file, 'utf8').trim() };
    } catch {
      const value = make();
      writeFileSync(file, `${value}\n`, { mode: 0o600 });
      return { file, value };
    }
  }

  /** Only what a sandbox puts here: the directory may be somebody's home by mistake. */
  private async wipe(): Promise<void> {
    const redis = join(this.path, 'redis');
    mkdirSync(redis, { recursive: true });
    (await lockDirectory(redis, { patienceMs: LEAVING_REDIS_MS })).release();
    const names = [
      ...['redis', 'journal', 'history', 'logs', 'simulators', 'sites.yaml', 'admin-api-key'],
      ...['audit', 'audit-key', 'audit-checkpoints.ndjson'],
    ];
    for (const name of names) {
      rmSync(join(this.path, name), { recursive: true, force: true });
    }
  }
}
