import { v7 as uuidv7 } from 'uuid';
import type { AuditTrail } from '../access/audit-trail.js';
import {
  isForSite,
  isInForce,
  LONGEST_EMERGENCY_MINUTES,
  type EmergencyDeclaration,
} from '../domain/access/emergency-declaration.js';
import { problem, ProblemError } from '../domain/problem.js';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Announcements } from './announcements.js';
import { decisionOf, type Asking } from './asking.js';
import type { EmergencyStore } from './redis-emergency-store.js';

const RIGHT = 'emergencies:declare';

/** Lifts, for a while, what usually needs a second person, and limits. Throws `ProblemError`. */
export class Emergencies {
  constructor(
    private readonly store: EmergencyStore,
    private readonly audit: Pick<AuditTrail, 'record'>,
    private readonly announcements: Announcements,
    private readonly clock: Clock,
  ) {}

  /** Whether one is in force for the site. */
  async isDeclared(siteId: string): Promise<boolean> {
    const now = this.clock.now();
    return (await this.store.all()).some((one) => isInForce(one, now) && isForSite(one, siteId));
  }

  async inForce(): Promise<EmergencyDeclaration[]> {
    const now = this.clock.now();
    return (await this.store.all()).filter((one) => isInForce(one, now));
  }

  /** Newest first, with those that are over. */
  all(): Promise<EmergencyDeclaration[]> {
    return this.store.all();
  }

  find(id: string): Promise<EmergencyDeclaration | null> {
    return this.store.find(id);
  }

  /** The right was checked. @param siteIds null = everywhere */
  async declare(
    { reason, siteIds, untilTime }: Pick<EmergencyDeclaration, 'reason' | 'siteIds' | 'untilTime'>,
    asking: Asking,
  ): Promise<EmergencyDeclaration> {
    const now = this.clock.now();
    const until = Date.parse(untilTime);
    if (until <= now || until > now + LONGEST_EMERGENCY_MINUTES * 60_000)
      throw invalidUntil(isoTime(now + LONGEST_EMERGENCY_MINUTES * 60_000));
    const emergency: EmergencyDeclaration = {
      id: uuidv7(),
      reason,
      siteIds,
      declaredBy: asking.principal.id,
      declaredTime: isoTime(now),
      untilTime: isoTime(until),
      endedBy: null,
      endedTime: null,
    };
    await this.note('EMERGENCY_DECLARED', emergency, asking, reason);
    await this.store.add(emergency);
    this.announce('emergency.declared', emergency, `${asking.principal.id} declared an emergency: ${reason}`);
    return emergency;
  }

  /** The right was checked. Ended again, it stays ended. */
  async end(emergency: EmergencyDeclaration, asking: Asking): Promise<void> {
    const now = this.clock.now();
    if (!isInForce(emergency, now)) return;
    await this.note('EMERGENCY_ENDED', emergency, asking, null);
    const ended = await this.store.change(emergency.id, (found) =>
      isInForce(found, now) ? { ...found, endedBy: asking.principal.id, endedTime: isoTime(now) } : null,
    );
    if (ended) this.announce('emergency.ended', ended, `${asking.principal.id} ended the emergency.`);
  }

  private note(
    kind: 'EMERGENCY_DECLARED' | 'EMERGENCY_ENDED',
    { id, siteIds }: EmergencyDeclaration,
    asking: Asking,
    reason: string | null,
  ): Promise<void> {
    const siteId = siteIds?.length === 1 ? (siteIds[0] ?? null) : null;
    return this.audit.record(decisionOf(asking, kind, { right: RIGHT, siteId, subjectId: id, reason }));
  }

  private announce(
    type: 'emergency.declared' | 'emergency.ended',
    { id, reason, siteIds, declaredBy, untilTime }: EmergencyDeclaration,
    text: string,
  ): void {
    const data = { emergencyId: id, reason, siteIds, declaredBy, untilTime, text };
    this.announcements.tell({ type, text, data, siteIds });
  }
}

function invalidUntil(latest: string): ProblemError {
  const detail = `Must be later than now, and at most ${LONGEST_EMERGENCY_MINUTES} minutes from now (${latest}).`;
  return new ProblemError(
    problem('invalid-request', 'Not valid: /untilTime.', { errors: [{ pointer: '/untilTime', detail }] }),
  );
}
