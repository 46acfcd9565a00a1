import { setTimeout as sleep } from 'node:timers/promises';
import { ask, jobPath, logIn } from './naive-poller.js';
import type { SimulatedSite } from './simulated-site.js';

/**
 * Asks for every job by itself, one after the other and round and round, at a steady pace: what a poller can do that knows
 * no lists and may ask so often and no oftener.
 */
export class PacedPoller {
  /** When it last had an answer about a job: when the question left, and when the answer was there. */
  private readonly answers = new Map<string, { askedAt: number; heardAt: number }[]>();
  private position = 0;
  private over = false;
  private asking: Promise<void> = Promise.resolve();

  private constructor(
    private readonly site: SimulatedSite,
    private readonly jobIds: readonly string[],
    private readonly apartMs: number,
  ) {}

  /**
   * @param perMinute how many questions it has
   * @param from a loopback address of its own, so that what it asks is not counted as the gateway's
   */
  static async start(
    site: SimulatedSite,
    jobIds: readonly string[],
    perMinute: number,
    from: string,
  ): Promise<PacedPoller> {
    const poller = new PacedPoller(site, jobIds, 60_000 / perMinute);
    const session = await logIn(site, from);
    poller.asking = poller.goRound(from, session);
    return poller;
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.asking;
  }

  /** From the end of a job (by the wall clock) until it was seen or, as the pace has it, will be. Milliseconds. */
  delayOf(jobId: string, endedAt: number): { ms: number; isAsPaced: boolean } {
    const seen = this.answers.get(jobId)?.find(({ askedAt }) => askedAt >= endedAt);
    if (seen) return { ms: seen.heardAt - endedAt, isAsPaced: false };
    const index = this.jobIds.indexOf(jobId);
    const ahead = (index - this.position + this.jobIds.length) % this.jobIds.length;
    return { ms: Date.now() + ahead * this.apartMs - endedAt, isAsPaced: true };
  }

  private async goRound(from: string, session: Record<string, string>): Promise<void> {
    const startedAt = performance.now();
    for (let asked = 0; !this.over; asked += 1) {
      await sleep(Math.max(0, startedAt + asked * this.apartMs - performance.now()));
      const jobId = this.jobIds[this.position] ?? '';
      const askedAt = Date.now();
      const answer = await ask(this.site, 'GET', jobPath(this.site, jobId), from, session).catch(() => null);
      if (answer?.status === 200)
        this.answers.set(jobId, [...(this.answers.get(jobId) ?? []), { askedAt, heardAt: Date.now() }]);
      this.position = (this.position + 1) % this.jobIds.length;
    }
  }
}
