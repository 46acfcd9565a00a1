import { LastingAccess } from '../../../src/api/access/lasting-access.js';
import { Authenticator } from '../../../src/access/authenticator.js';
import { Scopes } from '../../../src/access/scopes.js';
import type { Grant, Principal } from '../../../src/domain/access/principal.js';
import { plan } from '../support/survey.js';
import { TestClock } from '../support/test-clock.js';
import { over } from './principals.js';

/** Those who listen, and what may become of their rights. */
function listening() {
  const clock = new TestClock();
  const revoked = new Set<string>();
  let groups = ['a.g1'];
  let isAway = false;
  let asked = 0;
  const authenticator = new Authenticator([
    {
      recognises: () => true,
      check: () => null,
      isStillGood: ({ id }) => {
        asked += 1;
        return !revoked.has(id);
      },
    },
  ]);
  const recoveryPlans = () =>
    isAway
      ? Promise.reject(new Error('the store is away'))
      : Promise.resolve([{ value: [plan('a.p', { protectionGroupIds: groups })] }]);
  const scopes = new Scopes({ recoveryPlans } as never);
  const lasting = new LastingAccess(authenticator, scopes, clock);
  lasting.beforeApplicationShutdown();
  const watch = async (name: string, ...grants: Grant[]) => {
    const principal: Principal = { id: name, kind: 'API_KEY', grants };
    const seen = await scopes.of(principal, 'operations:read');
    let ended = 0;
    const leave = lasting.watch({ principal, seen }, 'operations:read', () => (ended += 1));
    return { ended: () => ended, leave };
  };
  return {
    clock,
    lasting,
    revoke: (name: string) => revoked.add(name),
    regroup: (now: string[]) => (groups = now),
    away: (now: boolean) => (isAway = now),
    asked: () => asked,
    watch,
  };
}

it('ends the streams of who was shut out at the next look, once, and nobody else’s', async () => {
  const { lasting, revoke, watch } = listening();
  const [ada, ben] = [await watch('ada', over('viewer', 'a')), await watch('ben', over('viewer', 'a'))];
  await lasting.look();
  expect([ada.ended(), ben.ended()]).toEqual([0, 0]);
  revoke('ada');
  await lasting.look();
  await lasting.look();
  expect([ada.ended(), ben.ended()]).toEqual([1, 0]);
});

it('ends a stream when what may be seen has become another, be it less or more', async () => {
  const { lasting, regroup, watch } = listening();
  const part = await watch('ada', over('viewer', 'a', ['a.p']));
  const whole = await watch('ben', over('viewer', 'a'));
  regroup(['a.g1']);
  await lasting.look();
  expect(part.ended()).toBe(0);
  regroup(['a.g1', 'a.g2']);
  await lasting.look();
  expect([part.ended(), whole.ended()]).toEqual([1, 0]);
});

it('ends a stream of which nobody can tell for a while, and none sooner', async () => {
  const { clock, lasting, away, watch } = listening();
  const [part, whole] = [
    await watch('ada', over('viewer', 'a', ['a.p'])),
    await watch('ben', over('viewer', 'a')),
  ];
  away(true);
  clock.advance(20_000);
  await lasting.look();
  expect(part.ended()).toBe(0);
  clock.advance(20_000);
  await lasting.look();
  expect([part.ended(), whole.ended()]).toEqual([1, 0]);
});

it('lets those alone who have left', async () => {
  const { lasting, revoke, watch, asked } = listening();
  const ada = await watch('ada', over('viewer', 'a'));
  ada.leave();
  revoke('ada');
  await lasting.look();
  expect([ada.ended(), asked()]).toEqual([0, 0]);
});
