import type { AllowedActionDto, AllowedActionsDto } from '../../../src/api/dto/operation.dto.js';
import type { BlockingDto } from '../../../src/api/dto/problem.dto.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import { useWorld } from '../../support/world.js';

interface Listed {
  items: { id: string; name: string; siteId: string }[];
}

/** Below the target: how each action is asked for, with a body that any state would take. */
const REQUESTS: Partial<Record<DrAction, [method: string, path: string, body?: object]>> = {
  UPDATE_PROTECTION_GROUP: ['PATCH', '', { name: 'renamed' }],
  DELETE_PROTECTION_GROUP: ['DELETE', ''],
  ENABLE_PROTECTION: ['POST', '/actions/enable-protection', {}],
  DISABLE_PROTECTION: ['POST', '/actions/disable-protection', {}],
  RESTORE_PLACEHOLDERS: ['POST', '/actions/restore-placeholders', {}],
  UPDATE_PROTECTED_INSTANCE: ['PATCH', '', { name: 'renamed' }],
  REMOVE_PROTECTED_INSTANCE: ['DELETE', ''],
  ENABLE_INSTANCE_PROTECTION: ['POST', '/actions/enable-protection', {}],
  DISABLE_INSTANCE_PROTECTION: ['POST', '/actions/disable-protection', {}],
  SET_INSTANCE_TAGS: ['PUT', '/tags', { tags: [{ key: 'tier', value: 'new' }] }],
  REMOVE_INSTANCE_TAGS: ['DELETE', '/tags?key=tier'],
  RESIZE_PROTECTED_INSTANCE: ['POST', '/actions/resize', { flavor: 's3.xlarge.4' }],
  UPDATE_REPLICATION_PAIR: ['PATCH', '', { name: 'renamed' }],
  DELETE_REPLICATION_PAIR: ['DELETE', ''],
  EXPAND_REPLICATION_PAIR: ['POST', '/actions/expand', { sizeGigabytes: 1000 }],
  UPDATE_RECOVERY_PLAN: ['PATCH', '', { name: 'renamed' }],
  DELETE_RECOVERY_PLAN: ['DELETE', ''],
  ADD_RECOVERY_STEP: [
    'POST',
    '/recovery-steps?workflow=TEST',
    { type: 'PROMPT', name: 'Look', content: 'All well?' },
  ],
};

/** Which of them need nothing but their target: of those, what is shown is all there is to know. */
const COMPLETE: readonly DrAction[] = [
  'DELETE_PROTECTION_GROUP',
  'ENABLE_PROTECTION',
  'DISABLE_PROTECTION',
  'RESTORE_PLACEHOLDERS',
  'REMOVE_PROTECTED_INSTANCE',
  'ENABLE_INSTANCE_PROTECTION',
  'DISABLE_INSTANCE_PROTECTION',
  'DELETE_REPLICATION_PAIR',
  'DELETE_RECOVERY_PLAN',
];

describe('what GET actions shows is what the guard does', () => {
  const world = useWorld({ workers: 0 });

  const listed = async (path: string) => (await world().api.read<Listed>(path)).items;

  async function compare(target: string): Promise<number> {
    const { items } = await world().api.read<AllowedActionsDto>(`${target}/actions`);
    let compared = 0;
    for (const shown of items) {
      const request = REQUESTS[shown.action];
      if (!request) continue;
      const guard = await judged(target, request);
      const told = { target, action: shown.action };
      if (COMPLETE.includes(shown.action) || !shown.allowed)
        expect({ ...told, allowed: guard.allowed }).toEqual({ ...told, allowed: shown.allowed });
      // What a state forbids is not looked at any further: the guard may know of more that stands in the way.
      expect(codesOf(guard)).toEqual(expect.arrayContaining(codesOf(shown)));
      compared += 1;
    }
    return compared;
  }

  /** An action that the upstream does not have is refused as such, and not reported upon. */
  async function judged(
    target: string,
    [method, path, body]: [string, string, object?],
  ): Promise<Pick<AllowedActionDto, 'allowed' | 'blocking'>> {
    const query = `${path.includes('?') ? '&' : '?'}validateOnly=true`;
    const answer = await world().api.ask<{ code?: string } & AllowedActionDto>(
      method,
      `${target}${path}${body ? '' : query}`,
      body ? { body: { ...body, validateOnly: true } } : {},
    );
    if (answer.status === 200) return answer.body;
    const blocking: BlockingDto[] = [{ code: answer.body.code ?? '', text: '', remedy: '' }];
    return { allowed: false, blocking };
  }

  it.each(['eu-cloud', 'berlin-dc'])(
    'of every group, instance and pair of %s',
    async (siteId) => {
      let compared = 0;
      for (const { id } of await listed(`/v1/protection-groups?siteId=${siteId}`)) {
        const group = `/v1/protection-groups/${id}`;
        compared += await compare(group);
        for (const kind of ['protected-instances', 'replication-pairs'])
          for (const part of await listed(`${group}/${kind}`))
            compared += await compare(`${group}/${kind}/${part.id}`);
      }
      expect(compared).toBeGreaterThan(40);
    },
    120_000,
  );

  it.each(['eu-cloud', 'berlin-dc'])(
    'of every plan of %s',
    async (siteId) => {
      for (const { id } of await listed(`/v1/recovery-plans?siteId=${siteId}`))
        expect(await compare(`/v1/recovery-plans/${id}`)).toBe(3);
    },
    120_000,
  );
});

const codesOf = ({ blocking }: Pick<AllowedActionDto, 'blocking'>): string[] =>
  blocking.map(({ code }) => code);
