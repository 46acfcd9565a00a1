import type { ActionCommand, UpstreamCall, UpstreamRef } from '../../domain/action-command.js';
import type {
  Drill,
  ProtectedInstance,
  ProtectionGroup,
  RecoveryPlan,
  ReplicationPair,
} from '../../domain/inventory.js';
import type { Finding, Observation } from '../../domain/observation.js';
import type { PastRunsPage, PastRunsQuestion } from '../../domain/past-run.js';
import type { Concern } from '../../domain/site-finding.js';
import type { SiteSurvey } from '../../domain/site-survey.js';
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
import { ProviderError } from '../provider-error.js';
import { answerCall } from './preparing/srm.answer.js';
import { cancelCall } from './preparing/srm.calls.js';
import { creationOptionsOf } from './reading/srm.creation-options.js';
import { srmDescriptor } from './srm.descriptor.js';
import { drillOf } from './reading/srm.drill-mapper.js';
import type { SrmEvidence } from './evidence/srm.evidence.js';
import { furtherReadsOf, type FurtherReadingParts } from './reading/srm.further-reads.js';
import type { SrmInspection } from './inspecting/srm.inspection.js';
import type { SrmInventory } from './reading/srm.inventory.js';
import { groupOf, instanceOf, planOf } from './reading/srm.mapper.js';
import type { SrmObserver } from './watching/srm.observation.js';
import { pastRunsOf } from './reading/srm.past-runs.js';
import type { PlanGroups } from './reading/srm.plan-groups.js';
import type { SrmPreparation } from './preparing/srm.preparation.js';
import type { SrmSubmission } from './wire/srm.submission.js';
import type { SrmUpstream } from './wire/srm.upstream.js';
import { mustTell } from './reading/srm.wholeness.js';

/** What a driver is joined from; `srm.factory.ts` makes them. */
export interface SrmParts extends FurtherReadingParts {
  upstream: SrmUpstream;
  planGroups: PlanGroups;
  inventory: SrmInventory;
  inspection: SrmInspection;
  preparing: SrmPreparation;
  submission: SrmSubmission;
  evidence: SrmEvidence;
  observing: SrmObserver;
}

export class SrmDriver implements ProviderDriver {
  readonly descriptor = srmDescriptor;
  readonly further: Partial<FurtherReads>;

  constructor(private readonly parts: SrmParts) {
    this.further = furtherReadsOf(parts);
  }

  async check({ signal }: CallContext): Promise<SiteConnection> {
    const { client } = this.parts;
    await client.whoAmI(signal);
    const sites = await client.pairedSites(signal, true);
    const remote = await client.session.both(sites, signal).then(
      () => [],
      (error: unknown) => {
        if (!(error instanceof ProviderError)) throw error;
        return [`Reads work, but actions do not: the login at the far site fails. ${error.message}`];
      },
    );
    return { version: sites.version, warnings: [...sites.warnings, ...remote] };
  }

  async listProtectionGroups({ signal }: CallContext): Promise<ProtectionGroup[]> {
    return this.parts.inventory.groupsOf(await this.parts.client.groups(signal));
  }

  async getProtectionGroup(groupId: string, { signal }: CallContext): Promise<ProtectionGroup> {
    const group = await this.parts.client.group(groupId, signal);
    const homes = await this.parts.home.of([group]);
    return groupOf(group, { siteId: this.parts.siteId, home: homes.get(group.id) ?? null, gaps: [] });
  }

  async listProtectedInstances(groupId: string, { signal }: CallContext): Promise<ProtectedInstance[]> {
    const { client, home, siteId } = this.parts;
    const [group, vms] = await Promise.all([
      client.group(groupId, signal),
      client.vmsOfGroup(groupId, signal),
    ]);
    mustTell(vms);
    const context = { siteId, home: (await home.of([group])).get(group.id) ?? null, gaps: vms.gaps };
    return vms.items.map((vm) => instanceOf(vm, group, context));
  }

  /** SRM tells of machines, not of the pairs of disks beneath. */
  async listReplicationPairs(): Promise<ReplicationPair[]> {
    return [];
  }

  async listPlansOfGroup(groupId: string, { signal }: CallContext): Promise<RecoveryPlan[]> {
    return this.parts.inventory.plansOf(await this.parts.client.plansOfGroup(groupId, signal));
  }

  async listRecoveryPlans({ signal }: CallContext): Promise<RecoveryPlan[]> {
    return this.parts.inventory.plansOf(await this.parts.client.plans(signal));
  }

  async getRecoveryPlan(planId: string, { signal }: CallContext): Promise<RecoveryPlan> {
    const { client, home, planGroups, siteId } = this.parts;
    const [plan, groups] = await Promise.all([
      client.plan(planId, signal),
      client.groupsOfPlan(planId, signal),
    ]);
    mustTell(groups);
    const groupIds = groups.items.map((group) => group.id);
    planGroups.note(planId, groupIds);
    const homes = await home.of([plan]);
    return planOf(plan, { siteId, home: homes.get(plan.id) ?? null, groupIds, gaps: groups.gaps });
  }

  async listGroupsOfPlan(planId: string, { signal }: CallContext): Promise<ProtectionGroup[]> {
    const groups = await this.parts.client.groupsOfPlan(planId, signal);
    const result = await this.parts.inventory.groupsOf(groups);
    this.parts.planGroups.note(
      planId,
      groups.items.map((group) => group.id),
    );
    return result;
  }

  async listDrills(planId: string, { signal }: CallContext): Promise<Drill[]> {
    const drill = drillOf(await this.parts.client.plan(planId, signal), this.parts.siteId);
    return drill === null ? [] : [drill];
  }

  survey({ signal }: CallContext): Promise<SiteSurvey> {
    return this.parts.inventory.survey(signal);
  }

  inspect({ signal }: CallContext, told: readonly Concern[] = []): Promise<Concern[]> {
    return this.parts.inspection.inspect(told, signal);
  }

  pastRuns(question: PastRunsQuestion, { signal }: CallContext): Promise<PastRunsPage> {
    return pastRunsOf(this.parts.history, question, signal);
  }

  creationOptions({ signal }: CallContext): Promise<CreationOptions> {
    return creationOptionsOf(this.parts.client, signal);
  }

  prepare(command: ActionCommand, operationId: string, { signal }: CallContext): Promise<Preparation> {
    return this.parts.preparing.prepare(command, operationId, signal);
  }

  start(call: UpstreamCall, gate: SendGate, { signal }: CallContext): Promise<UpstreamRef> {
    return this.parts.submission.send(call, gate, signal);
  }

  findStarted(sent: SentCall, { signal }: CallContext): Promise<Finding> {
    return this.parts.evidence.findStarted(sent, signal);
  }

  observe(watched: readonly WatchedOperation[], cx: CallContext): Promise<Observation[]> {
    for (const { command } of watched) {
      const { action, targetNativeId: planId } = command;
      if (action === 'UPDATE_RECOVERY_PLAN' && planId !== null) this.parts.planGroups.forget(planId);
    }
    return this.parts.observing.observe(watched, cx);
  }

  cancelCall(command: ActionCommand): UpstreamCall {
    return cancelCall(command.targetNativeId ?? '');
  }

  answerCall(command: ActionCommand, promptId: string): UpstreamCall {
    return answerCall(command.targetNativeId ?? '', promptId);
  }

  async close(): Promise<void> {
    await this.parts.client.session.close();
    await this.parts.upstream.close();
  }
}
