import type { Member, RollEntry, Stage } from './guard-board.js';

/** The roll is a hash: `seen:<who>` = milliseconds, `at:<who>` = stage and token, `write:<who>` = id of the last write. */
const LETTERS = { JOURNAL: 'J', PROCESS: 'P', NONE: 'N' } as const;
const KINDS = { J: 'JOURNAL', P: 'PROCESS', N: 'NONE' } as const;

/** A process that was not seen for so long has ended; its journal is another matter. */
const PROCESS_GONE_MS = 60_000;
const JOURNAL_GONE_MS = 7 * 86_400_000;

/** Of the process, and of its journal or of those who keep none; the process first. */
export function rollFields(me: Member, field: string, value: string): Record<string, string> {
  const fields = { [`${field}:P:${me.processId}`]: value };
  fields[me.journalId === null ? `${field}:N:-` : `${field}:J:${me.journalId}`] = value;
  return fields;
}

export function stageMark(stage: Stage, token: string): string {
  return `${stage} ${token}`;
}

export function rollOf(fields: Record<string, string>): RollEntry[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const match = /^seen:([JPN]):(.+)$/.exec(name);
    if (!match) return [];
    const [, , id = ''] = match;
    const letter = match[1] as keyof typeof KINDS;
    const [stage, token] = (fields[`at:${letter}:${id}`] ?? '0').split(' ');
    return [
      {
        kind: KINDS[letter],
        id,
        seenMs: Number(value),
        token: token ?? null,
        stage: Number(stage) as Stage,
      },
    ];
  });
}

/** As written to the hash. */
export function fieldsOf({ kind, id, seenMs }: RollEntry): [string, string] {
  return [`seen:${LETTERS[kind]}:${id}`, String(seenMs)];
}

/** The fields of those who were not seen for long. */
export function goneFrom(fields: Record<string, string>, nowMs: number): string[] {
  return rollOf(fields)
    .filter(({ kind, seenMs }) => nowMs - seenMs > (kind === 'PROCESS' ? PROCESS_GONE_MS : JOURNAL_GONE_MS))
    .flatMap(({ kind, id }) => ['seen', 'at', 'write'].map((field) => `${field}:${LETTERS[kind]}:${id}`));
}
