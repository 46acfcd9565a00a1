export interface Variable {
  name: string;
  /** For .env.example: one sentence. */
  meaning: string;
  /** null = must be given. */
  defaultValue: string | null;
  /** A sentence that says what to write, or null when the text is fine. */
  fault(text: string): string | null;
}

export function wholeNumber(text: string, low: number, high: number): string | null {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= low && value <= high
    ? null
    : `write a whole number from ${low} to ${high}`;
}

export function isHttpAddress(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
