import type { FastifyInstance } from 'fastify';
import type { FaultRule } from './faults.js';
import type { Simulator } from './simulator.js';

/**
 * The control API, below `/_sim/`: what a test or a curious person may do to a simulated site.
 * It is never part of the simulated service and needs no credentials: bind it to loopback.
 */
export function controlRoutes(app: FastifyInstance, simulator: Simulator): void {
  app.get('/_sim', () => ({
    simulator: simulator.definition.name,
    now: new Date(simulator.clock.now()).toISOString(),
    settings: simulator.settings,
    pending: simulator.pending(),
    faults: simulator.faults.list(),
  }));

  app.get('/_sim/state', () => simulator.state);

  app.post<{ Body: { seed?: number; settings?: object; state?: object } | null }>(
    '/_sim/reset',
    (request) => {
      simulator.reset(request.body ?? {});
      return { reset: true };
    },
  );

  app.patch<{ Body: object }>('/_sim/settings', (request) => {
    Object.assign(simulator.settings, request.body);
    return simulator.settings;
  });

  app.post<{ Body: { ms: number } }>('/_sim/advance', (request) => {
    simulator.clock.advance(request.body.ms);
    simulator.settle();
    return { now: new Date(simulator.clock.now()).toISOString() };
  });

  app.post<{ Body: FaultRule }>('/_sim/faults', (request, reply) => {
    void reply.code(201);
    return simulator.faults.add(request.body);
  });

  app.get('/_sim/faults', () => simulator.faults.list());

  app.delete('/_sim/faults', (_request, reply) => {
    simulator.faults.clear();
    return reply.code(204).send();
  });

  app.get<{ Querystring: { method?: string; path?: string; after?: string } }>(
    '/_sim/journal',
    (request) => ({
      requests: simulator.journal.requests({ ...request.query, after: Number(request.query.after ?? 0) }),
      executions: simulator.journal.executions(),
    }),
  );

  app.delete('/_sim/journal', (_request, reply) => {
    simulator.journal.clear();
    return reply.code(204).send();
  });

  simulator.definition.controls?.(app, simulator);
}
