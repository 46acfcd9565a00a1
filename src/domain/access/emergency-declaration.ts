export const LONGEST_EMERGENCY_MINUTES = 60;

/** For a while, no second person is needed and nothing is counted: somebody said so, and everybody is told. */
export interface EmergencyDeclaration {
  id: string;
  reason: string;
  /** null = everywhere. */
  siteIds: readonly string[] | null;
  declaredBy: string;
  declaredTime: string;
  untilTime: string;
  endedBy: string | null;
  endedTime: string | null;
}

export function isInForce({ untilTime, endedTime }: EmergencyDeclaration, nowMs: number): boolean {
  return endedTime === null && nowMs < Date.parse(untilTime);
}

export function isForSite({ siteIds }: EmergencyDeclaration, siteId: string): boolean {
  return siteIds === null || siteIds.includes(siteId);
}
