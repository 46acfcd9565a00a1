import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Call } from './call.js';
import { meetContract, type Contract } from './contract.js';
import { asRefusal, notFound, Refusal } from './errors.js';
import { countAddress, countSession } from './limiter.js';
import { envelope, selectPage, type MetaError } from './lists.js';
import { withNulls } from './null-heavy.js';
import { seesRemote, sessionOf } from './sessions.js';
import { taskView } from './tasks.js';
import type { SiteKey, SrmSim, Task } from './world.js';

export type { Call } from './call.js';

export interface Answer {
  status: number;
  body?: object;
}

type Handler = (call: Call) => Answer;
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * One base path: a site in one version of the API. Every operation is registered with the contract
 * the document states for it (srm reference 2, column "Remote").
 */
export class Surface {
  constructor(
    private readonly app: FastifyInstance,
    private readonly sim: SrmSim,
    readonly here: SiteKey,
    readonly version: 1 | 2,
  ) {
    app.setNotFoundHandler((_request, reply) => this.refuse(reply, notFound()));
    app.setErrorHandler((error, _request, reply) => this.refuse(reply, asRefusal(error)));
  }

  get = (path: string, contract: Contract, handler: Handler) => this.on('GET', path, contract, handler);
  post = (path: string, contract: Contract, handler: Handler) => this.on('POST', path, contract, handler);
  put = (path: string, contract: Contract, handler: Handler) => this.on('PUT', path, contract, handler);
  delete = (path: string, contract: Contract, handler: Handler) => this.on('DELETE', path, contract, handler);

  /** The log-in: the one operation that needs no session. */
  open(path: string, handler: (call: Omit<Call, 'session'>) => Answer): void {
    this.app.post(path, (request, reply) => this.send(reply, handler(this.enter(request))));
  }

  private on(method: Method, url: string, contract: Contract, handler: Handler): void {
    this.app.route({
      method,
      url,
      handler: (request, reply) => {
        const entered = this.enter(request);
        const session = sessionOf(this.sim, this.here, header(request, 'x-dr-session'));
        countSession(this.sim, session.id);
        const call: Call = { ...entered, session, seesRemote: seesRemote(this.sim, session) };
        if (call.params.pairing_id !== undefined) findPairing(call);
        meetContract(call, contract);
        return this.send(reply, handler(call));
      },
    });
  }

  private enter(request: FastifyRequest): Omit<Call, 'session'> {
    if (!this.sim.state.sites[this.here].up) throw new Refusal(503);
    countAddress(this.sim, this.here, request.ip);
    return {
      sim: this.sim,
      world: this.sim.state,
      here: this.here,
      version: this.version,
      params: request.params as Record<string, string>,
      query: request.query as Call['query'],
      body: request.body,
      authorization: header(request, 'authorization'),
      url: new URL(request.url, `${request.protocol}://${request.host}`),
      seesRemote: false,
    };
  }

  private send(reply: FastifyReply, { status, body }: Answer): FastifyReply {
    void reply.code(status).header('date', new Date(this.sim.instant).toUTCString());
    return body === undefined
      ? reply.send()
      : reply.send(this.sim.settings.nullHeavy ? withNulls(body) : body);
  }

  private refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
    void reply.headers(refusal.headers);
    const body = refusal.body(this.sim.random.uuid());
    return this.send(reply, { status: refusal.status, ...(body ? { body } : {}) });
  }
}

export const PAIRING = '/pairings/:pairing_id';
export const GROUPS = `${PAIRING}/protection-management/groups`;
export const PLANS = `${PAIRING}/recovery-management/plans`;
export const SRM = `${PAIRING}/srms/:srm_id`;
export const VCENTER = `${PAIRING}/vcenters/:vcenter_id`;

/** A single object, with its `_meta`. */
export const one = (view: object, errors: MetaError[] = []): Answer => ({
  status: 200,
  body: { ...view, _meta: { errors } },
});

/** A page of a list. `gaps` names what is missing in an item because the far site was not asked. */
export function list<Item extends object>(
  call: Call,
  items: Item[],
  gaps: (item: Item) => string[] = () => [],
): Answer {
  const page = selectPage(items, call.query, call.sim.settings);
  const errors = (page.items as Item[]).flatMap((item, index) =>
    gaps(item).map((field) => gap(`$.list[${index}].${field}`)),
  );
  return { status: 200, body: envelope(page, call.url, errors) };
}

/** A 200 answer that could not be filled says what is missing (srm reference 3.1). */
export const gap = (field: string): MetaError => ({
  code: 'RemoteSiteUnavailable',
  message: 'Data of the remote site is missing.',
  field,
});

export const accepted = (call: Call, task: Task): Answer => ({
  status: 202,
  body: { ...taskView(task, call.version), _meta: { errors: [] } },
});

export const nothing = (): Answer => ({ status: 204 });

function findPairing({ world, params }: Call): void {
  if (!world.paired || params.pairing_id !== world.pairingId) throw notFound();
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
