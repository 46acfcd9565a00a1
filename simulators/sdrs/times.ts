/** The time formats of section 3.3: the texts promise one, real answers use these. All are UTC. */

/** Groups, instances and drills: `2019-05-22 08:16:54.413`, trailing zeros dropped but one digit kept. */
export function spacedTime(at: number): string {
  const [date, time] = new Date(at).toISOString().slice(0, -1).split('T');
  return `${date} ${time?.replace(/0{1,2}$/, '')}`;
}

/** Pairs: `2018-05-04T03:43:24.108526`, without a zone. The last three digits follow from the rest. */
export function microTime(at: number): string {
  const micros = String((at * 37) % 1000).padStart(3, '0');
  return `${new Date(at).toISOString().slice(0, -1)}${micros}`;
}

/** Jobs and failed tasks: `2018-04-19T01:55:30.443Z`. */
export function jobTime(at: number): string {
  return new Date(at).toISOString();
}

/** IAM tokens: `2030-01-03T03:04:05.123000Z`. */
export function tokenTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}000Z`;
}

/** RPO statistics: `2030-01-03 03:04`. */
export function minuteTime(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

/** What a client may send as a time filter; NaN when it is none of our formats. */
export function parseTime(text: string): number {
  return Date.parse(/Z$/.test(text) ? text : `${text.trim().replace(' ', 'T')}Z`);
}
