import { withinMs } from '../within.js';

/**
 * What a failing check does. LIVENESS: the process should be ended and started anew. READINESS: nothing should be sent to it
 * for now. TOLD: it is shown, and that is all.
 */
export type Matters = 'LIVENESS' | 'READINESS' | 'TOLD';

export interface Finding {
  ok: boolean;
  /** A sentence for people, also when all is well. */
  detail: string;
}

export interface HealthCheck {
  name: string;
  matters: Matters;
  /** One that throws, or does not answer in time, has failed. */
  ask(): Finding | Promise<Finding>;
}

export interface CheckedHealth extends Finding {
  name: string;
}

export interface HealthReport {
  ok: boolean;
  /** Of the first check that matters and failed; null = all is well. */
  fault: CheckedHealth | null;
  checks: CheckedHealth[];
}

const PATIENCE_MS = 4_000;

/** What a process knows of itself and of what it needs. */
export class Health {
  constructor(private readonly checks: readonly HealthCheck[]) {}

  /** Asks nobody outside of the process. */
  live(): Promise<HealthReport> {
    return report(this.checks.filter(({ matters }) => matters === 'LIVENESS'));
  }

  ready(): Promise<HealthReport> {
    return report(this.checks);
  }
}

async function report(asked: readonly HealthCheck[]): Promise<HealthReport> {
  const checks = await Promise.all(asked.map(answered));
  const fault = checks.find(({ ok }, at) => !ok && asked[at]?.matters !== 'TOLD') ?? null;
  return { ok: fault === null, fault, checks };
}

async function answered(check: HealthCheck): Promise<CheckedHealth> {
  const { name } = check;
  try {
    const { ok, detail } = await withinMs(PATIENCE_MS, (async () => check.ask())());
    return { name, ok, detail };
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    return { name, ok: false, detail: `It could not be found out: ${reason}.` };
  }
}
