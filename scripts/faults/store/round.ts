import { setTimeout as sleep } from 'node:timers/promises';
import { judged, ledgerOf, type Asking, type Verdicts } from './judging.js';
import type { StoreWorld } from './store-world.js';
import type { Target } from './targets.js';

/** Something that happens to the store while people ask for failovers. */
export interface StoreFault {
  strike(): Promise<void>;
  /** How long it lasts, milliseconds. */
  lastsMs: number;
  /** Resolves when the store takes commands again. */
  heal(): Promise<void>;
}

export interface RoundResult extends Verdicts {
  /** From the store's return to the beginning upstream of what was asked for from then on, one per site; null = never. */
  resumeMs: (number | null)[];
  /** Whatever was answered but 202, and how often. */
  answers: Record<string, number>;
  /** What else must not be. */
  notes?: string[];
}

/** Of each site: asked for before the fault, and while it lasts. */
const BEFORE = 2;
const MEANWHILE = 1;
export const TARGETS_OF_A_ROUND = BEFORE + MEANWHILE + 1;

const PROMISED_WITHIN_MS = 90_000;
const SENT_WITHIN_MS = 60_000;
const STRIKES_WITHIN_MS = 1_200;

/** Failovers are asked for on both sites; the fault strikes in the middle of them; then the ledger is asked. */
export async function round(
  world: StoreWorld,
  fault: StoreFault,
  random: () => number = Math.random,
): Promise<RoundResult> {
  const before = world.targets.take(BEFORE);
  const meanwhile = world.targets.take(MEANWHILE);
  const probes = world.targets.take(1);
  const asked: Promise<Asking>[] = [];
  const ask = (target: Target): void => void asked.push(asking(world, target));

  const strikesAfterMs = random() * STRIKES_WITHIN_MS;
  const asksBefore = before.map(async (target) => {
    await sleep(random() * STRIKES_WITHIN_MS * 0.7);
    ask(target);
  });
  await sleep(strikesAfterMs);
  await fault.strike();
  const asksMeanwhile = meanwhile.map(async (target) => {
    await sleep(random() * fault.lastsMs);
    ask(target);
  });
  await Promise.all([sleep(fault.lastsMs), ...asksBefore, ...asksMeanwhile]);
  await fault.heal();
  const backAt = Date.now();
  for (const target of probes) ask(target);
  const askings = await Promise.all(asked);
  const resumeMs = await Promise.all(probes.map((target) => begunAfter(target, backAt)));
  return { ...(await judged(world, askings)), resumeMs, answers: answersOf(askings) };
}

export async function asking(world: StoreWorld, target: Target): Promise<Asking> {
  return { target, ...(await world.caller.failOver(target.planId, PROMISED_WITHIN_MS)) };
}

export async function begunAfter({ site, subject }: Target, backAt: number): Promise<number | null> {
  const deadline = performance.now() + SENT_WITHIN_MS;
  while (performance.now() < deadline) {
    const at = (await ledgerOf(site)).get(subject)?.[0];
    if (at !== undefined) return at - backAt;
    await sleep(50);
  }
  return null;
}

export function answersOf(askings: readonly Asking[]): Record<string, number> {
  const answers: Record<string, number> = {};
  for (const { others } of askings)
    for (const [what, times] of others) answers[what] = (answers[what] ?? 0) + times;
  return answers;
}
