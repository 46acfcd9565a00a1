import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** As much of a recovery plan as a first try needs. */
export interface ShownPlan {
  id: string;
  name: string;
  siteId: string;
  state: string;
  activeSite: string;
}

/** The gateway as its own users see it: over HTTP, with a key. */
export interface GatewayAccess {
  url: string;
  key: string;
}

/** True when GET /readyz says so. */
export async function answersReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

/** One plan per site that may be failed over now. Waits for the first inventory, but not for ever. */
export async function plansToShow(access: GatewayAccess, siteCount: number): Promise<ShownPlan[]> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const chosen = onePerSite(await recoveryPlans(access));
    if (chosen.length >= siteCount || performance.now() > deadline) return chosen;
    await sleep(200);
  }
}

export function onePerSite(plans: readonly ShownPlan[]): ShownPlan[] {
  const bySite = new Map<string, ShownPlan>();
  for (const plan of plans) {
    const ready = plan.state === 'PROTECTED' && plan.activeSite === 'PRODUCTION';
    if (ready && !bySite.has(plan.siteId)) bySite.set(plan.siteId, plan);
  }
  return [...bySite.values()];
}

async function recoveryPlans({ url, key }: GatewayAccess): Promise<ShownPlan[]> {
  try {
    const response = await fetch(`${url}/v1/recovery-plans?pageSize=100`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(5000),
    });
    const body = (await response.json()) as { items?: ShownPlan[] };
    return body.items ?? [];
  } catch {
    return [];
  }
}

/**
 * Lines to paste, one by one, into one shell. Each failover has a key of its own: pasted twice, it
 * answers the same operation twice.
 */
export function requestsToTry({ url, key }: GatewayAccess, plans: readonly ShownPlan[]): string[] {
  const curl = `curl -sw '\\n' -H "Authorization: Bearer $KEY"`;
  const body = JSON.stringify({ direction: 'TO_RECOVERY', reason: 'trying the sandbox' });
  const failovers = plans.flatMap((plan) => [
    `  Fail over ${plan.name} (${plan.siteId}):`,
    `${curl} -H "Idempotency-Key: ${randomUUID()}" -H "Content-Type: application/json" ` +
      `-d '${body}' ${url}/v1/recovery-plans/${encodeURIComponent(plan.id)}/actions/failover`,
  ]);
  return [
    `KEY=${key}`,
    '  The recovery plans of all sites, in one list:',
    `${curl} ${url}/v1/recovery-plans`,
    ...failovers,
    '  What is running, and what has run:',
    `${curl} ${url}/v1/operations`,
  ];
}
