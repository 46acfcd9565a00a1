import type { FastifyInstance } from 'fastify';
import { Refusal } from './errors.js';
import { instanceOf } from './lookups.js';
import { queryByTags } from './tag-query.js';
import { isTransitional } from './statuses.js';
import { isFields, tagOf, tagsOf, unwrap } from './validation.js';
import type { Instance, Sdrs, Tag } from './world.js';

interface ById {
  Params: { protected_instance_id: string; key: string };
  Body: unknown;
}

/** Tags, which only protected instances have (3.7). Writes answer 204. */
export function tagRoutes(app: FastifyInstance, sim: Sdrs): void {
  app.get('/protected-instances/tags', () => ({ tags: allTags(sim) }));

  app.post<{ Body: unknown }>('/protected-instances/resource_instances/action', ({ body }) =>
    queryByTags(sim, body),
  );

  app.get<ById>('/protected-instances/:protected_instance_id/tags', ({ params }) => ({
    tags: instanceOf(sim, params.protected_instance_id).tags,
  }));

  app.post<ById>('/protected-instances/:protected_instance_id/tags', ({ params, body }, reply) => {
    addTags(sim, instanceOf(sim, params.protected_instance_id), [tagOf(unwrap(body, 'tag'))]);
    return reply.code(204).send();
  });

  app.post<ById>('/protected-instances/:protected_instance_id/tags/action', ({ params, body }, reply) => {
    const instance = instanceOf(sim, params.protected_instance_id);
    const fields = isFields(body) ? body : {};
    if (fields.action === 'create') addTags(sim, instance, tagsOf(fields.tags));
    else if (fields.action === 'delete') deleteTags(sim, instance, doomedTags(fields.tags));
    else throw new Refusal('2201');
    return reply.code(204).send();
  });

  app.delete<ById>('/protected-instances/:protected_instance_id/tags/:key', ({ params }, reply) => {
    const instance = instanceOf(sim, params.protected_instance_id);
    if (!instance.tags.some((tag) => tag.key === params.key)) throw new Refusal('2206');
    deleteTags(sim, instance, [{ key: params.key, value: null }]);
    return reply.code(204).send();
  });
}

/** Idempotent: a key that is there already gets the new value. */
function addTags(sim: Sdrs, instance: Instance, tags: Tag[]): void {
  if (isTransitional(instance.status)) throw new Refusal('2221');
  const keys = tags.map((tag) => tag.key);
  const kept = instance.tags.filter((tag) => !keys.includes(tag.key));
  if (kept.length + tags.length > sim.settings.quotas.tagsPerInstance) throw new Refusal('2203');
  instance.tags = [...kept, ...tags];
  sim.executed('add-tags', instance.id);
}

/** Deleting a missing tag succeeds; with a value, key and value must both match (3.7). */
function deleteTags(sim: Sdrs, instance: Instance, doomed: { key: string; value: string | null }[]): void {
  if (isTransitional(instance.status)) throw new Refusal('2222');
  instance.tags = instance.tags.filter(
    (tag) => !doomed.some(({ key, value }) => key === tag.key && (value === null || value === tag.value)),
  );
  sim.executed('delete-tags', instance.id);
}

function doomedTags(value: unknown): { key: string; value: string | null }[] {
  if (!Array.isArray(value)) throw new Refusal('2201');
  const doomed = value.map((entry: unknown) => {
    if (!isFields(entry) || typeof entry.key !== 'string') throw new Refusal('2202');
    return { key: entry.key, value: typeof entry.value === 'string' ? entry.value : null };
  });
  if (new Set(doomed.map(({ key }) => key)).size < doomed.length) throw new Refusal('2209');
  return doomed;
}

/** Every key of the project with all its values. */
function allTags(sim: Sdrs): { key: string; values: string[] }[] {
  const values = new Map<string, Set<string>>();
  for (const { key, value } of sim.state.instances.flatMap((instance) => instance.tags))
    values.set(key, (values.get(key) ?? new Set()).add(value));
  return [...values].map(([key, set]) => ({ key, values: [...set] }));
}
