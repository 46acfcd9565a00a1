export type Cell = string | number | boolean | null | undefined;

/** RFC 4180: one line, with its end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(written).join(',')}\r\n`;
}

function written(value: Cell): string {
  const text = String(value ?? '');
  // A spreadsheet would run as a formula what somebody wrote as a reason.
  const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
