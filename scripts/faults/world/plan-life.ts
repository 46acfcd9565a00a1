import type { SiteKind } from '../../measure/simulated-site.js';
import type { Chance } from './chance.js';

export type Resting = 'READY' | 'FAILED_OVER' | 'DRILLED';

/** What is asked of a plan, and how it rests when that has succeeded. */
export interface Wish {
  action: 'failover' | 'planned-failover' | 'reprotect' | 'start-drill' | 'clean-up-drill';
  body: { direction?: 'TO_RECOVERY' | 'TO_PRODUCTION' };
  then: { rests: Resting; atHome: boolean };
}

/** One plan as it goes round: over and back, drilled and cleaned up. What has happened to it is known only by verdicts. */
export class PlanLife {
  rests: Resting = 'READY';
  atHome = true;
  /** An operation of it is unfinished, or nobody knows how it rests. */
  taken = false;

  constructor(
    readonly kind: SiteKind,
    readonly id: string,
    readonly name: string,
  ) {}

  /** The upstream's own id of what its ledger names. */
  get subject(): string {
    return this.id.slice(this.id.indexOf('.') + 1).replaceAll('~', ':');
  }

  nextWish(chance: Chance): Wish {
    const { rests, atHome } = this;
    const stay = { rests: 'READY', atHome } as const;
    if (rests === 'FAILED_OVER') return { action: 'reprotect', body: {}, then: stay };
    if (rests === 'DRILLED') return { action: 'clean-up-drill', body: {}, then: stay };
    const body = { direction: atHome ? ('TO_RECOVERY' as const) : ('TO_PRODUCTION' as const) };
    const roll = chance.next();
    if (this.kind === 'srm' && roll < 0.4)
      return { action: 'start-drill', body: {}, then: { rests: 'DRILLED', atHome } };
    if (roll > 0.7) {
      // Afterwards a group of SDRS is protected as before, the other way round; a plan of SRM wants to be protected anew.
      const after = this.kind === 'sdrs' ? 'READY' : 'FAILED_OVER';
      return { action: 'planned-failover', body, then: { rests: after, atHome: !atHome } };
    }
    return { action: 'failover', body, then: { rests: 'FAILED_OVER', atHome: !atHome } };
  }

  isNow({ rests, atHome }: Wish['then']): void {
    this.rests = rests;
    this.atHome = atHome;
    this.taken = false;
  }
}
