import type { ResourceFacts } from '../../../domain/observation.js';
import { ProviderError } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import { absentFacts, groupFacts, vmFacts } from '../reading/srm.mapper.js';
import type { DetailReads } from './srm.detail-reads.js';
import { DetailTurns } from './srm.detail-turns.js';
import { machineOf, type Look, type Round } from './srm.round.js';
import { isOver } from './srm.tasks.js';

/** Machines that are asked after in one round; the others are told of in the next. */
const MACHINES_A_ROUND = 4;

/** Single machines at the end of what was done to them: no list of a round holds them. */
export class SrmMachineLook {
  private readonly turns: DetailTurns;

  constructor(
    private readonly client: SrmClient,
    details: DetailReads,
  ) {
    this.turns = new DetailTurns(details, 'MACHINES', MACHINES_A_ROUND);
  }

  /** By operation; who is absent could not be looked at this time. */
  async of(
    looks: readonly Look[],
    round: Round,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ResourceFacts>> {
    const over = new Map(
      looks.filter(isAtMachineEnd).map((look) => [look.operation.operationId, look] as const),
    );
    const found = new Map<string, ResourceFacts>();
    for (const id of this.turns.among([...over.keys()], signal)) {
      const look = over.get(id);
      const facts = look === undefined ? null : await this.read(look, round, signal);
      if (facts !== null) found.set(id, facts);
    }
    return found;
  }

  private async read({ operation }: Look, round: Round, signal: AbortSignal): Promise<ResourceFacts | null> {
    const machine = machineOf(operation);
    if (machine === null) return null;
    const group = round.groups?.items.find(({ id }) => id === machine.groupId);
    try {
      const vm = await this.client.vmOfGroup(machine.groupId, machine.vmId, signal);
      return group === undefined ? null : vmFacts(vm, groupFacts(group, round.homes.get(group.id) ?? null));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return error.kind === 'NOT_FOUND' ? absentFacts() : null;
    }
  }
}

export function isAtMachineEnd({ operation, jobs }: Look): boolean {
  return machineOf(operation) !== null && jobs.every(isOver);
}
