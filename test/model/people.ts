import type { ActionCommand } from '../../src/domain/action-command.js';
import type { DrAction } from '../../src/domain/dr-action.js';
import { isVerdict, type Operation } from '../../src/domain/operation.js';
import { ProblemError } from '../../src/domain/problem.js';
import type { Api, House } from './house.js';
import { isExpected, SITE } from './house.js';
import { inContext } from './runtime.js';

const PATIENCE_MS = 30_000;

export type Reply<T> =
  { kind: 'OK'; value: T } | { kind: 'PROBLEM'; code: string; status: number } | { kind: 'LOST' };

/** The people round the gateway: they ask, ask again with the same key when nothing was heard, look, decide, and go on. */
export class People {
  /** Who is not done yet. */
  busy = 0;
  private asked = 0;

  constructor(
    private readonly house: House,
    /** Any API process that runs. */
    private readonly api: () => Api | null,
  ) {}

  begin(): void {
    const { chance } = this.house.world;
    const [target = '', other = ''] = this.house.wire.targets;
    this.send(() => this.operator('ada', target, chance.between(0, 5_000), chance.oneOf([1, 1, 2, 2, 3])));
    if (chance.happens(0.35)) this.send(() => this.operator('bob', target, chance.between(0, 240_000), 1));
    if (chance.happens(0.2)) this.send(() => this.operator('eve', other, chance.between(0, 60_000), 1));
    if (chance.happens(this.house.rules.consoles ?? 0.08)) this.send(() => this.atConsole(target));
  }

  private send(errand: () => Promise<void>): void {
    this.busy += 1;
    void errand().then(
      () => {
        this.busy -= 1;
      },
      (error: unknown) => {
        this.busy -= 1;
        this.house.judge.broke(error, 'a person');
      },
    );
  }

  /** Fails it over, sees what becomes of it, protects it again, and so on. */
  private async operator(name: string, target: string, afterMs: number, rounds: number): Promise<void> {
    const { chance } = this.house.world;
    await this.sleep(afterMs);
    for (let round = 0; round < rounds; round += 1) {
      const next = this.house.wire.nextActionOf(target);
      // Somebody who decides upon what an old page shows.
      if (next && chance.happens(0.1)) await this.sleep(chance.between(0, 600_000));
      if (next) {
        const planned = next.action === 'FAILOVER' && chance.happens(0.4);
        await this.carryOut(name, planned ? 'PLANNED_FAILOVER' : next.action, target, next.from);
      }
      await this.sleep(chance.between(1_000, 60_000));
    }
  }

  private async carryOut(
    name: string,
    action: DrAction,
    target: string,
    from: 'PRODUCTION' | 'RECOVERY',
  ): Promise<void> {
    const { chance } = this.house.world;
    const key = `${name}-${(this.asked += 1)}`;
    const command = commandOf(action, target, from);
    const twin = chance.happens(0.15) ? this.ask(name, key, command) : null;
    const id = await this.ask(name, key, command);
    await twin;
    if (id === null) return;
    if (chance.happens(0.12)) {
      await this.sleep(chance.between(0, 4_000));
      await this.call((api) => api.service.cancel(id, name));
    }
    const ended = await this.seenToEnd(id);
    if (ended?.state === 'UNKNOWN' && chance.happens(0.6)) await this.settle(id, name);
    // The old request again, from a script that never heard of its success.
    if (chance.happens(0.2)) {
      await this.sleep(chance.between(1_000, 400_000));
      await this.ask(name, key, command);
    }
  }

  /** The operation's id; null = it was refused, or nobody ever answered. */
  private async ask(name: string, key: string, command: ActionCommand): Promise<string | null> {
    const { chance } = this.house.world;
    const request = {
      siteId: SITE,
      command,
      targetName: null,
      requestedBy: name,
      reason: null,
      requestId: null,
    };
    const claim = { keyHash: key, fingerprint: JSON.stringify(command) };
    for (let tries = 0; tries < 8; tries += 1) {
      const reply = await this.call(async (api) => {
        const before = await api.service.replayed(claim);
        return before ?? (await api.service.accept(request, claim)).operation;
      });
      if (reply.kind === 'OK') {
        this.house.judge.wasPromised(reply.value.id, key);
        this.house.world.trace.say(() => `${name} was promised ${reply.value.id} (${command.action})`);
        return reply.value.id;
      }
      if (reply.kind === 'PROBLEM' && reply.status < 500) {
        this.house.world.trace.say(() => `${name} was refused ${command.action}: ${reply.code}`);
        return null;
      }
      await this.sleep(chance.between(1_000, 20_000));
    }
    return null;
  }

  /** Looks now and then, as long as a shift lasts. */
  private async seenToEnd(id: string): Promise<Operation | null> {
    let last: Operation | null = null;
    let pauseMs = this.house.world.chance.oneOf([1_000, 5_000, 20_000]);
    for (let looks = 0; looks < 100; looks += 1) {
      const reply = await this.call((api) => api.service.get(id));
      if (reply.kind === 'OK') {
        last = reply.value;
        this.house.judge.wasTold(last);
        if (isVerdict(last.state) || last.state === 'UNKNOWN') return last;
      }
      await this.sleep(pauseMs);
      pauseMs = Math.min(5 * 60_000, 1.4 * pauseMs);
    }
    return last;
  }

  /** Finds out at the upstream itself what became of it, takes the time that takes, and says so. */
  private async settle(id: string, name: string): Promise<void> {
    const { judge, wire, world } = this.house;
    for (let tries = 0; tries < 12; tries += 1) {
      await this.sleep(world.chance.between(60_000, 300_000));
      const [execution] = wire.ledger.of(id);
      if (execution && execution.end === null) continue;
      const verdict = !execution ? 'NOT_EXECUTED' : execution.end === 'SUCCESS' ? 'SUCCEEDED' : 'FAILED';
      const reply = await this.call((api) => api.resolutions.resolve(id, { verdict, reason: 'seen' }, name));
      world.trace.say(() => `${name} settles ${id} as ${verdict}: ${JSON.stringify(reply.kind)}`);
      if (reply.kind === 'OK') {
        judge.wasTold(reply.value);
        return;
      }
      const now = await this.call((api) => api.service.get(id));
      if (now.kind === 'OK' && isVerdict(now.value.state)) return;
    }
  }

  /** Somebody who does not know the gateway. */
  private async atConsole(target: string): Promise<void> {
    const { chance } = this.house.world;
    for (let acts = 0; acts < 2; acts += 1) {
      await this.sleep(chance.between(0, 300_000));
      this.house.wire.actAtConsole(chance.oneOf(['FAILOVER', 'PLANNED_FAILOVER', 'REPROTECT']), target);
      this.house.world.trace.say(() => `somebody acts at the console`);
    }
  }

  /** One request over HTTP: answered, refused, or never heard of again. */
  private call<T>(work: (api: Api) => Promise<T>): Promise<Reply<T>> {
    const { timeline, chance } = this.house.world;
    const api = this.api();
    if (!api) return this.sleep(chance.between(10, 2_000)).then(() => ({ kind: 'LOST' }));
    return new Promise((resolve) => {
      const hear = (reply: Reply<T>): void => {
        timeline.after(chance.between(1, 20), () => {
          timeline.stir();
          resolve(reply);
        });
      };
      timeline.after(PATIENCE_MS, () => hear({ kind: 'LOST' }));
      timeline.after(chance.between(1, 20), () =>
        api.process.goOn(() => {
          void inContext({ process: api.process, operationId: null }, () => work(api)).then(
            (value) => hear({ kind: 'OK', value }),
            (error: unknown) => hear(this.problemOf(error)),
          );
        }),
      );
    });
  }

  private problemOf(error: unknown): Reply<never> {
    if (error instanceof ProblemError) {
      return { kind: 'PROBLEM', code: error.problem.code, status: error.problem.status };
    }
    if (!isExpected(error)) this.house.judge.broke(error, 'a request');
    return { kind: 'PROBLEM', code: 'store-unavailable', status: 503 };
  }

  private sleep(ms: number): Promise<void> {
    const { timeline } = this.house.world;
    return new Promise((resolve) =>
      timeline.after(ms, () => {
        timeline.stir();
        resolve();
      }),
    );
  }
}

function commandOf(action: DrAction, target: string, from: 'PRODUCTION' | 'RECOVERY'): ActionCommand {
  const names = action !== 'REPROTECT';
  return {
    action,
    targetNativeId: target,
    partNativeId: null,
    direction: names ? (from === 'PRODUCTION' ? 'TO_RECOVERY' : 'TO_PRODUCTION') : null,
    options: {},
    group: null,
    changes: null,
    input: null,
  };
}
