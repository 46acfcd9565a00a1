import type { FastifyInstance } from 'fastify';
import { Refusal } from './errors.js';
import { countOf, idFilter, paged, type Query } from './listing.js';
import { groupOf } from './lookups.js';
import { failedTaskView, jobView } from './views.js';
import type { FailedTask, Sdrs } from './world.js';

const GROUP_LEVEL = 'server_groups';

/** Jobs (5) and the task center, which knows only failed ones (3.9). */
export function taskRoutes(app: FastifyInstance, sim: Sdrs): void {
  app.get<{ Params: { job_id: string } }>('/jobs/:job_id', ({ params }) => {
    const job = sim.state.jobs.find(({ job_id: id }) => id === params.job_id.toLowerCase());
    if (!job || job.forgotten) throw unknownJob(sim);
    return jobView(sim, job);
  });

  app.get<{ Querystring: Query }>('/task-center/failure-jobs', ({ query }) => {
    const matching = matchingTasks(sim, query).reverse();
    const page = paged(sim, query, matching).map(failedTaskView);
    return { failure_jobs: page, count: countOf(sim, matching, page) };
  });

  app.delete('/task-center/failure-jobs/batch', (_request, reply) => {
    forget(sim, 'group-level', (task) => task.resource_type === GROUP_LEVEL);
    return reply.code(204).send();
  });

  app.delete<{ Params: { server_group_id: string } }>(
    '/task-center/:server_group_id/failure-jobs/batch',
    ({ params }, reply) => {
      const group = groupOf(sim, params.server_group_id);
      forget(
        sim,
        group.id,
        (task) => task.server_group_id === group.id && task.resource_type !== GROUP_LEVEL,
      );
      return reply.code(204).send();
    },
  );

  app.delete<{ Params: { failure_job_id: string } }>(
    '/task-center/failure-jobs/:failure_job_id',
    ({ params }, reply) => {
      const id = params.failure_job_id.toLowerCase();
      const isMeant = (task: FailedTask) => task.job_id === id || task.resource_id === id;
      if (!sim.state.failedTasks.some(isMeant)) throw new Refusal('0201', { detail: 'No such failed task.' });
      forget(sim, id, isMeant);
      return reply.code(204).send();
    },
  );
}

function forget(sim: Sdrs, target: string, isMeant: (task: FailedTask) => boolean): void {
  sim.state.failedTasks = sim.state.failedTasks.filter((task) => !isMeant(task));
  sim.executed('delete-failed-tasks', target);
}

/** What an unknown job id meets is documented nowhere (9). */
function unknownJob(sim: Sdrs): Refusal {
  const status = sim.settings.unknownJob;
  return new Refusal('0408', { status, ...(status === 404 ? { wrapper: 'itemNotFound' } : {}) });
}

/** Without a group only group-level failures are listed; with one, the failures inside it (3.9). */
function matchingTasks(sim: Sdrs, query: Query): FailedTask[] {
  const group = idFilter(query.server_group_id, '0207');
  return sim.state.failedTasks.filter(
    (task) =>
      (group === null
        ? task.resource_type === GROUP_LEVEL
        : task.server_group_id === group && task.resource_type !== GROUP_LEVEL) &&
      (!query.failure_status || task.failure_status === query.failure_status) &&
      (!query.resource_type || task.resource_type === query.resource_type) &&
      (!query.resource_name || task.resource_name.includes(query.resource_name)),
  );
}
