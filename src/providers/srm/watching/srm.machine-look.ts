import type { ResourceFacts } from '../../../domain/observation.js';
import { ProviderError } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import { absentFacts, groupFacts, vmFacts } from '../reading/srm.mapper.js';
import type { DetailReads } from './srm.detail-reads.js';
import { machineOf, type Look, type Round } from './srm.round.js';
import { isOver } from './srm.tasks.js';
import { Turns } from './srm.turns.js';

/** Machines that are asked after in one round; the others are told of in the next. */
const MACHINES_A_ROUND = 4;

/** Single machines at the end of what was done to them: no list of a round holds them. */
export class SrmMachineLook {
  private readonly turns = new Turns();

  constructor(
    private readonly client: SrmClient,
    private readonly details: DetailReads,
  ) {}

  /** By operation; who is absent could not be looked at this time. */
  async of(
    looks: readonly Look[],
    round: Round,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ResourceFacts>> {
    const over = looks.filter((look) => isAtMachineEnd(look));
    const turn = this.turns.take(
      over.map(({ operation }) => operation.operationId),
      this.details.places('PARTS', MACHINES_A_ROUND),
    );
    const found = new Map<string, ResourceFacts>();
    for (const look of over.filter(({ operation }) => turn.has(operation.operationId))) {
      const facts = await this.read(look, round, signal);
      if (facts !== null) found.set(look.operation.operationId, facts);
    }
    return found;
  }

  private async read({ operation }: Look, round: Round, signal: AbortSignal): Promise<ResourceFacts | null> {
    const machine = machineOf(operation);
    if (machine === null) return null;
    this.details.note();
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
