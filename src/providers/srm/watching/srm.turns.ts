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
    const waited = (name: string): number => this.servedIn.get(name) ?? -1;
    const line = [...new Set(candidates)].sort((one, other) => waited(one) - waited(other));
    for (const name of this.servedIn.keys()) if (!line.includes(name)) this.servedIn.delete(name);
    const served = line.slice(0, Math.max(0, places));
    for (const name of served) this.servedIn.set(name, this.round);
    return new Set(served);
  }
}
