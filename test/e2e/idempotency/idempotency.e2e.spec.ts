import { randomUUID } from 'node:crypto';
import type { OperationDto, OperationListDto } from '../../../src/api/dto/operation.dto.js';
import type { ProblemDto } from '../../../src/api/dto/problem.dto.js';
import type { Answer } from '../../support/client.js';
import { useWorld } from '../../support/world.js';

const CASES = [
  ['sdrs', 'erp-dr'],
  ['srm', 'erp-plan'],
] as const;
const CROWD = 20;

describe('an Idempotency-Key', () => {
  const world = useWorld({ workers: 2 });
  beforeEach(() => world().reset());

  const body = { direction: 'TO_RECOVERY', reason: 'fire' };

  async function failoverPath(planName: string): Promise<string> {
    const plan = await world().api.planNamed(planName);
    return `/v1/recovery-plans/${plan.id}/actions/failover`;
  }

  async function operations(): Promise<OperationDto[]> {
    return (await world().api.read<OperationListDto>('/v1/operations')).items;
  }

  it.each(CASES)(
    'answers the same request on %s with the same operation, during and after',
    async (site, name) => {
      const { api } = world();
      const path = await failoverPath(name);
      const key = randomUUID();
      const first = await api.ask<OperationDto>('POST', path, { body, key });
      expect(first).toMatchObject({ status: 202 });
      expect(first.headers.get('idempotency-replayed')).toBeNull();
      expect(first.headers.get('location')).toBe(`/v1/operations/${first.body.id}`);
      const during = await api.ask<OperationDto>('POST', path, {
        body: { reason: 'fire', direction: 'TO_RECOVERY' },
        key,
      });
      await api.succeeded(first.body);
      const after = await api.ask<OperationDto>('POST', path, { body, key });
      for (const again of [during, after]) {
        expect(again).toMatchObject({ status: 202, body: { id: first.body.id } });
        expect(again.headers.get('idempotency-replayed')).toBe('true');
        expect(again.headers.get('location')).toBe(`/v1/operations/${first.body.id}`);
      }
      expect(after.body.state).toBe('SUCCEEDED');
      expect(await world().simulator(site).executions()).toHaveLength(1);
    },
  );

  it('is not good for another request: other body, other path', async () => {
    const { api } = world();
    const path = await failoverPath('erp-dr');
    const key = randomUUID();
    const first = await api.start('POST', path, body, key);
    for (const [otherPath, otherBody] of [
      [path, { ...body, reason: 'flood' }],
      [await failoverPath('erp-plan'), body],
      [path.replace('failover', 'planned-failover'), body],
    ] as const) {
      const { status, body: problem } = await api.refused('POST', otherPath, { body: otherBody, key });
      expect({ status, code: problem.code }).toEqual({ status: 422, code: 'idempotency-key-reused' });
      expect(problem.nextActions).toMatchObject([{ href: `/v1/operations/${first.id}` }]);
    }
    await api.succeeded(first);
    expect(await operations()).toHaveLength(1);
  });

  it('of a request that was refused is free for the next try', async () => {
    const { api } = world();
    const key = randomUUID();
    const path = await failoverPath('erp-dr');
    const { body: refusal } = await api.refused('POST', path, { body: { direction: 'TO_PRODUCTION' }, key });
    expect(refusal.code).toBe('wrong-direction');
    await api.succeeded(await api.start('POST', path, body, key));
  });

  it.each(CASES)(
    `makes ${CROWD} requests at once on %s one operation and one execution`,
    async (site, name) => {
      const { api } = world();
      const path = await failoverPath(name);
      const key = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: CROWD }, () => api.ask<OperationDto>('POST', path, { body, key })),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
      const [first] = answers;
      if (first) await api.succeeded(first.body);
      expect(await world().simulator(site).executions()).toHaveLength(1);
      expect(await operations()).toHaveLength(1);
    },
  );

  it.each(CASES)(`lets one of ${CROWD} different requests on one group of %s win`, async (site, name) => {
    const { api } = world();
    const path = await failoverPath(name);
    const answers: Answer<OperationDto | ProblemDto>[] = await Promise.all(
      Array.from({ length: CROWD }, () => api.ask<OperationDto | ProblemDto>('POST', path, { body })),
    );
    const won = answers.filter(({ status }) => status === 202);
    const lost = answers.filter(({ status }) => status === 409);
    expect([won.length, lost.length]).toEqual([1, CROWD - 1]);
    const [winner] = won;
    const operation = winner?.body as OperationDto;
    for (const { body: problem } of lost)
      expect((problem as ProblemDto).nextActions).toMatchObject([{ href: `/v1/operations/${operation.id}` }]);
    await api.succeeded(operation);
    expect(await world().simulator(site).executions()).toHaveLength(1);
    expect(await operations()).toHaveLength(1);
  });
});
