/**
 * Who is served next where not all can be: those who were never served, then those who have waited longest.
 * Whoever comes every time is served within as many rounds as there are others, divided by the places.
 */
export class Turns {
  private readonly servedIn = new Map<string, number>();
  private round = 0;

  /** @returns at most `places` of the candidates, who are last in the line from now on. */
  take(candidates: readonly string[], places: number): ReadonlySet<string> {
    this.round += 1;
    const line = [...new Set(candidates)];
    const present = new Set(line);
    const waited = (name: string): number => this.servedIn.get(name) ?? -1;
    for (const name of this.servedIn.keys()) if (!present.has(name)) this.servedIn.delete(name);
    const served = line.sort((one, other) => waited(one) - waited(other)).slice(0, Math.max(0, places));
    for (const name of served) this.servedIn.set(name, this.round);
    return new Set(served);
  }
}
