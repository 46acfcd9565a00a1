import type { LifecycleRow } from '../../../domain/lifecycle.js';
import type { Finding } from '../../../domain/observation.js';
import type { SentCall } from '../../provider-driver.js';
import type { SdrsBaseline } from './sdrs.baseline.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { sdrsDescriptor } from '../sdrs.descriptor.js';
import { absentAsNull } from '../wire/sdrs.errors.js';
import { keyOf } from '../reading/sdrs.failed-tasks.js';
import { NEW_INSTANCE, NEW_PAIR, newFailures, type FailureSubject } from './sdrs.failures.js';
import { byFailures, notSeen, severalFailures, started, undecidable } from './sdrs.findings.js';
import { createdInstances, createdPairs, sentInstance, sentPair } from './sdrs.part-candidates.js';
import { effectOn } from './sdrs.part-effects.js';
import { subjectKindOf } from '../watching/sdrs.subjects.js';
import type { WireDrill, WireInstance, WirePair } from '../wire/sdrs.wire.js';

type Part = WireInstance | WirePair;

/** Whether an ambiguous request about what a group holds took effect (section 5.6). */
export class SdrsPartEvidence {
  constructor(private readonly client: SdrsClient) {}

  find(sent: SentCall, baseline: SdrsBaseline, signal: AbortSignal): Promise<Finding> {
    switch (sent.command.action) {
      case 'ADD_PROTECTED_INSTANCE':
        return this.ofNewInstance(sent, baseline, signal);
      case 'CREATE_REPLICATION_PAIR':
        return this.ofNewPair(sent, baseline, signal);
      case 'UPDATE_DRILL':
        return this.ofDrill(sent, signal);
      case 'CLEAR_FAILED_TASKS':
        return this.ofTasks(baseline, signal);
      default:
        return this.ofPart(sent, baseline, signal);
    }
  }

  private async ofNewInstance(sent: SentCall, baseline: SdrsBaseline, signal: AbortSignal): Promise<Finding> {
    const wanted = sentInstance(sent.call.body);
    const all = await this.client.listInstances(sent.command.targetNativeId, signal);
    const made = createdInstances(all, wanted, baseline);
    return this.ofCreation(
      sent,
      baseline,
      made,
      { name: wanted?.name ?? '', resourceType: NEW_INSTANCE },
      signal,
    );
  }

  private async ofNewPair(sent: SentCall, baseline: SdrsBaseline, signal: AbortSignal): Promise<Finding> {
    const wanted = sentPair(sent.call.body);
    const all = await this.client.listPairs(sent.command.targetNativeId, signal);
    const made = createdPairs(all, wanted, baseline);
    return this.ofCreation(
      sent,
      baseline,
      made,
      { name: wanted?.name ?? '', resourceType: NEW_PAIR },
      signal,
    );
  }

  private async ofCreation(
    sent: SentCall,
    baseline: SdrsBaseline,
    made: readonly Part[],
    unmade: FailureSubject,
    signal: AbortSignal,
  ): Promise<Finding> {
    if (made.length > 1) return undecidable(`${made.length} new ones could be the one asked for`);
    const [part] = made;
    if (part && part.status !== 'error') return started(`${part.id} was made as asked`);
    const failures = await this.failures(sent, baseline, part ? { id: part.id } : unmade, signal);
    if (!part)
      return byFailures(failures, 'nothing with its mark is there, and no new failure of a creation');
    return started(`${part.id} was made, and is in error`, failures.length === 1 ? failures[0] : undefined);
  }

  private async ofDrill({ command }: SentCall, signal: AbortSignal): Promise<Finding> {
    const id = command.partNativeId ?? '';
    const drill: WireDrill | null = await absentAsNull(this.client.getDrill(id, signal));
    if (!drill) return undecidable(`drill ${id} is gone, which a new name does not bring about`);
    return effectOn(command, drill)
      ? started(`drill ${id} bears the new name`)
      : notSeen(`drill ${id} is still called ${drill.name ?? id}`);
  }

  /** New failures may have come meanwhile: only those that were to be cleared count. */
  private async ofTasks({ tasks }: SdrsBaseline, signal: AbortSignal): Promise<Finding> {
    if (!tasks) return undecidable('which failed tasks were to be cleared is not on record');
    const left = (await this.client.listFailureJobs(tasks.groupId, signal)).map(keyOf);
    const still = tasks.keys.filter((key) => left.includes(key)).length;
    if (still === 0) return started('the failed tasks are gone');
    return still === tasks.keys.length
      ? notSeen('the failed tasks are still listed')
      : undecidable(`${still} of ${tasks.keys.length} failed tasks are still listed`);
  }

  private async ofPart(sent: SentCall, baseline: SdrsBaseline, signal: AbortSignal): Promise<Finding> {
    const { command } = sent;
    const before = baseline.part;
    const row = sdrsDescriptor.lifecycle.actions[command.action];
    if (!before || !row) return undecidable('how the target was before is not on record');
    const part = await absentAsNull(this.read(sent, before.id, signal));
    if (!part) {
      return row.to === 'GONE'
        ? started(`${before.id} is gone`)
        : undecidable(`${before.id} is gone, which this action does not bring about`);
    }
    const word = part.status ?? '';
    if (row.via.includes(word) && word !== before.status) return started(`${before.id} is ${word}`);
    if (effectOn(command, part)) return started(`${before.id} shows what was asked for`);
    const failures = await this.failures(sent, baseline, this.failureSubject(sent, before.id), signal);
    if (failures.length > 1) return severalFailures();
    if (row.failed.includes(word) && word !== before.status) {
      return started(`${before.id} went from ${before.status ?? 'unknown'} to ${word}`, failures[0]);
    }
    if (failures.length === 1) return byFailures(failures, '');
    return word === before.status
      ? ofSameWord(sent, before, part, row)
      : ofOtherWord(sent, before, part, row);
  }

  private read({ command }: SentCall, id: string, signal: AbortSignal): Promise<Part> {
    return subjectKindOf(command.action) === 'INSTANCE'
      ? this.client.getInstance(id, signal)
      : this.client.getPair(id, signal);
  }

  /** Whose failure an attachment's is, the pair's or the instance's, is written nowhere. */
  private failureSubject({ command }: SentCall, id: string): FailureSubject {
    const isAttachment = /^(AT|DE)TACH_/.test(command.action);
    const input = command.input as { protectedInstanceId?: string } | null;
    return { id, ...(isAttachment ? { orId: input?.protectedInstanceId } : {}) };
  }

  private failures(
    sent: SentCall,
    baseline: SdrsBaseline,
    subject: FailureSubject,
    signal: AbortSignal,
  ): Promise<string[]> {
    return newFailures(this.client, sent, baseline, subject, signal);
  }
}

type Before = NonNullable<SdrsBaseline['part']>;

/**
 * Back in, or still in, the word it began with. Where the effect would show, its absence speaks. Where it does not,
 * or where the word is that of an earlier failure, a newer time leaves the matter open: no source says what
 * touches that time (section 5.6).
 */
function ofSameWord({ command }: SentCall, before: Before, part: Part, row: LifecycleRow): Finding {
  const word = part.status ?? '';
  const shows = row.to === 'GONE' || effectOn(command, part) !== null;
  const touched = (part.updated_at ?? null) !== before.updatedAt;
  return touched && (!shows || row.failed.includes(word))
    ? undecidable(
        `${before.id} is ${word} as before, and was changed at ${part.updated_at ?? 'an untold time'}`,
      )
    : notSeen(`${before.id} is as it was (${word})`);
}

/** Out of its own failure into a good end: nothing else mends it. */
function ofOtherWord(_sent: SentCall, before: Before, part: Part, row: LifecycleRow): Finding {
  const word = part.status ?? '';
  const mended = row.failed.includes(before.status ?? '') && Array.isArray(row.to) && row.to.includes(word);
  if (mended) return started(`${before.id} went from ${before.status ?? 'unknown'} to ${word}`);
  return row.from === 'ANY' || row.to === 'ANY'
    ? notSeen(`${before.id} does not show what was asked for`)
    : undecidable(`${before.id} is ${word}, which is not the doing of this action alone`);
}
