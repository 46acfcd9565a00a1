import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { productScript } from '../../support/product.js';
import { AuditPlace, decision, SECRET } from './audit-place.js';

const ROUNDS = 4;
const WRITERS = 2;
const ASKED = JSON.stringify(decision({ reason: 'x'.repeat(300) }));

/** Records for ever, several at a time, and tells each decision that it was told is kept. */
const WRITER = `
  import { writeSync } from 'node:fs';
  const [audit, folder, file, secret, name, decision] = process.argv.slice(1);
  const [{ FileAuditTrail }, { AuditKeys }, { Checkpoints }] = await Promise.all(
    ['file-audit-trail', 'audit-keys', 'checkpoints'].map((script) => import(audit + '/' + script + '.js')),
  );
  const log = { info() {}, warn() {}, error() {} };
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const keys = new AuditKeys([secret]);
  const trail = await FileAuditTrail.open(folder, { keys, clock, log, checkpoints: new Checkpoints(file, keys, clock, log) });
  let told = 0;
  const record = async (lane) => {
    for (let i = 0; ; i += 1) {
      const requestId = [name, lane, i].join('.');
      await trail.record({ ...JSON.parse(decision), requestId });
      writeSync(1, requestId + '\\n');
      if ((told += 1) % 50 === 0) await trail.endMinute();
    }
  };
  await Promise.all([0, 1, 2, 3].map(record));
`;

it('processes that are killed while they record leave chains that are whole, with all that they were told is kept', async () => {
  const place = new AuditPlace();
  const audit = join(productScript('main'), '..', 'audit');
  const recordAndDie = async (name: string, entries: number): Promise<string[]> => {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', WRITER, audit, place.folder, place.checkpointFile, SECRET, name, ASKED],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const kept: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      kept.push(line);
      if (kept.length === entries) child.kill('SIGKILL');
    }
    return kept;
  };
  const told: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const writers = Array.from({ length: WRITERS }, (_, i) =>
      recordAndDie(`${round}-${i}`, 40 + 53 * round + i),
    );
    told.push(...(await Promise.all(writers)).flat());
  }
  const { faults, chains, checkpoints } = await place.verified();
  expect(faults).toEqual([]);
  expect({ chains: chains.length, closed: chains.filter(({ closed }) => closed).length }).toEqual({
    chains: ROUNDS * WRITERS,
    closed: 0,
  });
  expect(checkpoints).toBeGreaterThan(WRITERS);
  const found = place.files.flatMap((name) => place.linesOf(name)).join('\n');
  expect(told.length).toBeGreaterThan(500);
  expect(told.filter((id) => !found.includes(`"requestId":"${id}"`))).toEqual([]);
  await place.close();
}, 120_000);
