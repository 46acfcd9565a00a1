import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** As much of a recovery plan as a first try needs. */
export interface ShownPlan {
  id: string;
  name: string;
  siteId: string;
  state: string;
  activeSite: string;
  nextDirection: string | null;
}

/** The gateway as its own users see it: over HTTP, with a key. */
export interface GatewayAccess {
  url: string;
  key: string;
}

/** True when GET /readyz says so, and that something new is accepted. */
export async function answersReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) });
    if (!response.ok) return false;
    const { checks } = (await response.json()) as { checks: { name: string; ok: boolean }[] };
    return checks.every(({ name, ok }) => ok || name !== 'guard');
  } catch {
    return false;
  }
}

/** One plan per site that something can be done with now. Waits until every site was read, but not for ever. */
export async function plansToShow(access: GatewayAccess): Promise<ShownPlan[]> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const { items, complete } = await recoveryPlans(access);
    if (complete || performance.now() > deadline) return onePerSite(items);
    await sleep(200);
  }
}

/** Of each site the plan that is the most fun: at home and protected, else protected, else failed over. */
export function onePerSite(plans: readonly ShownPlan[]): ShownPlan[] {
  const bySite = new Map<string, ShownPlan>();
  for (const plan of plans) {
    const best = bySite.get(plan.siteId);
    if (rank(plan) > 0 && (!best || rank(plan) > rank(best))) bySite.set(plan.siteId, plan);
  }
  return [...bySite.values()];
}

function rank({ state, activeSite, nextDirection }: ShownPlan): number {
  if (state === 'PROTECTED' && nextDirection) return activeSite === 'PRODUCTION' ? 3 : 2;
  return state === 'FAILED_OVER' ? 1 : 0;
}

async function recoveryPlans({
  url,
  key,
}: GatewayAccess): Promise<{ items: ShownPlan[]; complete: boolean }> {
  try {
    const response = await fetch(`${url}/v1/recovery-plans?pageSize=100`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(10_000),
    });
    const body = (await response.json()) as { items?: ShownPlan[]; sources?: { state: string }[] };
    const sources = body.sources ?? [];
    return {
      items: body.items ?? [],
      complete: sources.length > 0 && sources.every((source) => source.state === 'FRESH'),
    };
  } catch {
    return { items: [], complete: false };
  }
}

/**
 * Lines to paste, one by one, into one shell. Each action has a key of its own: pasted twice, it
 * answers the same operation twice.
 */
export function requestsToTry({ url, key }: GatewayAccess, plans: readonly ShownPlan[]): string[] {
  const curl = `curl -sw '\\n' -H "Authorization: Bearer $KEY"`;
  const actions = plans.flatMap((plan) => {
    const failedOver = plan.state === 'FAILED_OVER';
    const [title, action] = failedOver ? ['Reprotect', 'reprotect'] : ['Fail over', 'failover'];
    const reason = 'trying the sandbox';
    const body = JSON.stringify(failedOver ? { reason } : { direction: plan.nextDirection, reason });
    return [
      `  ${title} ${plan.name} (${plan.siteId}):`,
      `${curl} -H "Idempotency-Key: ${randomUUID()}" -H "Content-Type: application/json" ` +
        `-d '${body}' ${url}/v1/recovery-plans/${encodeURIComponent(plan.id)}/actions/${action}`,
    ];
  });
  return [
    `KEY=${key}`,
    '  The recovery plans of all sites, in one list:',
    `${curl} ${url}/v1/recovery-plans`,
    ...actions,
    '  What is running, and what has run:',
    `${curl} ${url}/v1/operations`,
  ];
}
