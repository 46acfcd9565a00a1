import { badRequest, notFound } from './errors.js';
import { findHistory, historyView } from './history.js';
import { selectPage } from './lists.js';
import { namedPlan } from './plans.routes.js';
import { accepted, one, PAIRING, PLANS, type Answer, type Call, type Surface } from './surface.js';
import { beginWork } from './work.js';
import type { Plan } from './world.js';

const WEEK_MS = 7 * 86_400_000;

/** A GET that answers with a task; the reports are the task's result (srm reference 3.11). */
export function historyRoutes(on: Surface): void {
  on.get(`${PAIRING}/recovery-management/history-reports`, 'FF', (call) => ask(call, null));
  on.get(`${PLANS}/:plan_id/history-reports`, 'FF', (call) => ask(call, namedPlan(call)));
  on.get(`${PLANS}/:plan_id/history-reports/:report_id`, 'FF', (call) => {
    const plan = namedPlan(call);
    const record = call.world.history.find(
      ({ planId, runKey }) => planId === plan.id && String(runKey) === call.params.report_id,
    );
    if (!record) throw notFound();
    return one(historyView(record));
  });
}

function ask(call: Call, plan: Plan | null): Answer {
  const to = instant('end_date', call.query.end_date) ?? call.sim.instant;
  const from = instant('start_date', call.query.start_date) ?? to - WEEK_MS;
  const found = findHistory(call.world.history, { planId: plan?.id ?? null, from, to });
  const reports = selectPage(found.map(historyView), call.query, call.sim.settings).items;
  const task = beginWork(call.sim, {
    kind: 'history',
    site: call.here,
    entity: plan?.id ?? null,
    entityName: plan?.name ?? null,
    target: null,
    effect: { kind: 'history', payload: { reports } },
  });
  return accepted(call, task);
}

function instant(name: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  if (!/^\d{1,15}$/.test(value)) throw badRequest(`${name} must be milliseconds since the epoch.`);
  return Number(value);
}
