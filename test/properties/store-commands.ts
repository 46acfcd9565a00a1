import fc from 'fast-check';
import { VERDICTS, type Operation } from '../../src/domain/operation.js';
import { ProblemError } from '../../src/domain/problem.js';
import type { Acceptance, OperationStore } from '../../src/operations/operation-store.js';
import type { OperationsService } from '../../src/operations/operations.service.js';
import { operation } from '../unit/support/operation.js';

/** What there should be. */
export interface Books {
  /** By key: which body it was first used with, and for what. */
  claims: Map<string, { fingerprint: string; operationId: string }>;
  holders: Map<string, string>;
  open: Map<string, readonly string[]>;
  ended: string[];
}

export function emptyBooks(): Books {
  return { claims: new Map(), holders: new Map(), open: new Map(), ended: [] };
}

/** What there is: two processes on one Redis, and a site of this run alone. */
export interface Stores {
  siteId: string;
  stores: readonly [OperationStore, OperationStore];
  services: readonly [OperationsService, OperationsService];
  newId: () => string;
  /** Counts what was carried out. */
  count: () => void;
}

interface Request {
  key: string;
  fingerprint: string;
  groups: readonly string[];
}

type Command = fc.AsyncCommand<Books, Stores>;

const GROUPS = ['books', 'mail', 'shop', 'wiki'];
const request: fc.Arbitrary<Request> = fc.record({
  key: fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8'),
  fingerprint: fc.constantFrom('this', 'this', 'that'),
  groups: fc.subarray(GROUPS, { minLength: 1, maxLength: 3 }),
});
const some = fc.nat(20);

export const commands: fc.Arbitrary<Command>[] = [
  request.map((wish) => new Accept(wish)),
  fc.tuple(request, request).map(([one, other]) => new AcceptBoth(one, other)),
  fc
    .tuple(request, fc.boolean())
    .map(
      ([wish, other]) => new AcceptBoth(wish, { ...wish, fingerprint: other ? 'that' : wish.fingerprint }),
    ),
  request.map((wish) => new Replay(wish)),
  fc.tuple(some, fc.constantFrom(...VERDICTS)).map(([which, verdict]) => new End(which, verdict)),
  fc.tuple(some, fc.constantFrom(...VERDICTS)).map(([which, verdict]) => new End(which, verdict)),
  some.map((which) => new Delay(which)),
  some.map((which) => new Disturb(which)),
];

abstract class Checked implements Command {
  check(): boolean {
    return true;
  }

  async run(books: Books, real: Stores): Promise<void> {
    real.count();
    await this.carryOut(books, real);
    const held = await real.stores[0].holders(real.siteId, idsOf(real, GROUPS));
    same(held, books.holders, `holders after ${this.toString()}`);
    const open = (await real.stores[1].listOpen(real.siteId)).map(({ id }) => id).sort();
    same(open, [...books.open.keys()].sort(), `what is open after ${this.toString()}`);
  }

  abstract toString(): string;

  protected abstract carryOut(books: Books, real: Stores): Promise<void>;
}

class Accept extends Checked {
  constructor(private readonly wish: Request) {
    super();
  }

  override toString(): string {
    return `accept ${JSON.stringify(this.wish)}`;
  }

  protected async carryOut(books: Books, real: Stores): Promise<void> {
    const asked = newcomer(real, this.wish);
    const answer = await real.stores[0].accept(asked, claimOf(real, this.wish));
    same(answer, expectedAnswer(books, real, this.wish), this.toString());
    if (answer.kind === 'ACCEPTED') enter(books, asked, this.wish);
  }
}

/** Two requests at the same moment, in two processes. */
class AcceptBoth extends Checked {
  constructor(
    private readonly one: Request,
    private readonly other: Request,
  ) {
    super();
  }

  override toString(): string {
    return `at once: ${JSON.stringify(this.one)} and ${JSON.stringify(this.other)}`;
  }

  protected async carryOut(books: Books, real: Stores): Promise<void> {
    const wishes = [this.one, this.other];
    const asked = wishes.map((wish) => newcomer(real, wish));
    const answers = await Promise.all(
      wishes.map((wish, i) =>
        real.stores[i === 0 ? 0 : 1].accept(asked[i] ?? newcomer(real, wish), claimOf(real, wish)),
      ),
    );
    // Whichever came first: one of the two orders must explain both answers.
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const trial = copyOf(books);
      const explained = order.every((i) => {
        const [wish, operationAsked, answer] = [wishes[i], asked[i], answers[i]];
        if (!wish || !operationAsked || !answer) return false;
        const expected = expectedAnswer(trial, real, wish);
        if (expected.kind === 'ACCEPTED') enter(trial, operationAsked, wish);
        return JSON.stringify(shown(answer)) === JSON.stringify(shown(expected));
      });
      if (explained) return void Object.assign(books, trial);
    }
    throw new Error(`no order explains ${JSON.stringify(answers)} to ${this.toString()}`);
  }
}

class Replay extends Checked {
  constructor(private readonly wish: Request) {
    super();
  }

  override toString(): string {
    return `replay ${JSON.stringify(this.wish)}`;
  }

  protected async carryOut(books: Books, real: Stores): Promise<void> {
    const known = books.claims.get(this.wish.key);
    const answer = await real.services[1].replayed(claimOf(real, this.wish)).then(
      (found) => found?.id ?? null,
      (error: unknown) => (error instanceof ProblemError ? error.problem.status : error),
    );
    const expected = !known ? null : known.fingerprint === this.wish.fingerprint ? known.operationId : 422;
    same(answer, expected, this.toString());
  }
}

class End extends Checked {
  constructor(
    private readonly which: number,
    private readonly verdict: (typeof VERDICTS)[number],
  ) {
    super();
  }

  override toString(): string {
    return `end ${this.which} ${this.verdict}`;
  }

  protected async carryOut(books: Books, real: Stores): Promise<void> {
    const id = at(books.open.keys(), this.which);
    if (id === null) return;
    // Nothing was sent: only these two ends can be.
    const state = this.verdict === 'REJECTED' ? 'REJECTED' : 'CANCELLED';
    const end = { kind: 'VERDICT', state, outcome: 'NONE', problem: null, text: 'Over.' } as const;
    const written = await Promise.all(real.stores.map((store) => store.transition(id, end)));
    same(written.filter((record) => record !== null).length, 1, `${this.toString()}: verdicts`);
    for (const group of books.open.get(id) ?? []) books.holders.delete(group);
    books.open.delete(id);
    books.ended.push(id);
  }
}

/** Something that changes a record and nothing that is counted here. */
class Delay extends Checked {
  constructor(private readonly which: number) {
    super();
  }

  override toString(): string {
    return `delay ${this.which}`;
  }

  protected async carryOut(books: Books, { stores }: Stores): Promise<void> {
    const id = at(books.open.keys(), this.which);
    if (id === null) return;
    const change = { kind: 'DELAYED', notBefore: '2030-01-02T03:04:05.000Z', text: 'Later.' } as const;
    const found = await stores[0].find(id);
    if (!found) throw new Error(`${id} is not there`);
    const [one, other] = await Promise.all(stores.map((store) => store.transitionFrom(found, change)));
    same([one, other].filter((written) => written).length, 1, 'writers of one version');
  }
}

/** Whatever comes to an operation that has ended changes nothing, and takes nobody's lock. */
class Disturb extends Checked {
  constructor(private readonly which: number) {
    super();
  }

  override toString(): string {
    return `disturb ${this.which}`;
  }

  protected async carryOut(books: Books, { stores }: Stores): Promise<void> {
    const id = at(books.ended, this.which);
    if (id === null) return;
    const end = {
      kind: 'VERDICT',
      state: 'CANCELLED',
      outcome: 'NONE',
      problem: null,
      text: 'Again.',
    } as const;
    same(await stores[1].transition(id, end), null, this.toString());
  }
}

function expectedAnswer(books: Books, real: Stores, { key, groups }: Request): Acceptance {
  const known = books.claims.get(key);
  if (known) return { kind: 'EXISTS', ...known };
  const heldBy = idsOf(real, groups).flatMap((group) => books.holders.get(group) ?? [])[0];
  return heldBy === undefined ? { kind: 'ACCEPTED' } : { kind: 'BUSY', heldBy };
}

function enter(books: Books, accepted: Operation, { key, fingerprint }: Request): void {
  const { id, lockedGroupIds } = accepted;
  books.claims.set(key, { fingerprint, operationId: id });
  books.open.set(id, lockedGroupIds);
  for (const group of lockedGroupIds) books.holders.set(group, id);
}

function copyOf({ claims, holders, open, ended }: Books): Books {
  return { claims: new Map(claims), holders: new Map(holders), open: new Map(open), ended: [...ended] };
}

function newcomer(real: Stores, { groups }: Request): Operation {
  return operation({ id: real.newId(), siteId: real.siteId, lockedGroupIds: idsOf(real, groups) });
}

function claimOf({ siteId }: Stores, { key, fingerprint }: Request) {
  return { keyHash: `${siteId}-${key}`, fingerprint };
}

function idsOf({ siteId }: Stores, groups: readonly string[]): string[] {
  return groups.map((group) => `${siteId}.${group}`);
}

function at(all: Iterable<string>, which: number): string | null {
  const list = [...all];
  return list[which % Math.max(1, list.length)] ?? null;
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [actual, expected].map((value) => JSON.stringify(shown(value)));
  if (one !== other) throw new Error(`${what}: ${one}, where ${other} was expected`);
}

function shown(value: unknown): unknown {
  if (value instanceof Map) return [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
