import type { RecoveryWorkflow, Tag } from '../domain/action-inputs.js';
import type { Drill, ProtectedInstance, ReplicationPair } from '../domain/inventory.js';
import type {
  PlannedInstance,
  PlanPrompt,
  ProtectionSettings,
  RecoverySettings,
  RecoveryStep,
  TestNetwork,
} from '../domain/plan-parts.js';
import type {
  ApiVersion,
  FailedTask,
  Issue,
  Quota,
  RpoStatistic,
  RunReport,
  SiteServer,
  TagValues,
} from '../domain/site-facts.js';
import type { CallContext } from './call-context.js';

type Read<Where, What> = (where: Where, cx: CallContext) => Promise<What>;
type InGroup = { groupId: string };
type Instance = InGroup & { instanceId: string };
type OfPlan = { planId: string };
type Everywhere = Record<never, never>;
/** Milliseconds since the epoch; absent = as far as the upstream keeps it. */
type Window = { fromMs?: number; untilMs?: number };

/**
 * Reads that not every upstream offers. A driver has exactly those that its `capabilities.reads` names. Ids that
 * go in are the upstream's own; ids of groups, plans, instances, pairs and drills that come out are public.
 * Absent = `NOT_FOUND`; every list is whole (the driver pages) and in the upstream's order.
 */
export interface FurtherReads {
  protectedInstance: Read<Instance, ProtectedInstance>;
  protectionSettings: Read<Instance, ProtectionSettings>;
  instanceTags: Read<Instance, Tag[]>;
  replicationPair: Read<InGroup & { pairId: string }, ReplicationPair>;
  groupIssues: Read<InGroup, Issue[]>;

  plannedInstances: Read<OfPlan, PlannedInstance[]>;
  plannedInstance: Read<OfPlan & { instanceId: string }, PlannedInstance>;
  recoverySettings: Read<OfPlan & { instanceId: string }, RecoverySettings>;
  recoverySteps: Read<OfPlan & { workflow: RecoveryWorkflow }, RecoveryStep[]>;
  /** One step, with what an inserted one holds. */
  recoveryStep: Read<OfPlan & { workflow: RecoveryWorkflow; stepId: string }, RecoveryStep>;
  planPrompts: Read<OfPlan, PlanPrompt[]>;
  testNetworks: Read<OfPlan, TestNetwork[]>;
  planIssues: Read<OfPlan, Issue[]>;
  /** Newest first. */
  planRuns: Read<OfPlan & Window, RunReport[]>;
  planRun: Read<OfPlan & { reportId: string }, RunReport>;
  drill: Read<OfPlan & { drillId: string }, Drill>;

  siteIssues: Read<Everywhere, Issue[]>;
  /** Newest first. */
  siteRuns: Read<Window, RunReport[]>;
  siteServers: Read<Everywhere, SiteServer[]>;
  apiVersions: Read<Everywhere, ApiVersion[]>;
  quotas: Read<Everywhere, Quota[]>;
  /** Those about groups, or those inside one. */
  failedTasks: Read<{ groupId?: string }, FailedTask[]>;
  rpoStatistics: Read<Window, RpoStatistic[]>;
  tagValues: Read<Everywhere, TagValues[]>;
  /** Instances that bear all these tags; no values = any. */
  instancesByTag: Read<{ tags: TagValues[] }, ProtectedInstance[]>;
}

export const FURTHER_READS = [
  'protectedInstance',
  'protectionSettings',
  'instanceTags',
  'replicationPair',
  'groupIssues',
  'plannedInstances',
  'plannedInstance',
  'recoverySettings',
  'recoverySteps',
  'recoveryStep',
  'planPrompts',
  'testNetworks',
  'planIssues',
  'planRuns',
  'planRun',
  'drill',
  'siteIssues',
  'siteRuns',
  'siteServers',
  'apiVersions',
  'quotas',
  'failedTasks',
  'rpoStatistics',
  'tagValues',
  'instancesByTag',
] as const satisfies readonly (keyof FurtherReads)[];

export type FurtherRead = keyof FurtherReads;
export type WhereOf<R extends FurtherRead> = Parameters<FurtherReads[R]>[0];
export type AnswerOf<R extends FurtherRead> = Awaited<ReturnType<FurtherReads[R]>>;
