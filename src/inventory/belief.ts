import type { SiteSurvey } from '../domain/site-survey.js';
import { ProviderError, type ProviderErrorKind } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import {
  areTooMany,
  isSettled,
  marked,
  oddAfter,
  oddKey,
  type Odd,
  type Oddities,
  type Thing,
} from './oddities.js';
import { FEW, plausibility, type Gone, type Plausibility } from './plausibility.js';
import { hasDrillsOfItsOwn, SingleLooks } from './single-looks.js';

/** What to believe of a site's answer to a whole look. */
export type Belief =
  /** `lists` whole: what is odd is in them as it was known, or as it shows itself. */
  | { kind: 'BELIEVED'; lists: Partial<SiteSurvey>; oddities: Oddities }
  /** Many things are missing: it counts when a second answer agrees. */
  | { kind: 'DOUBTED'; text: string; digest: string }
  | { kind: 'NONSENSE'; text: string; oddities: Oddities };

export interface Answer {
  provider: Provider;
  known: SiteSurvey | null;
  survey: SiteSurvey;
  /** Those of the looks before. */
  oddities: Oddities;
  /** Digest of a loss that was doubted long enough ago; null = there is none. */
  doubted: string | null;
  takenMs: number;
}

/** So many missing things are asked for one by one; of more of them a few. */
const MOST_ASKED = 10;

/** Judges the answer, and asks for the single things that it leaves in doubt. Throws `ProviderError` when one of them cannot be told. */
export async function beliefIn(answer: Answer, singles: SingleLooks): Promise<Belief> {
  const { provider, known, oddities } = answer;
  const missed = { drills: hasDrillsOfItsOwn(provider) };
  const whole = plausibility(provider.siteId, known, answer.survey, missed);
  const faults = whole.kind === 'NONSENSE' ? whole.faults : [];
  const rest = whole.kind === 'NONSENSE' ? whole.rest : null;
  const judged = rest ? plausibility(provider.siteId, known, rest, missed) : whole;
  if (judged.kind === 'NONSENSE') return nonsense(judged.text, oddities);
  const gone = judged.kind === 'LOSS' ? judged.gone : [];

  const faulty = new Set(faults.map(oddKey));
  const others = gone.filter((one) => !faulty.has(oddKey(one)));
  const old = others.filter((one) => isSettledIn(oddities, one));
  const missing = others.filter((one) => !isSettledIn(oddities, one));
  const things = missing.filter(({ list }) => list !== 'drills');
  if (judged.kind === 'LOSS' && things.length > FEW && judged.digest !== answer.doubted)
    return { kind: 'DOUBTED', text: judged.text, digest: judged.digest };

  const isMass = things.length > MOST_ASKED;
  const shown = await stillShown(isMass ? things.slice(0, FEW) : things, known, singles);
  if (isMass && shown.length > 0) return nonsenseOfLoss(judged, oddities);
  const kept = await keptOf([...old, ...faults.filter(isNamed)], known, singles, { oddities, most: FEW });
  const drills = await keptOf(
    missing.filter(({ list }) => list === 'drills'),
    known,
    singles,
    { oddities, most: MOST_ASKED },
  );
  const omitted = [...shown, ...kept, ...drills].filter((one) => one.isTold && !faulty.has(oddKey(one.one)));
  const odd = [...faults, ...omitted.map(({ one }) => leftOut(one))];
  const next = oddAfter(oddities, odd, (one) => thingOf(known, one)?.name ?? null, answer.takenMs);
  // A drill that a list leaves out is in nobody's way.
  const grave = odd.filter((one) => one.list !== 'drills' || faulty.has(oddKey(one)));
  const all = (known?.groups.length ?? 0) + (known?.plans.length ?? 0);
  if (areTooMany(grave, all) || !grave.every((one) => isSettledIn(next, one))) {
    const [fault] = faults;
    return fault ? nonsense(fault.text, next) : nonsenseOfLoss(judged, next);
  }
  const texts = new Map(odd.map((one) => [oddKey(one), one.text]));
  const lists = { ...judged.lists };
  for (const { one, thing } of [...shown, ...kept, ...drills]) {
    const text = texts.get(oddKey(one));
    putBack(lists, one.list, text === undefined ? thing : marked(thing, text), known);
  }
  return { kind: 'BELIEVED', lists, oddities: next };
}

interface Kept {
  one: Gone;
  thing: Thing;
  /** The site itself shows it, or does not tell; else it was not asked. */
  isTold: boolean;
}

/** What says nothing about the one thing that was asked for. */
const TROUBLES: readonly ProviderErrorKind[] = ['UNAUTHENTICATED', 'RATE_LIMITED', 'UNAVAILABLE', 'TIMEOUT'];

async function stillShown(
  things: readonly Gone[],
  known: SiteSurvey | null,
  singles: SingleLooks,
): Promise<Kept[]> {
  const shown: Kept[] = [];
  for (const one of things) {
    const was = thingOf(known, one);
    try {
      const thing = await singles.find(one, was);
      if (thing) shown.push({ one, thing, isTold: true });
    } catch (error) {
      if (!(error instanceof ProviderError) || TROUBLES.includes(error.kind) || !was) throw error;
      shown.push({ one, thing: was, isTold: true });
    }
  }
  return shown;
}

/** Each as it shows itself, or as it was known: so many are asked for in one look, in turn. */
async function keptOf(
  things: readonly Gone[],
  known: SiteSurvey | null,
  singles: SingleLooks,
  { oddities, most }: { oddities: Oddities; most: number },
): Promise<Kept[]> {
  const kept: Kept[] = [];
  const [first] = things;
  const from = first ? ((oddities[oddKey(first)]?.times ?? 0) * most) % things.length : 0;
  for (const [at, one] of things.entries()) {
    const was = thingOf(known, one);
    const isAsked = (at - from + things.length) % things.length < most;
    const thing = isAsked ? await singles.findOrKeep(one, was) : was;
    const isTold = isAsked || isSettledIn(oddities, one);
    if (thing) kept.push({ one, thing, isTold });
  }
  return kept;
}

/** Puts a thing into its list, in the order of ids; with a group the plan that it is. */
export function putBack(
  lists: Partial<SiteSurvey>,
  list: Gone['list'],
  thing: Thing,
  known: SiteSurvey | null,
): void {
  const others = ((lists[list] ?? []) as readonly Thing[]).filter(({ id }) => id !== thing.id);
  const all = [...others, thing].sort((a, b) => (a.id < b.id ? -1 : 1));
  Object.assign(lists, { [list]: all });
  if (list !== 'groups' || !lists.plans || lists.plans.some(({ id }) => id === thing.id)) return;
  const plan = known?.plans.find(({ id }) => id === thing.id);
  if (plan) putBack(lists, 'plans', plan, known);
}

export function thingOf(known: SiteSurvey | null, { list, id }: Pick<Odd, 'list' | 'id'>): Thing | null {
  return (known?.[list] as readonly Thing[] | undefined)?.find((one) => one.id === id) ?? null;
}

/** Odd in looks before, too, for so long that it is taken as it is. */
export function isSettledIn(oddities: Oddities, one: Pick<Odd, 'list' | 'id'>): boolean {
  const oddity = oddities[oddKey(one)];
  return oddity !== undefined && isSettled(oddity);
}

function nonsense(fault: string, oddities: Oddities): Belief {
  return { kind: 'NONSENSE', text: `gave an answer that cannot be true: ${fault}`, oddities };
}

function nonsenseOfLoss(judged: Plausibility, oddities: Oddities): Belief {
  const loss = judged.kind === 'LOSS' ? judged.text : '';
  const text = `answered with ${loss}, but still shows others when asked for them`;
  return { kind: 'NONSENSE', text, oddities };
}

function isNamed(one: Odd): one is Odd & { id: string } {
  return one.id !== null;
}

function leftOut({ list, id }: Gone): Odd {
  return { list, id, text: `its lists leave ${id} out, which it shows when it is asked for it` };
}

/** What to believe of lists that were read on the way to something else: never that many are gone. `lists` null = nothing. */
export async function noticedOf(
  provider: Provider,
  known: SiteSurvey,
  noticed: Partial<SiteSurvey>,
  oddities: Oddities,
): Promise<{ lists: Partial<SiteSurvey> | null; text: string }> {
  const singles = new SingleLooks(provider, () => Promise.reject(notProven()));
  const missed = { drills: hasDrillsOfItsOwn(provider) };
  const whole = plausibility(provider.siteId, known, noticed, missed);
  const isTaken = whole.kind === 'NONSENSE' && whole.faults.every((one) => isSettledIn(oddities, one));
  const judged = isTaken && whole.rest ? plausibility(provider.siteId, known, whole.rest, missed) : whole;
  if (judged.kind === 'NONSENSE') return { lists: null, text: judged.text };
  if (judged.kind === 'PLAUSIBLE') return { lists: judged.lists, text: '' };
  const missing = judged.gone.filter((one) => !isSettledIn(oddities, one));
  const things = missing.filter(({ list }) => list !== 'drills');
  const isLie = things.length > FEW || (await stillShown(things, known, singles)).length > 0;
  if (isLie) return { lists: null, text: judged.text };
  const drills = missing.filter(({ list }) => list === 'drills');
  const kept = await keptOf(drills, known, singles, { oddities, most: FEW });
  const lists = { ...judged.lists };
  for (const { one, thing } of kept) putBack(lists, one.list, thing, known);
  for (const one of judged.gone) {
    const was = isSettledIn(oddities, one) ? thingOf(known, one) : null;
    if (was) putBack(lists, one.list, was, known);
  }
  return { lists, text: '' };
}

function notProven(): ProviderError {
  return new ProviderError('PERMISSION_DENIED', 'It may not be seen.');
}
