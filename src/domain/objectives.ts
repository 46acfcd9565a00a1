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

/** null = there is no objective. */
export function judgeObjective(objective: number | null, measured: number | null): ObjectiveState | null {
  if (objective === null) return null;
  if (measured === null) return 'NOT_MEASURED';
  return measured <= objective ? 'MET' : 'MISSED';
}
