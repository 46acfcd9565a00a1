import type { ActionCommand, UpstreamCall, UpstreamRef } from '../../domain/action-command.js';
import type {
  Drill,
  ProtectedInstance,
  ProtectionGroup,
  RecoveryPlan,
  ReplicationPair,
} from '../../domain/inventory.js';
import type { Finding, Observation } from '../../domain/observation.js';
import type { Concern } from '../../domain/site-finding.js';
import type { SiteSurvey } from '../../domain/site-survey.js';
import type { UpstreamHttp } from '../../platform/http/upstream-http.js';
import type { FurtherReads } from '../further-reads.js';
import type {
  CallContext,
  CreationOptions,
  Preparation,
  ProviderDriver,
  SendGate,
  SentCall,
  SiteConnection,
  WatchedOperation,
} from '../provider-driver.js';
import type { RequestBudget } from '../request-budget.js';
import { SdrsCalls } from './preparing/sdrs.calls.js';
import { SdrsClient } from './wire/sdrs.client.js';
import { readCreationOptions } from './preparing/sdrs.creation.js';
import { sdrsDescriptor } from './sdrs.descriptor.js';
import { SdrsEvidence } from './evidence/sdrs.evidence.js';
import { furtherReads } from './reading/sdrs.further-reads.js';
import { toImplicitPlan, toProtectionGroup } from './reading/sdrs.mapper.js';
import { SdrsObserver } from './watching/sdrs.observation.js';
import { SdrsPartCalls } from './preparing/sdrs.part-calls.js';
import { SdrsPartPreparation } from './preparing/sdrs.part-preparation.js';
import { toDrill, toProtectedInstance, toReplicationPair } from './reading/sdrs.parts-mapper.js';
import { SdrsPreparation } from './preparing/sdrs.preparation.js';
import { judgedRemoval } from './wire/sdrs.removals.js';
import type { SdrsSession } from './access/sdrs.session.js';
import { submitCall } from './wire/sdrs.submission.js';
import { takeSurvey } from './reading/sdrs.survey.js';
import { SdrsInspection } from './inspecting/sdrs.inspection.js';

export interface SdrsSite {
  siteId: string;
  projectId: string;
  submitTimeoutMs: number;
}

/** One project of the service. Joins the parts; every rule lives in one of them. */
export class SdrsDriver implements ProviderDriver {
  readonly descriptor = sdrsDescriptor;
  readonly further: Partial<FurtherReads>;
  private readonly client: SdrsClient;
  private readonly preparation: SdrsPreparation;
  private readonly evidence: SdrsEvidence;
  private readonly observer: SdrsObserver;
  private readonly inspection: SdrsInspection;
  private version: string | null = null;

  constructor(
    private readonly site: SdrsSite,
    private readonly http: UpstreamHttp,
    private readonly session: SdrsSession,
    private readonly budget?: RequestBudget,
  ) {
    this.client = new SdrsClient(http, session, site.projectId, budget);
    this.further = furtherReads(site.siteId, this.client);
    this.preparation = new SdrsPreparation(
      site.siteId,
      this.client,
      new SdrsCalls(site.projectId),
      new SdrsPartPreparation(site.siteId, this.client, new SdrsPartCalls(site.projectId)),
    );
    this.evidence = new SdrsEvidence(this.client);
    this.observer = new SdrsObserver(site.siteId, this.client);
    this.inspection = new SdrsInspection(site.siteId, this.client);
  }

  async check({ signal }: CallContext): Promise<SiteConnection> {
    await this.client.peek(signal);
    this.version ??= await this.client.service.version(signal).catch(() => null);
    return { version: this.version, warnings: [] };
  }

  async listProtectionGroups({ signal }: CallContext): Promise<ProtectionGroup[]> {
    const groups = await this.client.listGroups(signal);
    return groups.map((group) => toProtectionGroup(this.site.siteId, group));
  }

  async getProtectionGroup(groupId: string, { signal }: CallContext): Promise<ProtectionGroup> {
    return toProtectionGroup(this.site.siteId, await this.client.getGroup(groupId, signal));
  }

  async listProtectedInstances(groupId: string, { signal }: CallContext): Promise<ProtectedInstance[]> {
    const instances = await this.ofExisting(
      groupId,
      await this.client.listInstances(groupId, signal),
      signal,
    );
    return instances.map((instance) => toProtectedInstance(this.site.siteId, groupId, instance));
  }

  async listReplicationPairs(groupId: string, { signal }: CallContext): Promise<ReplicationPair[]> {
    const pairs = await this.ofExisting(groupId, await this.client.listPairs(groupId, signal), signal);
    return pairs.map((pair) => toReplicationPair(this.site.siteId, groupId, pair));
  }

  async listPlansOfGroup(groupId: string, cx: CallContext): Promise<RecoveryPlan[]> {
    return [await this.getRecoveryPlan(groupId, cx)];
  }

  async listRecoveryPlans({ signal }: CallContext): Promise<RecoveryPlan[]> {
    const groups = await this.client.listGroups(signal);
    return groups.map((group) => toImplicitPlan(this.site.siteId, group));
  }

  async getRecoveryPlan(planId: string, { signal }: CallContext): Promise<RecoveryPlan> {
    return toImplicitPlan(this.site.siteId, await this.client.getGroup(planId, signal));
  }

  async listGroupsOfPlan(planId: string, cx: CallContext): Promise<ProtectionGroup[]> {
    return [await this.getProtectionGroup(planId, cx)];
  }

  async listDrills(planId: string, { signal }: CallContext): Promise<Drill[]> {
    const listed = await this.client.listDrills(planId, signal);
    const drills = await this.ofExisting(planId, listed, signal);
    return drills.map((drill) => toDrill(this.site.siteId, planId, drill));
  }

  survey({ signal }: CallContext): Promise<SiteSurvey> {
    return takeSurvey(this.site.siteId, this.client, signal);
  }

  inspect({ signal }: CallContext, told: readonly Concern[] = []): Promise<Concern[]> {
    return this.inspection.concerns(told, signal);
  }

  creationOptions({ signal }: CallContext): Promise<CreationOptions> {
    return readCreationOptions(this.client, signal);
  }

  prepare(command: ActionCommand, operationId: string, { signal }: CallContext): Promise<Preparation> {
    return this.preparation.prepare(command, operationId, signal);
  }

  async start(call: UpstreamCall, gate: SendGate, { signal }: CallContext): Promise<UpstreamRef> {
    const { budget, site } = this;
    const options = { signal, timeoutMs: site.submitTimeoutMs, ...(budget ? { budget } : {}) };
    try {
      return await submitCall(this.http, this.session, call, gate, options);
    } catch (error) {
      throw await judgedRemoval(call, error, {
        'protected-instances': (id) => this.client.getInstance(id, signal),
        'disaster-recovery-drills': (id) => this.client.getDrill(id, signal),
      });
    }
  }

  findStarted(sent: SentCall, { signal }: CallContext): Promise<Finding> {
    return this.evidence.find(sent, signal);
  }

  observe(watched: readonly WatchedOperation[], cx: CallContext): Promise<Observation[]> {
    return this.observer.observe(watched, cx);
  }

  async close(): Promise<void> {
    await this.session.close();
    await this.http.close().catch(() => undefined);
  }

  /** A filter by an unknown group answers with an empty list: only a read of the group tells them apart. */
  private async ofExisting<T>(groupId: string, items: T[], signal: AbortSignal): Promise<T[]> {
    if (items.length === 0) await this.client.getGroup(groupId, signal);
    return items;
  }
}
