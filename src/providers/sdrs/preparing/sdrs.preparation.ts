import type { ActionCommand, UpstreamCall } from '../../../domain/action-command.js';
import { publicId } from '../../../domain/ids.js';
import type { Blocker, Preparation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { baselineDrill, baselineOfGroup, EMPTY_BASELINE } from '../evidence/sdrs.baseline.js';
import {
  faultBlockers,
  faultWarnings,
  groupBlockers,
  groupWarnings,
  isCarriedByMembers,
} from './sdrs.blockers.js';
import type { SdrsCalls } from './sdrs.calls.js';
import { sentDrill, sentGroup } from '../evidence/sdrs.candidates.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { zonesOf } from './sdrs.creation.js';
import { drillToCleanUp, standingDrillBlockers } from './sdrs.drill-choice.js';
import { knownFailures, NEW_DRILL, NEW_GROUP } from '../evidence/sdrs.failures.js';
import { invalid } from './sdrs.field-rules.js';
import { textOf } from '../wire/sdrs.fields.js';
import { factsOfGroup } from '../reading/sdrs.mapper.js';
import { memberBlockers } from './sdrs.member-blockers.js';
import type { SdrsPartPreparation } from './sdrs.part-preparation.js';
import { isAboutPart } from '../watching/sdrs.subjects.js';
import type { WireGroup, WireNewGroup } from '../wire/sdrs.wire.js';

/** Looks at the target afresh and writes down what sending would take, and how things stood before. */
export class SdrsPreparation {
  constructor(
    private readonly siteId: string,
    private readonly client: SdrsClient,
    private readonly calls: SdrsCalls,
    private readonly ofParts: SdrsPartPreparation,
  ) {}

  prepare(command: ActionCommand, operationId: string, signal: AbortSignal): Promise<Preparation> {
    if (isAboutPart(command.action)) return this.ofParts.prepare(command, operationId, signal);
    return command.action === 'CREATE_PROTECTION_GROUP'
      ? this.forCreation(command, operationId, signal)
      : this.forGroup(command, operationId, signal);
  }

  private async forCreation(
    command: ActionCommand,
    operationId: string,
    signal: AbortSignal,
  ): Promise<Preparation> {
    const call = this.calls.createGroup(command, operationId);
    const wanted = sentGroup(call.body) as WireNewGroup;
    const { blockers, warnings } = await this.judgeDomain(wanted, signal);
    const groups = await this.client.listGroups(signal);
    const subject = { name: wanted.name, resourceType: NEW_GROUP };
    return {
      resource: null,
      groupIds: [],
      blockers,
      warnings,
      baseline: {
        ...EMPTY_BASELINE,
        sameNamedGroupIds: groups.filter((group) => group.name === wanted.name).map(({ id }) => id),
        failureJobIds: await knownFailures(this.client, command, subject, signal),
      },
      calls: [call],
    };
  }

  private async forGroup(
    command: ActionCommand,
    operationId: string,
    signal: AbortSignal,
  ): Promise<Preparation> {
    const { action } = command;
    const group = await this.client.getGroup(command.targetNativeId ?? '', signal);
    if (textOf(group.priority_station) === null) {
      throw new ProviderError('BAD_ANSWER', `SDRS does not tell where group ${group.id} runs.`, {
        retry: 'TEMPORARY',
      });
    }
    const common: Preparation = {
      resource: factsOfGroup(group),
      groupIds: [publicId(this.siteId, group.id)],
      blockers: groupBlockers(action, group),
      warnings: groupWarnings(action, group),
      baseline: baselineOfGroup(group),
      calls: [],
    };
    if (action === 'START_DRILL' || action === 'CLEAN_UP_DRILL') {
      return this.forDrill(command, operationId, group, common, signal);
    }
    if (isCarriedByMembers(action) && common.blockers.length === 0) {
      const [instances, pairs] = await Promise.all([
        this.client.listInstances(group.id, signal),
        this.client.listPairs(group.id, signal),
      ]);
      common.blockers.push(
        ...memberBlockers(action, instances, pairs, group),
        ...faultBlockers(action, pairs),
      );
      common.warnings.push(...faultWarnings(action, pairs));
    }
    const failureJobIds = await knownFailures(this.client, command, { id: group.id }, signal);
    return {
      ...common,
      baseline: { ...baselineOfGroup(group), failureJobIds },
      calls: [this.groupCall(command, group)],
    };
  }

  private async forDrill(
    command: ActionCommand,
    operationId: string,
    group: WireGroup,
    common: Preparation,
    signal: AbortSignal,
  ): Promise<Preparation> {
    const drills = await this.client.listDrills(group.id, signal);
    const baseline = { ...baselineOfGroup(group), drillIds: drills.map(({ id }) => id) };
    if (command.action === 'START_DRILL') {
      const call = this.calls.createDrill(group, command, operationId);
      const subject = { name: sentDrill(call.body)?.name ?? '', resourceType: NEW_DRILL };
      return {
        ...common,
        blockers: [...common.blockers, ...standingDrillBlockers(drills)],
        baseline: { ...baseline, failureJobIds: await knownFailures(this.client, command, subject, signal) },
        calls: [call],
      };
    }
    const { drill, blockers, warnings } = drillToCleanUp(drills);
    return {
      ...common,
      blockers: [...common.blockers, ...blockers],
      warnings: [...common.warnings, ...warnings],
      baseline: {
        ...baseline,
        drill: drill && baselineDrill(drill),
        failureJobIds: drill && (await knownFailures(this.client, command, { id: drill.id }, signal)),
      },
      calls: drill
        ? [this.calls.deleteDrill(drill.id, `Clean up drill ${textOf(drill.name) ?? drill.id}`)]
        : [],
    };
  }

  private groupCall(command: ActionCommand, group: WireGroup): UpstreamCall {
    switch (command.action) {
      case 'UPDATE_PROTECTION_GROUP': {
        const name = command.changes?.name;
        if (name === undefined) throw invalid('name', 'it is all that can be changed, and it is missing');
        return this.calls.renameGroup(group, name);
      }
      case 'DELETE_PROTECTION_GROUP':
        return this.calls.deleteGroup(group);
      case 'ENABLE_PROTECTION':
        return this.calls.startGroup(group, 'Enable protection of group');
      case 'REPROTECT':
        return this.calls.startGroup(group, 'Reprotect group');
      case 'DISABLE_PROTECTION':
        return this.calls.stopGroup(group);
      case 'FAILOVER':
        return this.calls.failOver(group);
      case 'PLANNED_FAILOVER':
        if (command.direction === null) throw invalid('direction', 'a planned failover needs one');
        return this.calls.reverse(group, command.direction === 'TO_RECOVERY' ? 'target' : 'source');
      default:
        throw new ProviderError('UNSUPPORTED', `SDRS has no ${command.action} of a group.`);
    }
  }

  private async judgeDomain(
    wanted: WireNewGroup,
    signal: AbortSignal,
  ): Promise<{ blockers: Blocker[]; warnings: string[] }> {
    let domains;
    try {
      domains = await this.client.listDomains(signal);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return { blockers: [], warnings: ['The domains could not be read; the zones are not checked.'] };
    }
    const domain = domains.find(({ id }) => id === wanted.domain_id);
    if (!domain) throw invalid('domainId', `the site has no domain ${wanted.domain_id}`);
    const zones = zonesOf(domain);
    for (const [field, zone] of [
      ['sourceAvailabilityZone', wanted.source_availability_zone],
      ['targetAvailabilityZone', wanted.target_availability_zone],
    ] as const) {
      if (!zones.includes(zone)) {
        throw invalid(
          field,
          `the domain ${domain.name ?? wanted.domain_id} has ${zones.join(' and ')}, not ${zone}`,
        );
      }
    }
    if (domain.sold_out !== true) return { blockers: [], warnings: [] };
    const blocker = {
      code: 'domain-sold-out',
      text: `The domain ${domain.name ?? wanted.domain_id} is sold out.`,
      remedy: 'Choose another domain, or ask the cloud provider for room.',
    };
    return { blockers: [blocker], warnings: [] };
  }
}
