import { Refusal } from './errors.js';
import { isFields, type Fields } from './validation.js';
import { instanceView } from './views.js';
import type { Instance, Sdrs, Tag } from './world.js';

const MOST_KEYS = 20;

interface TagCondition {
  key: string;
  values: string[];
}

/** `POST …/resource_instances/action`: instances by tag, listed or counted (3.7, #41). */
export function queryByTags(sim: Sdrs, body: unknown): object {
  if (!isFields(body)) throw new Refusal('2210');
  const { action } = body;
  if (action !== 'filter' && action !== 'count') throw new Refusal('2210');
  if (action === 'count' && (body.limit !== undefined || body.offset !== undefined))
    throw new Refusal('2211');
  const limit = numberIn(body.limit, 1000);
  const offset = numberIn(body.offset, 0);
  if (limit < 1 || limit > 1000) throw new Refusal('2220');
  const matching = sim.state.instances.filter(matcher(body));
  const total = sim.settings.tagTotal === 'all' ? sim.state.instances.length : matching.length;
  if (action === 'count') return { total_count: total };
  return {
    resources: matching.slice(offset, offset + limit).map((instance) => ({
      resource_id: instance.id,
      resource_name: instance.name,
      resource_detail: instanceView(sim, instance),
      tags: instance.tags,
    })),
    total_count: total,
  };
}

function matcher(body: Fields): (instance: Instance) => boolean {
  const all = conditionsIn(body.tags);
  const any = conditionsIn(body.tags_any);
  const notAll = conditionsIn(body.not_tags);
  const notAny = conditionsIn(body.not_tags_any);
  const name = nameIn(body.matches);
  return ({ tags, name: itsName }) =>
    all.every((condition) => holds(condition, tags)) &&
    (any.length === 0 || any.some((condition) => holds(condition, tags))) &&
    (notAll.length === 0 || !notAll.every((condition) => holds(condition, tags))) &&
    !notAny.some((condition) => holds(condition, tags)) &&
    name(itsName);
}

/** No values = any value; a leading `*` = substring; several values = any of them. */
function holds(condition: TagCondition, tags: readonly Tag[]): boolean {
  return tags.some(
    (tag) =>
      tag.key === condition.key &&
      (condition.values.length === 0 ||
        condition.values.some((value) =>
          value.startsWith('*') ? tag.value.includes(value.slice(1)) : tag.value === value,
        )),
  );
}

function conditionsIn(value: unknown): TagCondition[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > MOST_KEYS) throw new Refusal('2210');
  return value.map((entry: unknown) => {
    const fields: Fields = isFields(entry) ? entry : {};
    const { key } = fields;
    const values = fields.values ?? [];
    if (typeof key !== 'string' || key === '' || key.length > 127) throw new Refusal('2210');
    if (!Array.isArray(values) || values.length > MOST_KEYS) throw new Refusal('2210');
    return { key, values: values.map(String) };
  });
}

/** `resource_name` is the only field to match: substring without case, an empty value exactly. */
function nameIn(value: unknown): (name: string) => boolean {
  if (value === undefined || value === null) return () => true;
  if (!Array.isArray(value)) throw new Refusal('2210');
  const wanted = value.map((entry: unknown) => {
    if (!isFields(entry) || entry.key !== 'resource_name' || typeof entry.value !== 'string')
      throw new Refusal('2210');
    return entry.value.toLowerCase();
  });
  return (name) => wanted.every((text) => (text === '' ? name === '' : name.toLowerCase().includes(text)));
}

/** The docs say string, a real client sends a number: both will do. */
function numberIn(value: unknown, absent: number): number {
  if (value === undefined || value === null || value === '') return absent;
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  if (!Number.isInteger(number) || number < 0) throw new Refusal('2210');
  return number;
}
