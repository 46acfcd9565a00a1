import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ENVIRONMENT, processVariables } from '#gateway/platform/config/environment';
import { chainsIn, checkpointsIn } from '#gateway/audit/audit-folder';
import { AuditKeys } from '#gateway/audit/audit-keys';
import { verified, type Verified } from '#gateway/audit/audit-verification';
import type { Fault } from '#gateway/audit/chain-verification';

const USAGE = `npm run audit:verify -- [options]    whether the record of decisions is as it was written

  --dir FOLDER            AUDIT_DIR, or a copy of it
  --key FILE              AUDIT_KEY_FILE
  --checkpoints FILE      AUDIT_CHECKPOINT_FILE, or a log of the API; as often as there are such files
  --removed-before TIME   what is older was removed in good order, such as 2026-01-31T00:00:00Z
  --json                  one object, for machines

Ends with 0 when nothing is wrong, 1 when something is, 2 when it could not be verified.`;

const MOST_SHOWN = 20;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`not verified: ${(error as Error).message}`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string', default: settingOf('auditDir') },
      key: { type: 'string', default: settingOf('auditKeyFile') },
      checkpoints: { type: 'string', multiple: true },
      'removed-before': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const keys = await AuditKeys.from(values.key).catch((error: Error) => {
    throw new Error(`the key is to be in ${values.key}, and ${error.message}`);
  });
  const files = values.checkpoints ?? [settingOf('auditCheckpointFile')].filter((file) => existsSync(file));
  const checkpoints = await Promise.all(files.map(checkpointsIn));
  const chains = await chainsIn(values.dir);
  if (chains.length === 0 && checkpoints.every(({ lines }) => lines.length === 0))
    throw new Error(`there is nothing in ${values.dir}, and no checkpoint that misses it`);
  const removedBefore = timeOf(values['removed-before']);
  const found = await verified({ chains, checkpoints, removedBefore }, keys);
  if (values.json) console.log(JSON.stringify(summaryOf(found), null, 2));
  else tell(found);
  return found.faults.length === 0 ? 0 : 1;
}

function tell({ chains, entries, checkpoints, faults }: Verified): void {
  console.log(`${entries} entries in ${chains.length} chains, ${checkpoints} checkpoints`);
  for (const { writer } of chains.filter(({ torn }) => torn))
    console.log(`a note: the chain ${writer} ends in the middle of a line, as a killed writer leaves it`);
  if (checkpoints === 0) console.log('a note: without checkpoints, an end that was cut off is not noticed');
  if (faults.length === 0) console.log('nothing is wrong');
  for (const [at, fault] of faults.slice(0, MOST_SHOWN).entries())
    console.log(`${at === 0 ? 'WRONG, first' : 'WRONG'}: ${sentenceOf(fault)}`);
  if (faults.length > MOST_SHOWN) console.log(`and ${faults.length - MOST_SHOWN} more`);
}

function sentenceOf({ kind, writer, file, line, offset, detail }: Fault): string {
  const place = file === null ? `chain ${writer}` : `${file}, line ${line}`;
  return `${kind} at ${place}${offset === null ? '' : ` (byte ${offset})`}: ${detail}`;
}

function summaryOf({ chains, entries, checkpoints, faults }: Verified) {
  return {
    entries,
    checkpoints,
    chains: chains.map(({ writer, entries: count, first, last, closed, torn }) => ({
      ...{ writer, entries: count, fromTime: first?.time ?? null, untilTime: last?.time ?? null },
      ...{ closed, torn },
    })),
    faults,
  };
}

function settingOf(name: 'auditDir' | 'auditKeyFile' | 'auditCheckpointFile'): string {
  const { name: variable, defaultValue } = ENVIRONMENT[name];
  return processVariables()[variable] || defaultValue;
}

/** null = nothing was removed. */
function timeOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Error(`--removed-before is a time, not "${text}"`);
  return new Date(time).toISOString();
}
