import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refusal } from './errors.js';
import { begin, type Group, type Job, type Kind, type Tidewater } from './work.js';
import { newGroup } from './world.js';

const PAGE = 100;
const MOST_GROUPS = 2_000;

interface Named {
  Params: { id: string };
}

/** Section 3. */
export function readRoutes(service: FastifyInstance, simulator: Tidewater): void {
  service.get('/service', () => ({ version: '3.1' }));
  service.get('/allowance', () => ({
    groups: { used: simulator.state.groups.length, most: MOST_GROUPS },
  }));
  service.get<{ Querystring: { after?: string } }>('/groups', ({ query: { after } }) => {
    const { groups } = simulator.state;
    const first = after === undefined ? 0 : groups.findIndex(({ id }) => id === after) + 1;
    return { groups: groups.slice(first, first + PAGE), more: groups.length > first + PAGE };
  });
  service.get<Named>('/groups/:id', ({ params }) => ({ group: groupOf(simulator, params.id) }));
  service.get('/jobs', () => ({ jobs: simulator.state.jobs.map((job) => viewOf(simulator, job)) }));
}

/** Section 4. */
export function changeRoutes(service: FastifyInstance, simulator: Tidewater): void {
  const start = (reply: FastifyReply, kind: Kind, group: Group) =>
    reply.code(202).send({ job: viewOf(simulator, begin(simulator, kind, group)) });

  service.post<{ Body: Partial<Group> }>('/groups', ({ body }, reply) => {
    const title = freeTitle(simulator, body.title);
    const id = `tg-${(simulator.state.lastNumber += 1)}`;
    const founded = new Date(simulator.instant).toISOString();
    const group = {
      ...newGroup(id, title, { founded, phase: 'founding', ships: 0 }),
      note: body.note ?? null,
    };
    simulator.state.groups.push(group);
    return start(reply, 'FOUND', group);
  });
  service.patch<Named & { Body: Partial<Group> }>('/groups/:id', ({ params, body }) => {
    const group = groupOf(simulator, params.id);
    if (body.title !== undefined) group.title = freeTitle(simulator, body.title, group);
    if (body.note !== undefined) group.note = body.note;
    simulator.executed('RENAME', group.id);
    return { group };
  });
  service.delete<Named>('/groups/:id', ({ params }, reply) =>
    start(reply, 'SINK', groupOf(simulator, params.id)),
  );
  service.post<Named & { Body: { water?: string } }>('/groups/:id/tide', ({ params, body }, reply) =>
    start(reply, wordOf<Kind>({ IN: 'TIDE_IN', OUT: 'TIDE_OUT' }, body.water), groupOf(simulator, params.id)),
  );
  service.post<Named & { Body: { manner?: string; to?: string } }>(
    '/groups/:id/moves',
    ({ params, body }, reply) => {
      const group = groupOf(simulator, params.id);
      const kind = wordOf<Kind>({ CALM: 'CALM', STORM: 'STORM' }, body.manner);
      if (wordOf({ home: 'home', away: 'away' }, body.to) === group.moored)
        throw new Refusal('WRONG_PHASE', `${group.id} is moored ${group.moored} already.`);
      return start(reply, kind, group);
    },
  );
  service.post<Named>('/groups/:id/turns', ({ params }, reply) =>
    start(reply, 'TURN', groupOf(simulator, params.id)),
  );
  service.post<Named>('/groups/:id/rehearsals', ({ params }, reply) =>
    start(reply, 'REHEARSE', groupOf(simulator, params.id)),
  );
  service.delete<Named>('/groups/:id/rehearsals', ({ params }, reply) =>
    start(reply, 'SWEEP', groupOf(simulator, params.id)),
  );
}

function groupOf({ state }: Tidewater, id: string): Group {
  const group = state.groups.find((other) => other.id === id);
  if (!group) throw new Refusal('NO_SUCH_GROUP', `There is no group ${id}.`);
  return group;
}

function freeTitle({ state }: Tidewater, title: string | undefined, own?: Group): string {
  if (!title) throw new Refusal('BAD_WORD', 'title is missing.');
  if (state.groups.some((other) => other !== own && other.title === title))
    throw new Refusal('TITLE_TAKEN', `There is a group ${title} already.`);
  return title;
}

function wordOf<Meaning>(known: Readonly<Record<string, Meaning>>, word: string | undefined): Meaning {
  const meaning = known[word ?? ''];
  if (meaning === undefined) throw new Refusal('BAD_WORD', `One of ${Object.keys(known).join(', ')}.`);
  return meaning;
}

function viewOf({ instant }: Tidewater, { beganAt, endsAt, ...job }: Job): object {
  const share = endsAt > beganAt ? (instant - beganAt) / (endsAt - beganAt) : 1;
  return { ...job, percent: Math.floor(100 * Math.min(1, share)) };
}
