/**
 * The mark that a group we create carries in its description, so that it can be found again when the
 * answer to its creation is lost (section 5.6). Only where the user gave no description of their own:
 * a description can never be changed afterwards.
 */
const PREFIX = 'drg:';
const LONGEST = 64 - PREFIX.length;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

export function markerOf(operationId: string): string {
  const uuid = UUID.exec(operationId)?.[0];
  return PREFIX + (uuid ?? operationId.replace(/[^A-Za-z0-9._-]/g, '').slice(-LONGEST));
}

export function isMarker(description: string): boolean {
  return /^drg:[A-Za-z0-9._-]{1,60}$/.test(description);
}

/** Drills have no description: their name is the only place for a mark (section 3.6). */
export function drillNameOf(operationId: string): string {
  return `drill-${operationId.replace(/[^A-Za-z0-9]/g, '').slice(-12)}`;
}

export function isOurDrillName(name: string): boolean {
  return /^drill-[A-Za-z0-9]{12}$/.test(name);
}
