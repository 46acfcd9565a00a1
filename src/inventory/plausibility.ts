import { createHash } from 'node:crypto';
import { parsePublicId } from '../domain/ids.js';
import type { SiteSurvey } from '../domain/site-survey.js';

/** What to make of what a site answered. */
export type Plausibility =
  /** `lists` in the order of ids, each thing once. */
  | { kind: 'PLAUSIBLE'; lists: Partial<SiteSurvey> }
  /** It cannot be true, however often it is said. */
  | { kind: 'NONSENSE'; text: string }
  /**
   * Things are missing that were there: that may be true, but a broken session or half a page looks the same. So
   * many at once must be missed twice (`digest` tells whether it is the same loss), unless they are a `FEW`.
   */
  | { kind: 'LOSS'; text: string; lists: Partial<SiteSurvey>; gone: readonly Gone[]; digest: string };

/** A group or plan that was there; a plan with the id of its group is no second thing. */
export interface Gone {
  list: 'groups' | 'plans';
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
/** Drills come and go together; only these are missed. */
const MISSED = ['groups', 'plans'] as const;

/**
 * Judges an answer by itself and by what was believed before. Pure. States that are not known here are no reason to
 * doubt: they are kept, and marked as UNKNOWN by the driver.
 */
export function plausibility(
  siteId: string,
  before: SiteSurvey | null,
  answer: Partial<SiteSurvey>,
): Plausibility {
  const lists: Partial<SiteSurvey> = {};
  for (const kind of KINDS) {
    const things: readonly Thing[] | undefined = answer[kind];
    if (!things) continue;
    const fault = faultOf(siteId, kind, things);
    if (fault) return { kind: 'NONSENSE', text: fault };
    Object.assign(lists, { [kind]: once(things, ({ id }) => id) });
  }
  if (answer.runs) lists.runs = once(answer.runs, ({ jobId }) => jobId);
  const gone = goneFrom(before, lists);
  if (gone.length === 0) return { kind: 'PLAUSIBLE', lists };
  return { kind: 'LOSS', text: lossOf(before, lists), lists, gone, digest: digestOf(lists) };
}

function goneFrom(before: SiteSurvey | null, lists: Partial<SiteSurvey>): Gone[] {
  const byId = new Map<string, Gone>();
  for (const list of MISSED) {
    const left = lists[list] && new Set((lists[list] as readonly Thing[]).map(({ id }) => id));
    for (const { id } of before?.[list] ?? []) {
      if (left && !left.has(id) && !byId.has(id)) byId.set(id, { list, id });
    }
  }
  return [...byId.values()];
}

/** How much of what was there is still there, for a sentence. */
function lossOf(before: SiteSurvey | null, lists: Partial<SiteSurvey>): string {
  const parts = MISSED.flatMap((list) => {
    const [was, now] = [before?.[list], lists[list]] as (readonly Thing[] | undefined)[];
    if (!was || !now) return [];
    const left = new Set(now.map(({ id }) => id));
    const kept = was.filter(({ id }) => left.has(id)).length;
    return kept < was.length ? [`${kept} of ${was.length} ${NAMES[list]}`] : [];
  });
  return parts.join(' and ');
}

function faultOf(siteId: string, kind: Kind, things: readonly Thing[]): string | null {
  const seen = new Map<string, string>();
  for (const thing of things) {
    if (typeof thing.id !== 'string' || parsePublicId(thing.id) === null)
      return `one of its ${NAMES[kind]} has no id`;
    if (parsePublicId(thing.id)?.siteId !== siteId)
      return `one of its ${NAMES[kind]} belongs to another site (${thing.id})`;
    if (!isText(thing.name) || !isText(thing.upstream.state))
      return `one of its ${NAMES[kind]} is only half there (${thing.id})`;
    const text = JSON.stringify(thing);
    const other = seen.get(thing.id);
    if (other !== undefined && other !== text)
      return `two of its ${NAMES[kind]} have the same id and contradict each other (${thing.id})`;
    seen.set(thing.id, text);
  }
  return null;
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
  const ids = MISSED.map(
    (kind) => (lists[kind] as readonly Thing[] | undefined)?.map(({ id }) => id) ?? null,
  );
  return createHash('sha1').update(JSON.stringify(ids)).digest('base64url');
}
