import type { Fault } from './judge.js';
import type { Sum } from './sum.js';
import { VARIANTS } from './variants.js';

const COLUMNS: readonly (readonly [title: string, faults: readonly Fault[]])[] = [
  ['Repeated', ['REPEATED', 'TWO_FOR_KEY']],
  ['After a verdict', ['AFTER_VERDICT']],
  ['After UNKNOWN', ['AFTER_UNKNOWN']],
  ['False verdict', ['FALSE_VERDICT']],
  ['Not what was promised', ['WRONG_WAY', 'SURPRISED']],
  ['Lost or stuck', ['LOST', 'STUCK']],
  ['Two holders', ['TWO_HOLDERS']],
];

/** Runs with at least one finding, a row for each variant. */
export function table(sums: readonly Sum[]): string {
  const head = ['Variant', 'Runs', 'Ambiguous sends', ...COLUMNS.map(([title]) => title), 'To a person'];
  const rows = sums.map((sum) => [
    VARIANTS[sum.variant]?.name ?? sum.variant,
    String(sum.seeds),
    String(sum.ambiguous),
    ...COLUMNS.map(([, faults]) => String(faults.reduce((all, fault) => all + sum.faults[fault].runs, 0))),
    String(sum.unknown),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Whether it kept, or broke, what it was to; a sentence for each fault otherwise. */
export function complaints(sum: Sum): string[] {
  const variant = VARIANTS[sum.variant];
  if (!variant) return [`There is no variant ${sum.variant}.`];
  const found = (Object.entries(sum.faults) as [Fault, Sum['faults'][Fault]][]).filter(
    ([fault, { runs }]) => runs > 0 && fault !== 'CREDITED',
  );
  if (variant.breaks.length === 0) {
    return found.map(
      ([fault, { runs, seeds }]) =>
        `${fault} in ${runs} of ${sum.seeds} runs; replay: ${seeds.map((seed) => replayCommand(sum.variant, seed)).join(' ; ')}`,
    );
  }
  return isBroken(sum)
    ? []
    : [`"${variant.name}" was not seen to fail in ${sum.seeds} runs: the rule is not shown to be needed.`];
}

/** Whether one of the promises that it must break was broken. */
export function isBroken({ variant, faults }: Sum): boolean {
  return (VARIANTS[variant]?.breaks ?? []).some((fault) => faults[fault].runs > 0);
}

export function replayCommand(variant: string, seed: number): string {
  return `npm run model -- --replay ${variant}:${seed}`;
}
