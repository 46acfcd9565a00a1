/** The vendor's shapes (section 3), as far as they are used. */
export interface WireGroup {
  id: string;
  title: string;
  note: string | null;
  phase: string;
  moored: string;
  founded: string;
  ships: WireShip[];
}

export interface WireShip {
  id: string;
  title: string;
  home: string;
  away: string;
}

export interface WireJob {
  id: string;
  kind: string;
  group: string;
  stage: string;
  percent: number;
  trouble: { code: string; text: string } | null;
}

export interface WireAllowance {
  used: number;
  most: number;
}

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(json: unknown): Fields | null {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Fields) : null;
}

/** null = an answer without what no group is without. */
export function groupIn(json: unknown): WireGroup | null {
  const group = fieldsOf(json);
  const texts = group && [group.id, group.title, group.phase, group.moored, group.founded];
  const whole = texts?.every((text) => typeof text === 'string') && Array.isArray(group?.ships);
  return whole ? (group as unknown as WireGroup) : null;
}

/** null = an answer without what no job is without. */
export function jobIn(json: unknown): WireJob | null {
  const job = fieldsOf(json);
  const texts = job && [job.id, job.kind, job.group, job.stage];
  return texts?.every((text) => typeof text === 'string') ? (job as unknown as WireJob) : null;
}
