import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.js';
import { isVerdict, type SeenEvent } from './event-watch.js';
import { KINDS, type FaultWorld } from './fault-world.js';
import { PlanLife, type Wish } from './plan-life.js';

/** One operation that was accepted. */
export interface Asked {
  id: string;
  plan: PlanLife;
  wish: Wish;
}

interface AllowedAction {
  action: string;
  allowed: boolean;
  direction: string | null;
}

const ASK_PAUSE_MS = 100;

/**
 * Keeps operations in flight at both sites: whenever one has ended another plan is asked for its next action. What is
 * UNKNOWN keeps its plan.
 */
export class Traffic {
  /** Everything that was answered with 202, in the order in which it was. */
  readonly asked: Asked[] = [];
  /** What the gateway said instead, and how often. */
  readonly refusals = new Map<string, number>();
  private readonly open = new Map<string, Asked>();
  private readonly idle: PlanLife[] = [];
  private over = false;
  private asking: Promise<void> = Promise.resolve();

  private constructor(
    private readonly world: FaultWorld,
    private readonly chance: Chance,
  ) {
    world.events.on((event) => this.heard(event));
  }

  static async over(world: FaultWorld, chance: Chance): Promise<Traffic> {
    const traffic = new Traffic(world, chance);
    for (const kind of KINDS) {
      const plans = await world.plans(kind);
      traffic.idle.push(...plans.map(({ id, name }) => new PlanLife(kind, id, name)));
    }
    traffic.idle.sort(() => chance.next() - 0.5);
    return traffic;
  }

  /** Operations of ours that have not ended, as far as is known; those that are UNKNOWN are not among them. */
  inFlight(): Asked[] {
    return [...this.open.values()];
  }

  /** All of them, also those that are taken. */
  plans(): readonly PlanLife[] {
    return this.idle;
  }

  /** Asks, from now on, so that about so many are in flight. */
  keep(wanted: number): void {
    this.asking = this.askOn(wanted);
  }

  /** Asks for nothing more. */
  async rest(): Promise<void> {
    this.over = true;
    await this.asking;
  }

  /** Asks for the next action of this plan; null = it was not accepted. */
  async ask(
    plan: PlanLife,
    wish: Wish = plan.nextWish(this.chance),
    gateway = this.world.gateway,
  ): Promise<Asked | null> {
    plan.taken = true;
    const key = randomUUID();
    let answer = await gateway.act(plan.id, wish.action, wish.body, key);
    // Whoever gets no answer asks the same again, with the same key.
    for (let tries = 0; answer.status === 0 && tries < 5; tries += 1) {
      await sleep(500);
      answer = await gateway.act(plan.id, wish.action, wish.body, key);
    }
    const { id } = answer.body as { id?: string };
    if (answer.status === 202 && id !== undefined) return this.accepted({ id, plan, wish });
    const word = `${answer.status} ${(answer.body as { code?: string } | null)?.code ?? ''}`.trim();
    this.refusals.set(word, (this.refusals.get(word) ?? 0) + 1);
    void this.lookAnew(plan);
    return null;
  }

  /** How it rests is asked of the gateway: somebody else may have acted, or a verdict was no success. */
  private async lookAnew(plan: PlanLife): Promise<void> {
    await sleep(1_000);
    const { status, body } = await this.world.gateway.ask('GET', `/v1/recovery-plans/${plan.id}/actions`);
    const { items } = body as { items?: AllowedAction[] };
    plan.taken = false;
    if (status !== 200 || !items) return;
    const allowed = new Map(items.filter((each) => each.allowed).map((each) => [each.action, each]));
    if (allowed.has('REPROTECT')) plan.rests = 'FAILED_OVER';
    else if (plan.kind === 'srm' && allowed.has('CLEAN_UP_DRILL')) plan.rests = 'DRILLED';
    else if (allowed.has('FAILOVER')) {
      plan.rests = 'READY';
      plan.atHome = allowed.get('FAILOVER')?.direction !== 'TO_PRODUCTION';
    }
  }

  /** Somebody else asked for it, and it is to be judged with the rest. */
  joined(asked: Asked): void {
    this.accepted(asked);
  }

  /** Nobody was accepted, or somebody acted beside the gateway: how the plan rests is asked. */
  doubtful(plan: PlanLife): void {
    void this.lookAnew(plan);
  }

  /** The plan that has waited longest, taken from now on; throws when none is idle in time. */
  async nextIdle(withinMs: number): Promise<PlanLife> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const plan = this.idle.find(({ taken }) => !taken);
      if (plan) {
        this.idle.push(...this.idle.splice(this.idle.indexOf(plan), 1));
        plan.taken = true;
        return plan;
      }
      if (performance.now() > deadline) throw new Error('no plan was idle in time');
      await sleep(ASK_PAUSE_MS);
    }
  }

  private accepted(asked: Asked): Asked {
    this.asked.push(asked);
    this.open.set(asked.id, asked);
    for (const event of this.world.events.heard.get(asked.id) ?? []) this.heard(event);
    return asked;
  }

  private heard({ operationId, state }: SeenEvent): void {
    const asked = this.open.get(operationId);
    if (!asked) return;
    if (state === 'UNKNOWN') this.open.delete(operationId);
    if (!isVerdict(state)) return;
    this.open.delete(operationId);
    if (state === 'SUCCEEDED') asked.plan.isNow(asked.wish.then);
    else void this.lookAnew(asked.plan);
  }

  private async askOn(wanted: number): Promise<void> {
    while (!this.over) {
      const plan = this.open.size < wanted ? this.idle.find(({ taken }) => !taken) : undefined;
      if (!plan) {
        await sleep(ASK_PAUSE_MS);
        continue;
      }
      // To the end of the queue: every plan has its turn.
      this.idle.push(...this.idle.splice(this.idle.indexOf(plan), 1));
      await this.ask(plan);
    }
  }
}
