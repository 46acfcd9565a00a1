import { createHash, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../domain/access/principal.js';
import type { Clock } from '../platform/clock.js';
import type { CredentialKind } from './credential-kind.js';

const IN_AN_EMERGENCY: Principal = {
  id: 'break-glass',
  kind: 'BREAK_GLASS',
  grants: (['commander', 'viewer', 'auditor'] as const).map((role) => ({ role, sites: '*', targets: '*' })),
};

/** So often at the most it is said; it is counted every time. */
const SAID_EVERY_MS = 10_000;

/** What hears that the glass was broken. */
export interface BreakGlassAlarm {
  /** At every use. */
  count(): void;
  /** At the first use, then now and then. @param uses since it was said last, this one among them */
  say(uses: number): void;
}

/**
 * A key in a sealed envelope, for the day when nobody else can come in. It needs nothing but this process: its hash
 * is in the configuration (`BREAK_GLASS_KEY_SHA256`). It does what an emergency needs, and makes no other keys.
 */
export class BreakGlass implements CredentialKind {
  private readonly expected: Buffer | null;
  private saidMs = -Infinity;
  private unsaid = 0;

  /** @param sha256 in hexadecimal; null = there is no such key */
  constructor(
    sha256: string | null,
    private readonly alarm: BreakGlassAlarm,
    private readonly clock: Clock,
  ) {
    this.expected = sha256 === null ? null : Buffer.from(sha256, 'hex');
  }

  recognises(token: string): boolean {
    const digest = createHash('sha256').update(token).digest();
    return this.expected !== null && timingSafeEqual(digest, this.expected);
  }

  check(token: string): Principal | null {
    if (!this.recognises(token)) return null;
    this.raiseAlarm();
    return IN_AN_EMERGENCY;
  }

  named(principalId: string): Principal | null | undefined {
    if (principalId !== IN_AN_EMERGENCY.id) return undefined;
    return this.expected === null ? null : IN_AN_EMERGENCY;
  }

  private raiseAlarm(): void {
    this.alarm.count();
    this.unsaid += 1;
    const now = this.clock.monotonic();
    if (now - this.saidMs < SAID_EVERY_MS) return;
    this.alarm.say(this.unsaid);
    this.saidMs = now;
    this.unsaid = 0;
  }
}
