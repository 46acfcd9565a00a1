import { createHash } from 'node:crypto';
import { parsePublicId } from '../domain/ids.js';
import type { SiteSurvey } from '../domain/site-survey.js';
import type { Odd } from './oddities.js';

/** What to make of what a site answered. */
export type Plausibility =
  /** `lists` in the order of ids, each thing once. */
  | { kind: 'PLAUSIBLE'; lists: Partial<SiteSurvey> }
  /**
   * It cannot be true, however often it is said. `rest` is what is left without the things that are at `fault`, each
   * told once; null = nothing of it can be told apart.
   */
  | { kind: 'NONSENSE'; text: string; faults: readonly Odd[]; rest: Partial<SiteSurvey> | null }
  /**
   * Things are missing that were there: that may be true, but a broken session or half a page looks the same. So
   * many at once must be missed twice (`digest` tells whether it is the same loss), unless they are a `FEW`.
   */
  | { kind: 'LOSS'; text: string; lists: Partial<SiteSurvey>; gone: readonly Gone[]; digest: string };

/** A thing that was there; a plan with the id of its group is no second thing. */
export interface Gone {
  list: 'groups' | 'plans' | 'drills';
  id: string;
}

/** As many can be asked for one by one. */
export const FEW = 3;

interface Thing {
  id: string;
  name: string;
  upstream: { state: string };
}

const NAMES = { groups: 'protection groups', plans: 'recovery plans', drills: 'drills' } as const;
type Kind = keyof typeof NAMES;
const KINDS = Object.keys(NAMES) as Kind[];
/** What a loss is told of, and compared with; drills come and go. */
const COUNTED = ['groups', 'plans'] as const;

export interface WhatIsMissed {
  /** Whether drills are a list of their own; else they come and go with the state of their plans. */
  drills: boolean;
}

/**
 * Judges an answer by itself and by what was believed before. Pure. States that are not known here are no reason to
 * doubt: they are kept, and marked as UNKNOWN by the driver.
 */
export function plausibility(
  siteId: string,
  before: SiteSurvey | null,
  answer: Partial<SiteSurvey>,
  missed: WhatIsMissed = { drills: false },
): Plausibility {
  const foreign = foreigner(siteId, answer);
  if (foreign) return { kind: 'NONSENSE', text: foreign, faults: [], rest: null };
  const lists: Partial<SiteSurvey> = {};
  const faults: Odd[] = [];
  for (const kind of KINDS) {
    const things: readonly Thing[] | undefined = answer[kind];
    if (!things) continue;
    const found = faultsOf(kind, things);
    const ids = new Set(found.map(({ id }) => id));
    const sound = things.filter(({ id }) => isId(id) && !ids.has(id));
    faults.push(...found);
    Object.assign(lists, { [kind]: once(sound, ({ id }) => id) });
  }
  if (answer.runs) lists.runs = once(answer.runs, ({ jobId }) => jobId);
  const [fault] = faults;
  if (fault) return { kind: 'NONSENSE', text: fault.text, faults, rest: lists };
  const gone = goneFrom(before, lists, missed);
  if (gone.length === 0) return { kind: 'PLAUSIBLE', lists };
  return { kind: 'LOSS', text: lossOf(before, lists), lists, gone, digest: digestOf(lists) };
}

function goneFrom(before: SiteSurvey | null, lists: Partial<SiteSurvey>, { drills }: WhatIsMissed): Gone[] {
  const byId = new Map<string, Gone>();
  for (const list of drills ? KINDS : COUNTED) {
    const left = lists[list] && new Set((lists[list] as readonly Thing[]).map(({ id }) => id));
    for (const { id } of before?.[list] ?? []) {
      if (left && !left.has(id) && !byId.has(id)) byId.set(id, { list, id });
    }
  }
  return [...byId.values()];
}

/** How much of what was there is still there, for a sentence. */
function lossOf(before: SiteSurvey | null, lists: Partial<SiteSurvey>): string {
  const parts = COUNTED.flatMap((list) => {
    const [was, now] = [before?.[list], lists[list]] as (readonly Thing[] | undefined)[];
    if (!was || !now) return [];
    const left = new Set(now.map(({ id }) => id));
    const kept = was.filter(({ id }) => left.has(id)).length;
    return kept < was.length ? [`${kept} of ${was.length} ${NAMES[list]}`] : [];
  });
  return parts.join(' and ');
}

function foreigner(siteId: string, answer: Partial<SiteSurvey>): string | null {
  for (const kind of KINDS) {
    const things: readonly Thing[] = answer[kind] ?? [];
    const found = things.find(({ id }) => isId(id) && parsePublicId(id)?.siteId !== siteId);
    if (found) return `one of its ${NAMES[kind]} belongs to another site (${found.id})`;
  }
  return null;
}

/** Each thing that is at fault once; all that have no id are one. */
function faultsOf(list: Kind, things: readonly Thing[]): Odd[] {
  const seen = new Map<string, string>();
  const faults = new Map<string | null, Odd>();
  const fault = (id: string | null, text: string): void => {
    if (!faults.has(id)) faults.set(id, { list, id, text });
  };
  for (const thing of things) {
    const { id } = thing;
    if (!isId(id)) {
      fault(null, `one of its ${NAMES[list]} has no id`);
      continue;
    }
    if (!isText(thing.name) || !isText(thing.upstream.state))
      fault(id, `one of its ${NAMES[list]} is only half there (${id})`);
    const text = JSON.stringify(thing);
    const other = seen.get(id);
    if (other !== undefined && other !== text)
      fault(id, `two of its ${NAMES[list]} have the same id and contradict each other (${id})`);
    seen.set(id, text);
  }
  return [...faults.values()];
}

function isId(id: unknown): boolean {
  return typeof id === 'string' && parsePublicId(id) !== null;
}

function isText(word: unknown): boolean {
  return typeof word === 'string' && word !== '';
}

function once<T>(things: readonly T[], idOf: (thing: T) => string): T[] {
  const byId = new Map(things.map((thing) => [idOf(thing), thing]));
  return [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, thing]) => thing);
}

/** Which things there are, whatever they are doing. */
function digestOf(lists: Partial<SiteSurvey>): string {
  const ids = COUNTED.map(
    (kind) => (lists[kind] as readonly Thing[] | undefined)?.map(({ id }) => id) ?? null,
  );
  return createHash('sha1').update(JSON.stringify(ids)).digest('base64url');
}
