/** A month of UTC, `2030-01`: in the order of time as texts are. */
export type Month = string;

export const MONTH_PATTERN = /^\d{4}-(?:0[1-9]|1[0-2])$/;

/** The month in which it was asked for, so that the list of that month shows the same operations. */
export function monthOf(createdTime: string): Month {
  return new Date(createdTime).toISOString().slice(0, 7);
}

/** So many months before, or after where it is negative. */
export function monthsBefore(month: Month, count: number): Month {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 - count, 1)).toISOString().slice(0, 7);
}

/** Both included; null = open. */
export interface MonthRange {
  from: Month | null;
  until: Month | null;
}

export function isWithin(month: Month, { from, until }: MonthRange): boolean {
  return (from === null || month >= from) && (until === null || month <= until);
}
