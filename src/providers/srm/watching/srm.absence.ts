import { ACTION_FACTS } from '../../../domain/action-facts.js';
import type { ResourceFacts } from '../../../domain/observation.js';
import type { WatchedOperation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { absentFacts, groupFacts, planFacts } from '../reading/srm.mapper.js';
import type { SrmClient } from '../wire/srm.client.js';
import type { DetailReads } from './srm.detail-reads.js';
import { DetailTurns } from './srm.detail-turns.js';
import type { Look, Round } from './srm.round.js';
import { isOver } from './srm.tasks.js';

/** Targets that are asked after in one round; the others are told of in the next. */
const TARGETS_A_ROUND = 3;

/**
 * A group or plan that a list does not hold may be there all the same: a dead session's list may be empty, and a list
 * may be short. Unless a deletion's own task says that it is done, it is gone when the appliance does not know it.
 */
export class SrmAbsence {
  private readonly turns: DetailTurns;

  constructor(
    private readonly client: SrmClient,
    details: DetailReads,
  ) {
    this.turns = new DetailTurns(details, 'ABSENCES', TARGETS_A_ROUND);
  }

  /** By operation, of those whose target was not listed; null = it was not asked after this time. */
  async of(
    looks: readonly Look[],
    round: Round,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ResourceFacts | null>> {
    const open = looks.filter((look) => isUnproven(look, round));
    // While a task runs, there is no hurry: the next list may hold it.
    const ids = open.filter(({ jobs }) => jobs.every(isOver)).map(({ operation }) => operation.operationId);
    const operations = new Map(open.map(({ operation }) => [operation.operationId, operation]));
    const found = new Map<string, ResourceFacts | null>([...operations.keys()].map((id) => [id, null]));
    for (const id of this.turns.among(ids, signal)) {
      const operation = operations.get(id);
      if (operation !== undefined) found.set(id, await this.ask(operation, round, signal));
    }
    return found;
  }

  private async ask(
    { command }: WatchedOperation,
    { homes }: Round,
    signal: AbortSignal,
  ): Promise<ResourceFacts | null> {
    const targetId = command.targetNativeId ?? '';
    const home = homes.get(targetId) ?? null;
    try {
      return ACTION_FACTS[command.action].targetType === 'RECOVERY_PLAN'
        ? planFacts(await this.client.plan(targetId, signal), home)
        : groupFacts(await this.client.group(targetId, signal), home);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return error.kind === 'NOT_FOUND' ? absentFacts() : null;
    }
  }
}

function isUnproven({ operation: { command }, resource, jobs }: Look, round: Round): boolean {
  const kind = ACTION_FACTS[command.action].targetType;
  if (command.targetNativeId === null || kind === 'PROTECTED_INSTANCE' || resource?.exists === true)
    return false;
  const isListRead = (kind === 'RECOVERY_PLAN' ? round.plans : round.groups) !== null;
  const isDeleted =
    command.action.startsWith('DELETE_') &&
    jobs.length > 0 &&
    jobs.every(({ state }) => state === 'SUCCEEDED');
  return isListRead && !(isDeleted && resource !== null);
}
