import type { DrAction } from '../../../src/domain/dr-action.js';
import {
  actionRequest,
  creationRequest,
  targetPath,
  type Place,
} from '../../../src/domain/resource-paths.js';

const GROUP: Place = { type: 'PROTECTION_GROUP', id: 'alpha.g' };

it.each<[DrAction, Place | null, string]>([
  ['FAILOVER', null, 'POST /v1/recovery-plans/alpha.x/actions/failover'],
  ['DELETE_PROTECTION_GROUP', null, 'DELETE /v1/protection-groups/alpha.x'],
  ['UPDATE_RECOVERY_PLAN', null, 'PATCH /v1/recovery-plans/alpha.x'],
  ['REMOVE_PROTECTED_INSTANCE', GROUP, 'DELETE /v1/protection-groups/alpha.g/protected-instances/alpha.x'],
  [
    'ENABLE_INSTANCE_PROTECTION',
    GROUP,
    'POST /v1/protection-groups/alpha.g/protected-instances/alpha.x/actions/enable-protection',
  ],
  ['SET_INSTANCE_TAGS', GROUP, 'PUT /v1/protection-groups/alpha.g/protected-instances/alpha.x/tags'],
  ['REMOVE_INSTANCE_TAGS', GROUP, 'DELETE /v1/protection-groups/alpha.g/protected-instances/alpha.x/tags'],
  [
    'ATTACH_REPLICATION_PAIR',
    GROUP,
    'POST /v1/protection-groups/alpha.g/replication-pairs/alpha.x/actions/attach',
  ],
])('%s is asked for where the surface has it', (action, within, expected) => {
  const { method, href } = actionRequest(action, 'alpha.x', within);
  expect(`${method} ${href}`).toBe(expected);
});

it('what is new is asked for at its collection', () => {
  expect(creationRequest('RECOVERY_PLAN').href).toBe('/v1/recovery-plans');
  expect(creationRequest('PROTECTED_INSTANCE', GROUP).href).toBe(
    '/v1/protection-groups/alpha.g/protected-instances',
  );
  expect(targetPath({ type: 'DRILL', id: 'd' }, { type: 'RECOVERY_PLAN', id: 'p' })).toBe(
    '/v1/recovery-plans/p/drills/d',
  );
});
