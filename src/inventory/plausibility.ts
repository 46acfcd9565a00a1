import { createHash } from 'node:crypto';
import { parsePublicId } from '../domain/ids.js';
import type { SiteSurvey } from '../domain/site-survey.js';

/** What to make of what a site answered. */
export type Plausibility =
  /** `lists` in the order of ids, each thing once. */
  | { kind: 'PLAUSIBLE'; lists: Partial<SiteSurvey> }
  /** It cannot be true, however often it is said. */
  | { kind: 'NONSENSE'; text: string }
  /** It may be true, but a broken session looks the same: believed when a second answer has the same digest. */
  | { kind: 'DOUBTFUL'; text: string; lists: Partial<SiteSurvey>; digest: string };

/** So many gone at once are never just believed, however many there were. */
const MANY = 50;
/** Of few, one in so many. */
const SHARE = 5;

interface Thing {
  id: string;
  name: string;
  state: string;
}

const NAMES = { groups: 'protection groups', plans: 'recovery plans', drills: 'drills' } as const;
type Kind = keyof typeof NAMES;
const KINDS = Object.keys(NAMES) as Kind[];
/** Drills come and go together; only these are missed. */
const MISSED: readonly Kind[] = ['groups', 'plans'];

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
  const losses = MISSED.flatMap((kind) => lossOf(kind, before?.[kind], lists[kind]));
  if (losses.length === 0) return { kind: 'PLAUSIBLE', lists };
  return { kind: 'DOUBTFUL', text: losses.join(' and '), lists, digest: digestOf(lists) };
}

function faultOf(siteId: string, kind: Kind, things: readonly Thing[]): string | null {
  const seen = new Map<string, string>();
  for (const thing of things) {
    if (typeof thing.id !== 'string' || parsePublicId(thing.id) === null)
      return `one of its ${NAMES[kind]} has no id`;
    if (parsePublicId(thing.id)?.siteId !== siteId)
      return `one of its ${NAMES[kind]} belongs to another site (${thing.id})`;
    const text = JSON.stringify(thing);
    const other = seen.get(thing.id);
    if (other !== undefined && other !== text)
      return `two of its ${NAMES[kind]} have the same id and contradict each other (${thing.id})`;
    seen.set(thing.id, text);
  }
  return null;
}

/** '' or what is gone, for a sentence. */
function lossOf(
  kind: Kind,
  before: readonly Thing[] | undefined,
  now: readonly Thing[] | undefined,
): string[] {
  if (!before || !now || before.length === 0) return [];
  const left = new Set(now.map(({ id }) => id));
  const kept = before.filter(({ id }) => left.has(id)).length;
  const lost = before.length - kept;
  const suspicious = now.length === 0 || lost >= MANY || (lost >= 2 && lost * SHARE >= before.length);
  return suspicious ? [`${kept} of ${before.length} ${NAMES[kind]}`] : [];
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
