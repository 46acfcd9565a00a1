import type { Scopes } from '../../../src/access/scopes.js';
import { Holding } from '../../../src/api/access/holding.js';
import { EVERYTHING, type Principal } from '../../../src/domain/access/principal.js';
import { Scope } from '../../../src/domain/access/scope.js';
import type { ActionGate } from '../../../src/api/action-gate.js';
import { AllowedActions } from '../../../src/api/allowed-actions.js';
import { SiteReads } from '../../../src/api/site-reads.js';
import type { ActionCommand } from '../../../src/domain/action-command.js';
import { judgeAction } from '../../../src/domain/allowed-actions.js';
import { ACTION_FACTS } from '../../../src/domain/action-facts.js';
import { type DrAction } from '../../../src/domain/dr-action.js';
import { publicId } from '../../../src/domain/ids.js';
import type { RecentAnswers } from '../../../src/inventory/recent-answers.js';
import type { OperationsService } from '../../../src/operations/operations.service.js';
import { Clock } from '../../../src/platform/clock.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import type { Provider } from '../../../src/providers/provider.js';
import type { Preparation } from '../../../src/providers/provider-driver.js';
import type { ProviderRegistry } from '../../../src/providers/registry.js';
import type { Deed, Scene } from './cell.js';

export interface Judgement {
  allowed: boolean;
  why: string[];
  calls: Preparation['calls'];
}

const OPERATION_ID = 'operation-of-the-matrix';
const NEW_NAME = 'renamed';

const ANYBODY: Principal = { id: 'admin', kind: 'ADMIN_KEY', grants: EVERYTHING };

const RUNS: readonly DrAction[] = [
  'START_DRILL',
  'CLEAN_UP_DRILL',
  'PLANNED_FAILOVER',
  'FAILOVER',
  'REPROTECT',
];

/** `GET /v1/recovery-plans/{id}/actions`: the very class that answers it, with nobody holding a lock. */
export async function shownActions({ provider, targetId }: Scene): Promise<ReadonlyMap<Deed, boolean>> {
  const reads = new SiteReads({ find: () => provider } as unknown as ProviderRegistry, {} as RecentAnswers);
  const operations = { holdersOf: () => Promise.resolve(new Map()) } as unknown as OperationsService;
  const everything = new Holding({ of: () => Promise.resolve(Scope.ALL) } as unknown as Scopes);
  const nobodyElse = { approvalMinutes: () => Promise.resolve(null) } as unknown as ActionGate;
  const actions = new AllowedActions(reads, operations, everything, nobodyElse, new StillClock());
  const { items } = await actions.ofPlan(publicId(provider.siteId, targetId), { principal: ANYBODY });
  return new Map(items.map(({ action, allowed }) => [action as Deed, allowed]));
}

/** What the guard makes of a request for the deed, before it is accepted and again before it is sent. */
export async function guardJudgement(scene: Scene, deed: Deed): Promise<Judgement> {
  if (deed === 'CANCEL') return cancelJudgement(scene);
  try {
    const command = await commandFor(scene, deed);
    const { resource, blockers, calls } = await scene.provider.prepare(command, OPERATION_ID);
    const { direction } = command;
    const { lifecycle } = scene.provider.descriptor;
    const { allowed, blocking } = judgeAction(lifecycle, deed, resource, { direction, blockers });
    return { allowed, why: blocking.map(({ code }) => code), calls };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { allowed: false, why: [`${error.kind}: ${error.message}`], calls: [] };
  }
}

/** A caller who knows where the workload runs names the direction that is open. */
async function commandFor(scene: Scene, action: DrAction): Promise<ActionCommand> {
  const { provider, targetId } = scene;
  const direction = ACTION_FACTS[action].needsDirection
    ? (await provider.getRecoveryPlan(publicId(provider.siteId, targetId))).nextDirection
    : null;
  const changes = action === 'UPDATE_PROTECTION_GROUP' ? { name: NEW_NAME } : null;
  return {
    action,
    targetNativeId: targetId,
    partNativeId: null,
    direction,
    options: {},
    group: null,
    changes,
    input: null,
  };
}

/**
 * An operation can be cancelled while it runs, if its provider can stop its action: in the states that
 * such an action passes through, but for those in which it is being stopped already.
 */
async function cancelJudgement({ provider, targetId }: Scene): Promise<Judgement> {
  const plan = await provider.getRecoveryPlan(publicId(provider.siteId, targetId));
  const word = plan.upstream.state;
  const running = RUNS.filter((action) => provider.descriptor.lifecycle.actions[action]?.via.includes(word));
  const commands = running.map((action) => cancelCallOf(provider, action, targetId));
  const call = commands.find((each) => each !== null) ?? null;
  const allowed = call !== null && plan.state !== 'CANCELLING';
  return { allowed, why: allowed ? [] : ['nothing-to-cancel'], calls: call ? [call] : [] };
}

export function cancelCallOf(provider: Provider, action: DrAction, targetNativeId: string) {
  return provider.cancelCall({
    action,
    targetNativeId,
    direction: null,
    options: {},
    group: null,
    changes: null,
    partNativeId: null,
    input: null,
  });
}

class StillClock extends Clock {
  now(): number {
    return 0;
  }

  monotonic(): number {
    return 0;
  }
}
