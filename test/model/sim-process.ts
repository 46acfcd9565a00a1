import type { Chance } from './chance.js';
import type { Timeline } from './timeline.js';
import type { Trace } from './trace.js';

/** What befalls a process at a step: before what it asks for is sent, or after it took effect and before the answer is heard. */
export interface Fates {
  crash: number;
  freeze: number;
  /** Longest freeze. */
  freezeMs: number;
}

export interface Surroundings {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly trace: Trace;
  /** How likely what is at this step, now. */
  fatesAt(step: string): Fates;
}

type Fate = 'NONE' | 'CRASH_BEFORE' | 'CRASH_AFTER' | 'FREEZE_BEFORE' | 'FREEZE_AFTER';

/**
 * One process of the product: whatever it awaits goes through `call`. It may die there, so that nothing of it ever goes
 * on, or freeze, so that all of it goes on later, in the same order, with its clocks having gone on meanwhile.
 */
export class SimProcess {
  alive = true;
  frozenUntil = 0;
  /** Reads of an upstream that wait for their answers. */
  reads = 0;
  private readonly mourners: (() => void)[] = [];

  constructor(
    readonly name: string,
    readonly world: Surroundings,
  ) {}

  get isFrozen(): boolean {
    return this.frozenUntil > this.world.timeline.now;
  }

  /**
   * @param effect what it comes to over there; throws what the caller shall catch
   * @param ms until then: what the answer takes is part of it, for nothing can tell an answer under way from one whose hearer is slow
   */
  call<T>(step: string, effect: () => T, ms?: number): Promise<T> {
    const { chance, timeline } = this.world;
    const fate = this.fateAt(step);
    if (fate === 'CRASH_BEFORE') this.die(step);
    if (fate === 'FREEZE_BEFORE') this.freeze(step);
    return new Promise((resolve, reject) => {
      const send = (): void => {
        timeline.after(ms ?? chance.between(0, 8), () => {
          let settle: () => void;
          try {
            const answer = effect();
            settle = () => resolve(answer);
          } catch (error) {
            settle = () => reject(error instanceof Error ? error : new Error(String(error)));
          }
          if (fate === 'CRASH_AFTER') this.die(step);
          if (fate === 'FREEZE_AFTER') this.freeze(step);
          this.goOn(settle);
        });
      };
      if (this.isFrozen) this.goOn(send);
      else if (this.alive) send();
    });
  }

  /** Lets it go on, as soon as it can; never, if it is dead. */
  goOn(then: () => void): void {
    const { timeline } = this.world;
    if (!this.alive) return;
    if (this.isFrozen) {
      timeline.at(this.frozenUntil, () => this.goOn(then));
      return;
    }
    timeline.stir();
    then();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.world.timeline.after(ms, () => this.goOn(resolve)));
  }

  fateAt(step: string): Fate {
    const { chance } = this.world;
    if (!this.alive) return 'NONE';
    const { crash, freeze } = this.world.fatesAt(step);
    if (chance.happens(crash)) return chance.happens(0.5) ? 'CRASH_BEFORE' : 'CRASH_AFTER';
    if (chance.happens(freeze)) return chance.happens(0.5) ? 'FREEZE_BEFORE' : 'FREEZE_AFTER';
    return 'NONE';
  }

  die(at: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.world.trace.say(() => `${this.name} dies at ${at}`);
    for (const mourn of this.mourners) mourn();
  }

  freeze(at: string): void {
    const { chance, timeline, trace } = this.world;
    const ms = chance.between(1, this.world.fatesAt(at).freezeMs);
    this.frozenUntil = Math.max(this.frozenUntil, timeline.now + ms);
    trace.say(() => `${this.name} freezes at ${at} for ${Math.round(ms)} ms`);
  }

  onDeath(mourn: () => void): void {
    this.mourners.push(mourn);
  }
}
