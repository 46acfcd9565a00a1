import { ActionGate, type AskedAction } from '../../../src/api/action-gate.js';
import { idempotencyClaim } from '../../../src/api/http/idempotency.js';
import { Pace } from '../../../src/approvals/redis-pace.js';
import { ApprovalPolicy, type ApprovalRule } from '../../../src/domain/access/approval-policy.js';
import type { Principal } from '../../../src/domain/access/principal.js';
import type { ActionCommand } from '../../../src/domain/action-command.js';
import { ProblemError } from '../../../src/domain/problem.js';
import { OperationsService } from '../../../src/operations/operations.service.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { asking, MINUTE_MS, principal, SecondPersons } from '../approvals/approvals.js';
import { LongWork } from '../support/long-work.js';
import { operation } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();
const RULE: ApprovalRule = { sites: '*', targets: '*', actions: '*', validMinutes: 15 };
const ada = principal('ada', 'commander');
const ben = principal('ben', 'commander');
const grace = principal('grace', 'approver');

interface Door {
  gate: ActionGate;
  people: SecondPersons;
}

/** One API process. */
function doorOf(work: LongWork, { rules = [RULE], perMinute = 100_000, service = work.service } = {}): Door {
  const redis = the.connect();
  const people = new SecondPersons(redis, work.clock);
  const pace = new Pace(redis, work.clock, perMinute);
  const policy = new ApprovalPolicy(rules);
  return { people, gate: new ActionGate(service, people.approvals, people.emergencies, pace, policy) };
}

/** The same site, seen by another process. */
function serviceOf(work: LongWork): OperationsService {
  const store = new RedisOperationStore(the.connect(), work.clock);
  return new OperationsService(store, new ProviderRegistry([work.site.provider]), work.doorbells, work.clock);
}

function action(
  work: LongWork,
  key: string,
  who: Principal = ada,
  changes: Partial<ActionCommand> = {},
): AskedAction {
  const asked = { ...work.request({ targetNativeId: 'move-mail', ...changes }), requestedBy: who.id };
  const path = `/v1/recovery-plans/${work.site.siteId}.${asked.command.targetNativeId ?? ''}/actions/failover`;
  const request = { method: 'POST', path, body: { direction: asked.command.direction } };
  return { principal: who, asked, request, claim: idempotencyClaim(key, who.id, request) };
}

const codeOf = (reason: unknown) => (reason instanceof ProblemError ? reason.problem.code : String(reason));

/** How many were begun, and with which codes the others were refused. */
function tally(results: readonly PromiseSettledResult<unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const word = result.status === 'fulfilled' ? 'begun' : codeOf(result.reason);
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

async function approved({ gate, people }: Door, asked: AskedAction): Promise<string> {
  await gate.accept(asked).catch(() => undefined);
  const approval = await people.approvals.ofKey(asked.claim.keyHash);
  if (!approval) throw new Error('nobody was asked');
  await people.approvals.decide(approval.id, 'APPROVE', asking(grace), null);
  return approval.id;
}

it('of a thousand requests at once in two processes, half of them with keys of their own, an approval begins one operation', async () => {
  const work = new LongWork(the.redis);
  const doors = [doorOf(work), doorOf(work, { service: serviceOf(work) })] as const;
  await approved(doors[0], action(work, 'one'));
  const results = await Promise.allSettled(
    Array.from({ length: 1_000 }, (_, i) =>
      doors[i % 2 === 0 ? 0 : 1].gate.accept(action(work, i % 4 < 2 ? 'one' : `other-${i}`)),
    ),
  );
  const ids = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.operation.id] : []));
  expect(new Set(ids).size).toBe(1);
  expect(ids).toHaveLength(500);
  expect(await work.store.listOpen(work.site.siteId)).toHaveLength(1);
  const { begun, ...refused } = tally(results);
  expect(begun).toBe(500);
  // They came before the first held the group, or after.
  for (const code of Object.keys(refused))
    expect(['approval-required', 'operation-in-progress']).toContain(code);
});

it('approved, declined and used at once in any order, begins at most one operation, and none that was declined', async () => {
  for (let round = 0; round < 30; round += 1) {
    const work = new LongWork(the.redis);
    const door = doorOf(work);
    const other = doorOf(work, { service: serviceOf(work) });
    const asked = action(work, `one-${round}`);
    const id = await approved(door, asked);
    const said = Promise.allSettled([
      other.people.approvals.decide(id, 'DECLINE', asking(principal('gus', 'approver')), 'no'),
    ]);
    await Promise.allSettled([door, other, door].map(({ gate }) => gate.accept(asked)));
    const [no] = await said;
    const open = await work.store.listOpen(work.site.siteId);
    expect(open.length).toBe(no.status === 'fulfilled' ? 0 : 1);
  }
});

describe('a process that dies', () => {
  it('between the approval and the acceptance leaves the same request able to try again, once', async () => {
    const work = new LongWork(the.redis);
    const dying = serviceOf(work);
    dying.accept = () => Promise.reject(new Error('killed'));
    const asked = action(work, 'one');
    const id = await approved(doorOf(work), asked);
    await expect(doorOf(work, { service: dying }).gate.accept(asked)).rejects.toThrow('killed');
    const { gate, people } = doorOf(work);
    expect(await people.approvals.get(id)).toMatchObject({ state: 'USED', operationId: null });
    const { operation: first } = await gate.accept(asked);
    expect(await gate.accept(asked)).toMatchObject({ replayed: true, operation: { id: first.id } });
    expect(await people.approvals.get(id)).toMatchObject({ state: 'USED', operationId: first.id });
    expect(await work.store.listOpen(work.site.siteId)).toHaveLength(1);
  });

  it('after the acceptance leaves an operation that the same request finds, and the approval learns of it', async () => {
    const work = new LongWork(the.redis);
    const dying = serviceOf(work);
    dying.accept = async (...given) => {
      await work.service.accept(...given);
      throw new Error('killed');
    };
    const asked = action(work, 'one');
    const id = await approved(doorOf(work), asked);
    await expect(doorOf(work, { service: dying }).gate.accept(asked)).rejects.toThrow('killed');
    const { gate, people } = doorOf(work);
    work.clock.advance(20 * MINUTE_MS);
    const found = await gate.accept(asked);
    expect(found.replayed).toBe(true);
    expect((await people.approvals.get(id)).operationId).toBe(found.operation.id);
  });
});

it('a script of a thousand failovers by one key is stopped at ten a minute', async () => {
  const work = new LongWork(the.redis);
  let accepted = 0;
  const willing = { replayed: () => Promise.resolve(null) } as unknown as OperationsService;
  willing.accept = () => {
    accepted += 1;
    return Promise.resolve({ operation: operation(), replayed: false });
  };
  const { gate } = doorOf(work, { rules: [], perMinute: 10, service: willing });
  const thousand = (name: string) =>
    Promise.allSettled(
      Array.from({ length: 1_000 }, (_, i) =>
        gate.accept(action(work, `${name}-${i}`, ada, { targetNativeId: `plan-${i}` })),
      ),
    );
  expect(tally(await thousand('first'))).toEqual({ begun: 10, 'too-many-failovers': 990 });
  work.clock.advance(MINUTE_MS);
  expect(tally(await thousand('second'))).toEqual({ begun: 10, 'too-many-failovers': 990 });
  expect(accepted).toBe(20);
});

it('a script of a thousand failovers that need approvals asks for ten a minute', async () => {
  const work = new LongWork(the.redis);
  const { gate, people } = doorOf(work, { perMinute: 10 });
  const results = await Promise.allSettled(
    Array.from({ length: 1_000 }, (_, i) => gate.accept(action(work, `key-${i}`))),
  );
  expect(tally(results)).toEqual({ 'approval-required': 10, 'rate-limited': 990 });
  expect(await people.approvals.all()).toHaveLength(10);
});

it('of two principals who send a plan in its two directions at once, one is heard', async () => {
  for (let round = 0; round < 20; round += 1) {
    const work = new LongWork(the.redis);
    const door = doorOf(work, { rules: [] });
    const other = doorOf(work, { rules: [], service: serviceOf(work) });
    const there = action(work, `there-${round}`, ada, { direction: 'TO_RECOVERY' });
    const back = action(work, `back-${round}`, ben, { direction: 'TO_PRODUCTION' });
    const results = await Promise.allSettled([door.gate.accept(there), other.gate.accept(back)]);
    const counts = tally(results);
    expect(counts.begun).toBe(1);
    const [refused = ''] = Object.keys(counts).filter((word) => word !== 'begun');
    expect(['wrong-direction', 'operation-in-progress']).toContain(refused);
    const open = await work.store.listOpen(work.site.siteId);
    expect(open.map(({ direction }) => direction)).toEqual(['TO_RECOVERY']);
  }
});

it('of two plans that share a group, sent in two directions, one is heard', async () => {
  const work = new LongWork(the.redis);
  const { gate } = doorOf(work, { rules: [] });
  await gate.accept(action(work, 'there', ada, { targetNativeId: 'move-front' }));
  const back = action(work, 'back', ben, { targetNativeId: 'move-mail', direction: 'TO_PRODUCTION' });
  const results = await Promise.allSettled([gate.accept(back)]);
  expect(tally(results)).toEqual({ 'operation-in-progress': 1 });
});
