import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chainsIn, checkpointsIn } from '../../../src/audit/audit-folder.js';
import { AuditKeys } from '../../../src/audit/audit-keys.js';
import { verified, type Verified } from '../../../src/audit/audit-verification.js';
import { Checkpoints } from '../../../src/audit/checkpoints.js';
import { FileAuditTrail } from '../../../src/audit/file-audit-trail.js';
import type { Decision } from '../../../src/domain/access/decision.js';
import type { Clock } from '../../../src/platform/clock.js';
import { recordingLog } from '../support/recording-log.js';
import { TestClock } from '../support/test-clock.js';

export const DAY_MS = 24 * 3_600_000;
export const SECRET = 'a-secret-of-the-audit-that-is-long-enough';

export function decision(changes: Partial<Decision> = {}): Decision {
  return {
    kind: 'ALLOWED',
    principalId: 'key:ops',
    principalKind: 'API_KEY',
    requestId: 'r-1',
    clientAddress: '192.0.2.7',
    method: 'POST',
    route: '/v1/recovery-plans/:id/actions/failover',
    right: 'workloads:fail-over',
    action: 'FAILOVER',
    siteId: 'alpha',
    subjectId: 'alpha.plan',
    operationId: null,
    code: null,
    reason: 'the site is lost',
    ...changes,
  };
}

/** A folder that any number of API processes record in, the file of their checkpoints, and a key. */
export class AuditPlace {
  readonly root = mkdtempSync(join(tmpdir(), 'dr-gateway-audit-'));
  readonly folder = join(this.root, 'audit');
  readonly checkpointFile = join(this.root, 'checkpoints.ndjson');
  readonly keys = new AuditKeys([SECRET]);
  readonly clock = new TestClock();
  readonly said = recordingLog();
  private readonly opened: FileAuditTrail[] = [];

  async open(clock: Clock = this.clock, keys = this.keys): Promise<FileAuditTrail> {
    const { log } = this.said;
    const checkpoints = new Checkpoints(this.checkpointFile, keys, clock, log);
    await checkpoints.open();
    const trail = await FileAuditTrail.open(this.folder, { keys, clock, log, checkpoints });
    this.opened.push(trail);
    return trail;
  }

  get files(): string[] {
    return readdirSync(this.folder).sort();
  }

  read(name: string): Buffer {
    return readFileSync(join(this.folder, name));
  }

  write(name: string, content: Buffer | string): void {
    writeFileSync(join(this.folder, name), content);
  }

  remove(name: string): void {
    rmSync(join(this.folder, name));
  }

  linesOf(name: string): string[] {
    return this.read(name).toString('latin1').split('\n').slice(0, -1);
  }

  async verified(removedBefore: string | null = null, keys = this.keys): Promise<Verified> {
    const checkpoints = existsSync(this.checkpointFile) ? [await checkpointsIn(this.checkpointFile)] : [];
    return verified({ chains: await chainsIn(this.folder), checkpoints, removedBefore }, keys);
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.map((trail) => trail.close()));
    rmSync(this.root, { recursive: true, force: true });
  }
}
