import type { ActionCommand, UpstreamCall, UpstreamRef } from '../../../../src/domain/action-command.js';
import { publicId } from '../../../../src/domain/ids.js';
import type {
  Drill,
  ProtectedInstance,
  ProtectionGroup,
  RecoveryPlan,
  ReplicationPair,
} from '../../../../src/domain/inventory.js';
import type { Finding, Observation } from '../../../../src/domain/observation.js';
import type { Concern } from '../../../../src/domain/site-finding.js';
import type { SiteSurvey } from '../../../../src/domain/site-survey.js';
import type { Quota } from '../../../../src/domain/site-facts.js';
import type { FurtherReads } from '../../../../src/providers/further-reads.js';
import type {
  CallContext,
  CreationOptions,
  Preparation,
  ProviderDriver,
  SendGate,
  SentCall,
  SiteConnection,
  WatchedOperation,
} from '../../../../src/providers/provider-driver.js';
import { callFor } from './tidewater.calls.js';
import type { TidewaterClient } from './tidewater.client.js';
import { tidewaterDescriptor } from './tidewater.descriptor.js';
import { baselineOf, evidenceFor, type World } from './tidewater.evidence.js';
import { factsOf, toDrills, toGroup, toInstance, toPlan } from './tidewater.mapper.js';
import { observationOf } from './tidewater.observation.js';
import type { WireGroup } from './tidewater.wire.js';

/** One port authority. Joins the parts. */
export class TidewaterDriver implements ProviderDriver {
  readonly descriptor = tidewaterDescriptor;
  readonly further: Partial<FurtherReads> = { quotas: (_where, cx) => this.quotas(cx) };

  constructor(
    private readonly siteId: string,
    private readonly client: TidewaterClient,
    private readonly submitTimeoutMs: number,
  ) {}

  async check({ signal }: CallContext): Promise<SiteConnection> {
    return { version: await this.client.version(signal), warnings: [] };
  }

  async listProtectionGroups({ signal }: CallContext): Promise<ProtectionGroup[]> {
    const groups = await this.client.groups(signal);
    return groups.map((group) => toGroup(this.siteId, group));
  }

  async getProtectionGroup(groupId: string, { signal }: CallContext): Promise<ProtectionGroup> {
    return toGroup(this.siteId, await this.client.group(groupId, signal));
  }

  async listProtectedInstances(groupId: string, { signal }: CallContext): Promise<ProtectedInstance[]> {
    const group = await this.client.group(groupId, signal);
    return group.ships.map((ship) => toInstance(this.siteId, group, ship));
  }

  async listReplicationPairs(groupId: string, { signal }: CallContext): Promise<ReplicationPair[]> {
    await this.client.group(groupId, signal);
    return [];
  }

  async listPlansOfGroup(groupId: string, cx: CallContext): Promise<RecoveryPlan[]> {
    return [await this.getRecoveryPlan(groupId, cx)];
  }

  async listRecoveryPlans({ signal }: CallContext): Promise<RecoveryPlan[]> {
    const groups = await this.client.groups(signal);
    return groups.map((group) => toPlan(this.siteId, group));
  }

  async getRecoveryPlan(planId: string, { signal }: CallContext): Promise<RecoveryPlan> {
    return toPlan(this.siteId, await this.client.group(planId, signal));
  }

  async listGroupsOfPlan(planId: string, cx: CallContext): Promise<ProtectionGroup[]> {
    return [await this.getProtectionGroup(planId, cx)];
  }

  async listDrills(planId: string, { signal }: CallContext): Promise<Drill[]> {
    return toDrills(this.siteId, await this.client.group(planId, signal));
  }

  /** Its jobs are left out: they tell no more than the phases do. */
  async survey({ signal }: CallContext): Promise<SiteSurvey> {
    return { ...this.surveyed(await this.client.groups(signal)), runs: [] };
  }

  /** Tidewater has no faults but those that the phases tell; a look at its service tells whether it can be asked. */
  async inspect({ signal }: CallContext): Promise<Concern[]> {
    await this.client.version(signal);
    return [];
  }

  creationOptions(): Promise<CreationOptions> {
    return Promise.resolve({});
  }

  async prepare(command: ActionCommand, _operationId: string, { signal }: CallContext): Promise<Preparation> {
    const { targetNativeId: id } = command;
    const target = id === null ? null : await this.client.group(id, signal);
    const world = {
      jobs: await this.client.jobs(signal),
      groups: target ? [] : await this.client.groups(signal),
    };
    return {
      resource: target && factsOf(target),
      groupIds: target ? [publicId(this.siteId, target.id)] : [],
      blockers: [],
      warnings: [],
      baseline: baselineOf(command, target, world),
      calls: [callFor(command, target?.title ?? command.group?.name ?? '')],
    };
  }

  start(call: UpstreamCall, gate: SendGate): Promise<UpstreamRef> {
    return this.client.submit(call, gate, this.submitTimeoutMs);
  }

  async findStarted(sent: SentCall, { signal }: CallContext): Promise<Finding> {
    return evidenceFor(sent, await this.look(signal));
  }

  async observe(
    watched: readonly WatchedOperation[],
    { signal, noticed }: CallContext,
  ): Promise<Observation[]> {
    if (watched.length === 0) return [];
    const world = await this.look(signal);
    noticed?.(this.surveyed(world.groups));
    return watched.map((operation) => observationOf(this.siteId, operation, world));
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Jobs first: what they say to have ended, the groups then show. */
  private async look(signal: AbortSignal): Promise<World> {
    const jobs = await this.client.jobs(signal);
    return { jobs, groups: await this.client.groups(signal) };
  }

  private surveyed(groups: readonly WireGroup[]): Pick<SiteSurvey, 'groups' | 'plans' | 'drills'> {
    return {
      groups: groups.map((group) => toGroup(this.siteId, group)),
      plans: groups.map((group) => toPlan(this.siteId, group)),
      drills: groups.flatMap((group) => toDrills(this.siteId, group)),
    };
  }

  private async quotas({ signal }: CallContext): Promise<Quota[]> {
    const { used, most } = await this.client.allowance(signal);
    return [{ resource: 'PROTECTION_GROUPS', upstreamType: 'groups', used, limit: most }];
  }
}
