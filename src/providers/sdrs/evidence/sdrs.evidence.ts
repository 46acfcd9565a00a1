import type { Finding } from '../../../domain/observation.js';
import type { SentCall } from '../../provider-driver.js';
import { baselineFrom, type SdrsBaseline } from './sdrs.baseline.js';
import { createdDrills, createdGroups, sentDrill, sentGroup } from './sdrs.candidates.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { absentAsNull } from '../wire/sdrs.errors.js';
import { NEW_DRILL, NEW_GROUP, newFailures, type FailureSubject } from './sdrs.failures.js';
import { byFailures, severalFailures, started, undecidable } from './sdrs.findings.js';
import { groupFinding } from './sdrs.group-evidence.js';
import { SdrsPartEvidence } from './sdrs.part-evidence.js';
import { isAboutPart } from '../watching/sdrs.subjects.js';

/**
 * Whether an ambiguous request took effect. There is no key, no list of running jobs and no search
 * (section 5.4): the resources speak, then the task center's failures, and what neither tells stays open.
 */
export class SdrsEvidence {
  private readonly ofParts: SdrsPartEvidence;

  constructor(private readonly client: SdrsClient) {
    this.ofParts = new SdrsPartEvidence(client);
  }

  async find(sent: SentCall, signal: AbortSignal): Promise<Finding> {
    const baseline = baselineFrom(sent.baseline);
    switch (sent.command.action) {
      case 'CREATE_PROTECTION_GROUP':
        return this.ofCreation(sent, baseline, signal);
      case 'START_DRILL':
        return this.ofNewDrill(sent, baseline, signal);
      case 'CLEAN_UP_DRILL':
        return this.ofDrillRemoval(sent, baseline, signal);
      default:
        if (isAboutPart(sent.command.action)) return this.ofParts.find(sent, baseline, signal);
        return this.ofGroup(sent, baseline, signal);
    }
  }

  private async ofGroup(sent: SentCall, baseline: SdrsBaseline, signal: AbortSignal): Promise<Finding> {
    const id = sent.command.targetNativeId ?? '';
    const group = await absentAsNull(this.client.getGroup(id, signal));
    const byState = groupFinding(sent, baseline, group);
    if (byState.settled) return byState.finding;
    const failures = await this.failures(sent, baseline, { id }, signal);
    if (failures.length > 1) return severalFailures();
    const [jobId] = failures;
    if (jobId !== undefined) return started('the task center holds a new failure of this action', jobId);
    return byState.finding;
  }

  private async ofCreation(sent: SentCall, baseline: SdrsBaseline, signal: AbortSignal): Promise<Finding> {
    const wanted = sentGroup(sent.call.body);
    const candidates = createdGroups(await this.client.listGroups(signal), wanted, baseline);
    if (candidates.length > 1) return undecidable(`${candidates.length} groups could be the one asked for`);
    const [group] = candidates;
    if (group && group.status !== 'error') return started(`group ${group.id} was made as asked`);
    const subject = group ? { id: group.id } : { name: wanted?.name ?? '', resourceType: NEW_GROUP };
    const failures = await this.failures(sent, baseline, subject, signal);
    if (group) {
      return started(
        `group ${group.id} was made, and is in error`,
        failures.length === 1 ? failures[0] : undefined,
      );
    }
    return byFailures(failures, 'no group with its mark, and no new failure of a creation');
  }

  private async ofNewDrill(sent: SentCall, baseline: SdrsBaseline, signal: AbortSignal): Promise<Finding> {
    const wanted = sentDrill(sent.call.body);
    const drills = await this.client.listDrills(sent.command.targetNativeId, signal);
    const candidates = createdDrills(drills, wanted, baseline);
    if (candidates.length > 1) return undecidable(`${candidates.length} new drills bear the name asked for`);
    const [drill] = candidates;
    if (drill) return started(`drill ${drill.id} was made as asked`);
    const subject = { name: wanted?.name ?? '', resourceType: NEW_DRILL };
    return byFailures(
      await this.failures(sent, baseline, subject, signal),
      'no new drill of that name, and no new failure of one',
    );
  }

  private async ofDrillRemoval(
    sent: SentCall,
    baseline: SdrsBaseline,
    signal: AbortSignal,
  ): Promise<Finding> {
    const before = baseline.drill;
    if (!before) return undecidable('which drill was to be removed is not on record');
    const drill = await absentAsNull(this.client.getDrill(before.id, signal));
    if (!drill) return started(`drill ${before.id} is gone`);
    if (drill.status === 'deleting') return started(`drill ${before.id} is being deleted`);
    const failures = await this.failures(sent, baseline, { id: before.id }, signal);
    if (drill.status === 'error-deleting' && before.status !== 'error-deleting') {
      return started(`deleting drill ${before.id} failed`, failures.length === 1 ? failures[0] : undefined);
    }
    return byFailures(failures, `drill ${before.id} is as it was (${drill.status ?? 'no status'})`);
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
