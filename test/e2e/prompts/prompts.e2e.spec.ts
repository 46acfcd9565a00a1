import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { useWorld } from '../../support/world.js';

describe('a plan of SRM that asks a person', () => {
  const world = useWorld();
  beforeEach(async () => {
    await world().reset();
    const { srm, api } = world();
    const { id } = await api.planNamed('erp-plan');
    const nativeId = id.slice(id.indexOf('.') + 1).replaceAll('~', ':');
    await srm.control('POST', `/plans/${encodeURIComponent(nativeId)}/prompts`, { text: 'Is the line up?' });
  });

  async function waiting(): Promise<OperationDto> {
    const { api } = world();
    const plan = await api.planNamed('erp-plan');
    const { id } = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
    return api.inState(id, 'WAITING_FOR_INPUT');
  }
  const answer = (id: string, promptId: string) =>
    world().api.ask<OperationDto>('POST', `/v1/operations/${id}/input`, {
      body: { promptId, answer: 'CONTINUE' },
    });

  it('waits until the question is answered, and goes on to its end', async () => {
    const { api, srm } = world();
    const { id, prompts } = await waiting();
    expect(prompts).toEqual([
      expect.objectContaining({ text: expect.stringContaining('Is the line up?') as string }),
    ]);
    const promptId = prompts[0]?.id ?? '';
    expect((await answer(id, promptId)).status).toBe(202);
    expect((await answer(id, promptId)).status).toBe(202);
    expect(await api.ended(id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL', prompts: [] });
    const executed = (await srm.executions()).map(({ action }) => action);
    expect(executed.sort()).toEqual(['dismiss-prompt', 'recovery']);
  });

  it('that lost the answer on the way can be given it again', async () => {
    const { api, srm } = world();
    const { id, prompts } = await waiting();
    const promptId = prompts[0]?.id ?? '';
    await srm.fault({ kind: 'reset', when: 'before', method: 'POST', path: '/dismiss-prompt$', times: 1 });
    await answer(id, promptId);
    await api.operationWhen(id, 'the answer is in doubt', ({ input }) => input?.state === 'AMBIGUOUS');
    expect((await api.operation(id)).state).toBe('WAITING_FOR_INPUT');
    expect((await answer(id, promptId)).status).toBe(202);
    expect(await api.ended(id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
  });

  it('is told when its question is another one, and can be cancelled instead', async () => {
    const { api } = world();
    const { id } = await waiting();
    const refused = await api.refused('POST', `/v1/operations/${id}/input`, {
      body: { promptId: 'another', answer: 'CONTINUE' },
    });
    expect(refused).toMatchObject({ status: 409, body: { code: 'no-such-prompt' } });
    await api.ask('POST', `/v1/operations/${id}/cancel`);
    expect(await api.ended(id)).toMatchObject({ state: 'CANCELLED', outcome: 'PARTIAL' });
  });
});
