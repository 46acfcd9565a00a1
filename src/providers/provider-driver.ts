import type {
  ActionCommand,
  ActionOption,
  NewProtectionGroup,
  UpstreamCall,
  UpstreamRef,
} from '../domain/action-command.js';
import type { DrAction, TargetType } from '../domain/dr-action.js';
import type {
  Drill,
  ProtectedInstance,
  ProtectionGroup,
  RecoveryPlan,
  ReplicationPair,
} from '../domain/inventory.js';
import type { Lifecycle } from '../domain/lifecycle.js';
import type { Finding, Observation, ResourceFacts } from '../domain/observation.js';
import type { PastRunsPage, PastRunsQuestion } from '../domain/past-run.js';
import type { Concern } from '../domain/site-finding.js';
import type { SiteSurvey } from '../domain/site-survey.js';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import type { CallContext } from './call-context.js';
import type { FurtherRead, FurtherReads } from './further-reads.js';
import type { RequestBudgets, RequestQuota } from './request-budget.js';

export type { CallContext };

/**
 * The contract of an upstream's side.
 *
 * A driver speaks to one site. Between calls it keeps nothing but what can be thrown away: tokens,
 * sessions, caches. Ids that go in are the upstream's own; resources that come out carry public ids
 * (`publicId(siteId, nativeId)`). It throws `ProviderError` and nothing else. It renews tokens and
 * sessions silently, one caller at a time, and repeats a read once after doing so. It never repeats
 * a state-changing call. No credential may appear in anything it returns, throws or logs.
 *
 * Callers see `Provider`, never a driver.
 */
export interface ProviderDriver {
  readonly descriptor: ProviderDescriptor;

  /** Read-only and cheap: can the site be reached, and are we let in? Throws when not. */
  check(cx: CallContext): Promise<SiteConnection>;

  /** Every group of the site, in the upstream's order, without duplicates; the driver pages. */
  listProtectionGroups(cx: CallContext): Promise<ProtectionGroup[]>;
  /** Absent = `NOT_FOUND`. */
  getProtectionGroup(groupId: string, cx: CallContext): Promise<ProtectionGroup>;
  listProtectedInstances(groupId: string, cx: CallContext): Promise<ProtectedInstance[]>;
  /** Empty on upstreams that have no such thing. */
  listReplicationPairs(groupId: string, cx: CallContext): Promise<ReplicationPair[]>;
  listPlansOfGroup(groupId: string, cx: CallContext): Promise<RecoveryPlan[]>;

  listRecoveryPlans(cx: CallContext): Promise<RecoveryPlan[]>;
  /** Unlike the list, always fills `protectionGroupIds`. Absent = `NOT_FOUND`. */
  getRecoveryPlan(planId: string, cx: CallContext): Promise<RecoveryPlan>;
  listGroupsOfPlan(planId: string, cx: CallContext): Promise<ProtectionGroup[]>;
  listDrills(planId: string, cx: CallContext): Promise<Drill[]>;

  /**
   * Everything the site holds, with as few requests as the upstream allows: what the inventory is refreshed by.
   * Each list is whole, or it throws: an empty list from a session that died, a part of the pages, an entry
   * without an id or two that contradict each other are `BAD_ANSWER` or `UNAVAILABLE`, never an inventory.
   */
  survey(cx: CallContext): Promise<SiteSurvey>;

  /**
   * What only this upstream can tell to be wrong (failed jobs, parts in trouble, certificates, faults of its own),
   * at the price of a few reads; asked every few minutes. What `survey` shows is judged elsewhere. A part that
   * could not be looked at is left out, or stands as it was told; throws when nothing could be.
   * @param told by the last inspection of the site, by whichever process: what is only looked at in turn stands until its
   * turn comes, with the `seenTime` that it was told with
   */
  inspect(cx: CallContext, told?: readonly Concern[]): Promise<Concern[]>;

  /**
   * Present iff `capabilities.pastOperations`. One page of the runs that have ended, whoever began them: each whole, with
   * an id that stays. What is still under way is not told.
   */
  pastRuns?(question: PastRunsQuestion, cx: CallContext): Promise<PastRunsPage>;

  /** What a new group may be made of. */
  creationOptions(cx: CallContext): Promise<CreationOptions>;

  /** What only some upstreams can tell: exactly the reads that `capabilities.reads` names. */
  readonly further: Partial<FurtherReads>;

  /**
   * Read-only: looks at the target as it is now and says what carrying out the command would take.
   * Does not judge the target's state or direction against the lifecycle table: the portable side
   * does. Reports what only this upstream knows in `blockers`. Target absent = `NOT_FOUND`.
   * A command that this upstream cannot carry out as worded (a bad name, an unknown zone) =
   * `INVALID_ARGUMENT`.
   */
  prepare(command: ActionCommand, operationId: string, cx: CallContext): Promise<Preparation>;

  /**
   * Sends exactly one state-changing request, on a fresh connection, without retry or redirect.
   * Once the connection stands, `gate.confirm()` is waited for; `gate.open()` is called in the same tick as the
   * write, once. Both throw when nothing may be sent. Before `open` returned, not a byte may leave.
   *
   * Returns only for an acceptance in the documented form. Everything else is a `ProviderError` with
   * `delivery` set: `NOT_SENT`, `REFUSED` (a well-formed refusal in the upstream's documented form;
   * with retry TEMPORARY when it spoke of a token, a session or a rate) or `AMBIGUOUS`.
   */
  start(call: UpstreamCall, gate: SendGate, cx: CallContext): Promise<UpstreamRef>;

  /**
   * Read-only: after a send whose answer was lost, did the upstream take `call`? Evidence is compared
   * with `baseline`, never guessed. `STARTED` may carry no job ids: then the operation is watched by
   * its resource alone.
   */
  findStarted(sent: SentCall, cx: CallContext): Promise<Finding>;

  /**
   * Read-only: what became of many operations, with as few requests as the upstream allows (lists,
   * never one request per operation per tick). Operations that could not be looked at this time are
   * absent from the answer. Throws only when nothing could be learnt at all.
   */
  observe(watched: readonly WatchedOperation[], cx: CallContext): Promise<Observation[]>;

  /** Present iff `capabilities.cancel`. Asks the upstream to stop; one request, as `start`. */
  cancelCall?(command: ActionCommand): UpstreamCall;

  /**
   * Present iff `capabilities.prompts`. Tells the upstream to go on past a prompt of the running action; one
   * request, as `start`. The prompt's id makes it safe to ask again: an answered prompt is gone.
   */
  answerCall?(command: ActionCommand, promptId: string): UpstreamCall;

  /** Ends sessions; called once, at shutdown. Never throws. */
  close(): Promise<void>;
}

/** Identity, capabilities and lifecycle, as data: immutable, JSON-safe, and true (the suite proves it). */
export interface ProviderDescriptor {
  /** The folder's name, and the word in `provider` fields. */
  readonly provider: string;
  readonly title: string;
  readonly capabilities: ProviderCapabilities;
  readonly lifecycle: Lifecycle;
  readonly budget: UpstreamBudget;
}

export interface ProviderCapabilities {
  /** A running failover, planned failover or drill can be asked to stop. */
  readonly cancel: boolean;
  /** Which actions can be asked to stop, where `cancel` is true. */
  readonly cancellable: readonly DrAction[];
  /** Plans are things of their own, not projections of groups. */
  readonly explicitPlans: boolean;
  readonly replicationPairs: boolean;
  /** A run may wait for a person, who can answer through the gateway. */
  readonly prompts: boolean;
  readonly reads: readonly FurtherRead[];
  /** Its history tells of ended runs, so that they can be taken over when the site is first connected. */
  readonly pastOperations: boolean;
  /** Which finer wishes each action understands; others are refused, by name. */
  readonly options: Readonly<Partial<Record<DrAction, readonly ActionOption[]>>>;
  /** Which fields a new group takes beyond `siteId`, `name` and `description`, and which it must have. */
  readonly createFields: readonly { readonly name: keyof NewProtectionGroup; readonly required: boolean }[];
  /** Which top-level fields the finer actions take (`ActionInputs`), and which they must have; others are refused, by name. */
  readonly inputs: Readonly<Partial<Record<DrAction, readonly InputField[]>>>;
  /** Which fields of a group can be changed afterwards. */
  readonly changeableFields: readonly ('name' | 'description')[];
  /** What stays when a drill is removed, as far as a fact of the drill names it; absent = nothing that is known. */
  readonly drillLeftovers?: readonly DrillLeftover[];
}

export interface DrillLeftover {
  /** The name of a text in the drill's `upstream`; a drill without it left nothing of the kind. */
  readonly fact: string;
  /** One sentence; `{}` stands for the fact. */
  readonly text: string;
  /** What to do about it, in one sentence. */
  readonly remedy: string;
}

export interface InputField {
  readonly name: string;
  readonly required: boolean;
}

/**
 * How much the upstream lets us ask; null = it sets no such limit. What a site's settings do not say otherwise holds for
 * it: every request takes a place in these windows first, by its lane (`lanes.ts`).
 */
export interface UpstreamBudget {
  /** Of all that comes from one address, over all processes. */
  readonly address: RequestQuota | null;
  /** Of one session; every process has its own. */
  readonly session: RequestQuota | null;
  /** How many places are taken at once, before the first request, because fewer would be of no use; absent = one by one. */
  readonly together?: RequestsTogether;
}

/** What a piece of work usually takes. What it does not need is given back; what it needs beyond is let through first. */
export interface RequestsTogether {
  /** The look at a target before an action is accepted or sent. */
  readonly preparation: number;
  readonly survey: number;
  /** A round of watching, without what is read singly. */
  readonly round: number;
}

/** What a driver is given when it is made. */
export interface DriverContext {
  readonly siteId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly submitTimeoutMs: number;
  readonly memory: SiteMemory;
  /** Where the driver's requests are counted, each before it is sent; absent = nowhere. */
  readonly budgets?: RequestBudgets;
}

/** A few small facts about a site that must outlive the process, such as which end is home. */
export abstract class SiteMemory {
  /** Keeps `value` under `key` unless something is kept there already; answers what is kept now. */
  abstract rememberFirst(
    siteId: string,
    entries: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>>;
}

export interface SiteConnection {
  /** The upstream's version, where it tells. */
  version: string | null;
  /** Sentences about what works only in part: a remote site down, a certificate about to expire. */
  warnings: string[];
}

export interface CreationOptions {
  /** Field name → what it may be. Shape per provider; documented in the OpenAPI text of the path. */
  [field: string]: unknown;
}

/** What only the upstream's own facts can tell about whether an action can start now. */
export interface Blocker {
  /** Stable kebab-case word. */
  code: string;
  text: string;
  /** What to do about it. */
  remedy: string;
  /** The site is at fault, whatever the target's state: a refusal for nothing else is a 503, not a 409. */
  ofSite?: boolean;
  /** It goes away by itself: a composite's step waits for it. What is of the site counts as such, too. */
  passing?: true;
  /** What the action would bring about is so already: a composite's step for which nothing else stands in the way is done. */
  alreadyDone?: true;
}

export interface Preparation {
  /** The target now (of a part: the part); null for a resource that is still to be created. */
  resource: ResourceFacts | null;
  /** Others whose state matters (`LifecycleRow.companions`): the group of an instance, the instance of an attachment. */
  companions?: { kind: TargetType; facts: ResourceFacts }[];
  /** Public ids of every group that the action touches: what must be locked. */
  groupIds: string[];
  blockers: Blocker[];
  /** Things that do not stand in the way but should be known: replication at 40 %. */
  warnings: string[];
  /** What `findStarted` will compare with: JSON, the driver's own. */
  baseline: unknown;
  /** The requests to send, in order; each gets an intent, an answer and a place in the record of its own. */
  calls: UpstreamCall[];
}

/** Stands between the last check and the first byte. */
export interface SendGate {
  /**
   * Once the connection stands, before the write: is the intent still the last word? Throws `ProviderError` with delivery
   * `NOT_SENT` when it is not. Absent = nobody asks.
   */
  confirm?(): Promise<void>;
  /** Throws `ProviderError` with delivery `NOT_SENT` when the send deadline has passed. */
  open(): void;
}

export interface SentCall {
  operationId: string;
  command: ActionCommand;
  call: UpstreamCall;
  baseline: unknown;
  /** When the intent was written, by our clock. */
  sentTime: string;
}

/** An unfinished operation, as the watcher shows it to a driver. */
export interface WatchedOperation {
  operationId: string;
  command: ActionCommand;
  baseline: unknown;
  calls: WatchedCall[];
}

export interface WatchedCall {
  call: UpstreamCall;
  ref: UpstreamRef | null;
  /** Its answer was lost, and `ref` was found by evidence: its jobs alone do not prove that they are ours. */
  adopted?: boolean;
}

/** What a provider's folder brings to the one file that lists the drivers. */
export interface DriverFactory<Settings extends object = object> {
  readonly descriptor: ProviderDescriptor;
  /** A class-validator class: what a site of this provider needs in the sites file. */
  readonly settings: new () => Settings;
  create(settings: Settings, context: DriverContext): ProviderDriver;
}
