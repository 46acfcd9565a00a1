/** What was promised of a recovery. null = nothing was. */
export interface Objectives {
  /** Within how long a failed-over workload is to run again. */
  rtoSeconds: number | null;
  /** How much of the last writes may be lost. */
  rpoSeconds: number | null;
  /** How often a plan is to be rehearsed. */
  drillEveryDays: number | null;
}

/** Of a site: what holds for all its plans, and for single ones instead. */
export interface SiteObjectives extends Objectives {
  plans: ({ plan: string } & Partial<Objectives>)[];
}

export const NO_OBJECTIVES: Objectives = { rtoSeconds: null, rpoSeconds: null, drillEveryDays: null };

/** A plan is named by its public id, or by its name; what is not said of it is as for the site. */
export function objectivesOfPlan(
  { plans, rtoSeconds, rpoSeconds, drillEveryDays }: SiteObjectives,
  { id, name }: { id: string; name: string | null },
): Objectives {
  const own = plans.find(({ plan }) => plan === id) ?? plans.find(({ plan }) => plan === name);
  return {
    rtoSeconds: own?.rtoSeconds ?? rtoSeconds,
    rpoSeconds: own?.rpoSeconds ?? rpoSeconds,
    drillEveryDays: own?.drillEveryDays ?? drillEveryDays,
  };
}

/**
 * MET, MISSED: what was measured is within the objective, or not. NOT_MEASURED: there is an objective, and nothing to
 * hold against it.
 */
export const OBJECTIVE_STATES = ['MET', 'MISSED', 'NOT_MEASURED'] as const;
export type ObjectiveState = (typeof OBJECTIVE_STATES)[number];

/** How a recovery ended, and how long it took. */
export interface EndedRecovery {
  state: string;
  outcome: string | null;
  totalMs: number;
}

/**
 * MET only by one that went well in full. One that failed, or did so in part, has MISSED the objective as soon as it took
 * longer; before that, and of one that was cancelled, nothing can be said. null = there is no objective.
 */
export function judgeRecovery(
  rtoSeconds: number | null,
  recovery: EndedRecovery | null,
): ObjectiveState | null {
  if (rtoSeconds === null) return null;
  if (recovery?.state !== 'SUCCEEDED' && recovery?.state !== 'FAILED') return 'NOT_MEASURED';
  const judged = judgeObjective(rtoSeconds, recovery.totalMs / 1000);
  const isWhole = recovery.state === 'SUCCEEDED' && recovery.outcome !== 'PARTIAL';
  return judged === 'MET' && !isWhole ? 'NOT_MEASURED' : judged;
}

/** null = there is no objective. */
export function judgeObjective(objective: number | null, measured: number | null): ObjectiveState | null {
  if (objective === null) return null;
  if (measured === null) return 'NOT_MEASURED';
  return measured <= objective ? 'MET' : 'MISSED';
}
