import type { Head } from './audit-entry.js';
import type { AuditKeys } from './audit-keys.js';
import { readCheckpoint } from './checkpoints.js';
import { checkedChain, type ChainSource, type CheckedChain, type Fault } from './chain-verification.js';

export interface CheckpointSource {
  name: string;
  lines: readonly { text: string; whole: boolean }[];
}

export interface ToVerify {
  chains: readonly ChainSource[];
  checkpoints: readonly CheckpointSource[];
  /** What was written before it may have been removed in good order, from the oldest on; null = nothing was. */
  removedBefore: string | null;
}

export interface Verified {
  chains: readonly CheckedChain[];
  entries: number;
  checkpoints: number;
  /** In the order of the chains, the first place of each first. None = nothing was tampered with. */
  faults: readonly Fault[];
}

/** Every chain by itself, then all of them against what they and the checkpoints say about each other. */
export async function verified(
  { chains, checkpoints, removedBefore }: ToVerify,
  keys: AuditKeys,
): Promise<Verified> {
  const told = checkpoints.map((source) => headsOf(source, keys));
  const checked: CheckedChain[] = [];
  for (const source of chains) checked.push(await checkedChain(source, keys.ofChain(source.writer)));
  const heads = [...told, ...checked].flatMap((source) => source.heads);
  const writers = new Set([...checked, ...heads].map(({ writer }) => writer));
  const faults = [...writers].sort().flatMap((writer) => {
    const chain = checked.find((one) => one.writer === writer) ?? null;
    const named = heads.filter((head) => head.writer === writer);
    return [
      ...beginning(chain, removedBefore),
      ...(chain?.faults ?? []),
      ...contradictions(writer, chain, named),
      ...cutOff(writer, chain, named, removedBefore),
    ];
  });
  return {
    chains: checked,
    entries: checked.reduce((sum, { entries }) => sum + entries, 0),
    checkpoints: told.reduce((sum, one) => sum + one.heads.length, 0),
    faults: [...told.flatMap((one) => one.faults), ...faults],
  };
}

function headsOf({ name, lines }: CheckpointSource, keys: AuditKeys): { heads: Head[]; faults: Fault[] } {
  const heads: Head[] = [];
  const faults: Fault[] = [];
  for (const [at, { text, whole }] of lines.entries()) {
    const checkpoint = whole ? readCheckpoint(text, keys) : null;
    if (checkpoint) heads.push(checkpoint.head);
    else if (whole)
      faults.push({
        ...{ kind: 'CHANGED', writer: '', file: name, line: at + 1, offset: null, sequence: 0 },
        detail: 'This checkpoint is not what was written here.',
      });
  }
  return { heads, faults };
}

function beginning(chain: CheckedChain | null, removedBefore: string | null): Fault[] {
  if (!chain?.first || chain.first.sequence === 1) return [];
  const { sequence, time } = chain.first;
  if (removedBefore !== null && time <= removedBefore) return [];
  return [lost('MISSING', chain.writer, 1, `The entries from 1 to ${sequence - 1} are not there.`)];
}

function contradictions(writer: string, chain: CheckedChain | null, named: readonly Head[]): Fault[] {
  return named
    .filter(({ sequence, mac }) => (chain?.macs.get(sequence) ?? mac) !== mac)
    .slice(0, 1)
    .map(({ sequence }) =>
      lost('CONTRADICTED', writer, sequence, `Somebody was told of another entry ${sequence}.`),
    );
}

function cutOff(
  writer: string,
  chain: CheckedChain | null,
  named: readonly Head[],
  removedBefore: string | null,
): Fault[] {
  const reached = chain?.last?.sequence ?? 0;
  const furthest = named.reduce<Head | null>(
    (most, head) => (head.sequence > (most?.sequence ?? reached) ? head : most),
    null,
  );
  if (!furthest) return [];
  const isRemoved = reached === 0 && chain === null && removedBefore !== null;
  if (isRemoved && furthest.time < removedBefore) return [];
  const detail = `The entries from ${reached + 1} to ${furthest.sequence} are not there; the last was written at ${furthest.time}.`;
  return [lost('CUT_OFF', writer, reached + 1, detail)];
}

function lost(kind: Fault['kind'], writer: string, sequence: number, detail: string): Fault {
  return { kind, writer, file: null, line: null, offset: null, sequence, detail };
}
