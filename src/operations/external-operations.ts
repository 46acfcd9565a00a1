import type { Operation } from '../domain/operation.js';
import type { SiteLook, UpstreamRun } from '../domain/site-survey.js';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { inLane } from '../providers/lanes.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { Doorbells } from './doorbells.js';
import { changesBetween, type PastChange } from './external-changes.js';
import {
  AFTERMATH_MS,
  endMs,
  LAG_MS,
  leftItSo,
  mayBeBeingMade,
  tellsOf,
  wasThere,
  type Past,
} from './external-explanations.js';
import { Presence } from './external-presence.js';
import { confirmed, free } from './external-proof.js';
import { directionFrom, endedOperation, runningOperation, type Found } from './external-record.js';
import { isAtRest, isCreation, isPassing, type SeenResource } from './external-resources.js';
import { isAtWork, isOfTheSite, jobsNow, locksOf, type LiveSight } from './external-sight.js';
import { actionOf, signsOfWork, withJobs, type Sign } from './external-signs.js';
import { alternatives, by, lateRequests, lookalikes } from './external-words.js';
import { newOperationId } from './operation-id.js';
import type { OperationStore } from './operation-store.js';

/** Of each kind, in one look: what is under way still is in the next one, and a flood of changes tells no story. */
const MOST_AT_ONCE = 25;

/**
 * Finds what others have begun at a site (its console, scripts) and keeps it as an operation: locked against ours,
 * watched, and told in the history.
 *
 * A look is only a hint: it may be old, and what it shows may be the work of an operation of ours that has begun or
 * ended since. So first it is read who holds the groups and who held them last, then the upstream is looked at once
 * more, and what is still under way is recorded only if, in one atomic step, nobody holds or has held them meanwhile.
 * Any number of processes may consider the same looks at once.
 */
export class ExternalOperations {
  constructor(
    private readonly store: OperationStore,
    private readonly clock: Clock,
    private readonly doorbells: Doorbells,
    private readonly log: Log,
  ) {}

  /**
   * Idempotent. Throws errors of the store, and a temporary `ProviderError` where a change could not be confirmed: then
   * it should be told again with the same `before`.
   */
  consider(provider: Provider, look: SiteLook): Promise<void> {
    return inLane('WATCH', () => this.considered(provider, look));
  }

  private async considered(provider: Provider, look: SiteLook): Promise<void> {
    const { descriptor, siteId } = provider;
    const signs = signsOfWork(descriptor, siteId, look);
    const changes = changesBetween(descriptor, siteId, look);
    const held = await this.heldIn(siteId, [...signs.map(({ seen }) => seen), ...changes.map(subjectOf)]);
    const open = signs.filter(({ seen }) => !held.has(seen.holderId));
    const jobs = jobsNow(provider);
    await this.each(open, provider, (sign) => this.underWay(provider, look, sign, jobs));
    const past = changes.filter((change) => !held.has(subjectOf(change).holderId));
    const presence = new Presence(provider);
    await this.each(past, provider, (change) => this.wasDone(provider, look, change, presence));
  }

  /** @returns whether the site was asked for it */
  private async underWay(
    provider: Provider,
    look: SiteLook,
    hint: Sign,
    jobsNow: () => Promise<UpstreamRun[]>,
  ): Promise<boolean> {
    const { descriptor, siteId } = provider;
    const isTail = (past: Past): boolean => this.isTail(provider, past, hint, look);
    if (!(await free(this.store, siteId, hint.seen, hint.action, [hint.seen.holderId], isTail))) return false;
    // What tells of it may be newer than the list of jobs that came with it.
    const sign = hint.runs.length > 0 ? hint : withJobs(descriptor, siteId, hint, await jobsNow());
    const jobs = await this.store.knownJobs(
      siteId,
      sign.runs.map(({ jobId }) => jobId),
    );
    if (jobs.size > 0) return true;
    const sight = await confirmed(this.store, provider, sign.seen, sign.action, isTail);
    if (sight) await this.begin(provider, sign, sight);
    return true;
  }

  private async begin(
    provider: Provider,
    sign: Sign,
    { live, past }: { live: LiveSight; past: Past },
  ): Promise<void> {
    const { descriptor, siteId } = provider;
    const passing = isPassing(descriptor, live.seen);
    const action = passing ? actionOf(descriptor, live.seen, sign.before, sign.runs) : sign.action;
    if (!action) return;
    if (isCreation(action) !== isCreation(sign.action)) return;
    if (isCreation(action) && (await mayBeBeingMade(this.store, siteId, action))) return;
    const found: Found = {
      action,
      seen: live.seen,
      before: sign.before && isAtRest(descriptor, sign.before) ? sign.before : null,
      runs: action === sign.action ? sign.runs : [],
      lockedGroupIds: locksOf(live),
      direction: sign.before && isAtRest(descriptor, sign.before) ? directionFrom(sign.before, null) : null,
      warnings: [
        ...lookalikes(alternatives(descriptor, action, live.seen, sign)),
        ...lateRequests(past.lately, action),
      ],
    };
    const operation = runningOperation(newOperationId(siteId), found, provider, isoTime(this.clock.now()));
    if (!passing && !(found.runs.length > 0 && (await isAtWork(provider, operation)))) return;
    const text = `Begun ${by(operation)}: the upstream says ${live.seen.word}.`;
    if (await this.record(operation, text, past)) await this.doorbells.ringWatch(siteId);
  }

  /** What is seen may be the tail of an operation that has ended; unless it was seen at rest since. */
  private isTail(
    { descriptor }: Provider,
    { lately }: Past,
    { seen, before }: Sign,
    look: SiteLook,
  ): boolean {
    const now = this.clock.now();
    const goesAlong = seen.kind === 'PROTECTION_GROUP' && descriptor.capabilities.explicitPlans;
    return lately.some((operation) => {
      const end = endMs(operation);
      if (before && before.word !== seen.word && look.before && look.before.takenMs >= end) return false;
      const tailMs = goesAlong && operation.target.id !== seen.id ? AFTERMATH_MS : LAG_MS;
      return now - end < tailMs || operation.upstream.state === seen.word;
    });
  }

  /** @returns whether it was told */
  private async wasDone(
    provider: Provider,
    look: SiteLook,
    change: PastChange,
    presence: Presence,
  ): Promise<boolean> {
    const { siteId } = provider;
    const subject = subjectOf(change);
    const { runs } = change;
    const jobIds = runs.map(({ jobId }) => jobId);
    if ((await this.store.knownJobs(siteId, jobIds)).size > 0) return false;
    const sinceMs = look.before?.takenMs ?? 0;
    if (wasThere(change, sinceMs)) return false;
    const sight = await this.unexplained(provider, change, sinceMs - LAG_MS);
    if (!sight || !(await presence.agrees(change))) return false;
    if (isCreation(change.action) && (await mayBeBeingMade(this.store, siteId, change.action))) return false;
    const between = `between ${isoTime(sinceMs)} and ${isoTime(look.after.takenMs)}`;
    const found: Found = {
      action: change.action,
      seen: subject,
      before: change.before,
      runs,
      lockedGroupIds: sight.locks,
      direction: directionFrom(change.before, change.after),
      warnings: [
        `It was done outside the gateway, ${between}; only its end was seen.`,
        ...lookalikes(change.orElse),
      ],
    };
    const now = isoTime(this.clock.now());
    const operation = endedOperation(newOperationId(siteId), found, change, provider, now);
    const [was, is] = [change.before?.word ?? 'not there', change.after?.word ?? 'gone'];
    return this.record(operation, `Done ${by(operation)}: it was ${was}, and is ${is}.`, sight.past);
  }

  /** What a change was done to, if no operation of that time explains it. Looks only for what the list did not tell. */
  private async unexplained(
    provider: Provider,
    change: PastChange,
    sinceMs: number,
  ): Promise<{ locks: string[]; past: Past } | null> {
    const subject = subjectOf(change);
    const { before } = change;
    const tail = before && isPassing(provider.descriptor, before) ? before.word : null;
    // A person may have settled one while its target hung in that word.
    const explained = ({ lately }: Past): boolean =>
      lately.some(
        (one) =>
          (endMs(one) >= sinceMs && !leftItSo(one, before, change.after)) ||
          tellsOf(one, change, sinceMs) ||
          (tail !== null && one.upstream.state === tail),
      );
    // Which groups a plan holds, a list does not tell, or tells as it once was.
    if (before && change.after && subject.kind === 'RECOVERY_PLAN') {
      const sight = await confirmed(this.store, provider, subject, change.action, explained);
      return sight && { locks: locksOf(sight.live), past: sight.past };
    }
    // Work on the groups of a plan neither makes nor removes it.
    const groupIds = change.before && change.after ? (subject.groupIds ?? []) : [];
    const locks = [...new Set([...groupIds, subject.holderId])];
    const past = await free(this.store, provider.siteId, subject, change.action, locks, explained);
    return past && { locks, past };
  }

  private async record(operation: Operation, text: string, { holdings }: Past): Promise<boolean> {
    const recording = await this.store.record(operation, text, holdings);
    const { id: operationId, siteId, action, target } = operation;
    const told = { operationId, siteId, action, target: target.id, recording: recording.kind };
    if (recording.kind === 'RECORDED') this.log.info(told, text);
    else this.log.debug(told, 'an operation of the gateway explains it after all');
    return recording.kind === 'RECORDED';
  }

  private async heldIn(siteId: string, seen: readonly SeenResource[]): Promise<Set<string>> {
    const held = await this.store.holders(siteId, [...new Set(seen.map(({ holderId }) => holderId))]);
    return new Set(held.keys());
  }

  /** What cannot be looked at does not stand in the way of the rest; a site that cannot be asked does. */
  private async each<T>(
    items: readonly T[],
    { siteId }: Provider,
    consider: (item: T) => Promise<boolean>,
  ): Promise<void> {
    let counted = 0;
    for (const [i, item] of items.entries()) {
      if (counted === MOST_AT_ONCE) {
        this.log.warn({ siteId, left: items.length - i }, 'others do more at once than can be looked at');
        return;
      }
      try {
        if (await consider(item)) counted += 1;
      } catch (error) {
        if (!(error instanceof ProviderError) || isOfTheSite(error)) throw error;
        this.log.warn(
          { siteId, kind: error.kind },
          `what others do could not be looked at: ${error.message}`,
        );
      }
    }
  }
}

function subjectOf({ before, after }: PastChange): SeenResource {
  const subject = after ?? before;
  if (!subject) throw new RangeError('a change of nothing');
  // What it was touches what it is no more told to.
  return { ...subject, groupIds: subject.groupIds ?? before?.groupIds ?? null };
}
