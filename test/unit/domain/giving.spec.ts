import { isWithin, notHeld } from '../../../src/domain/access/giving.js';
import type { Grant } from '../../../src/domain/access/principal.js';
import { EVERYTHING } from '../../../src/domain/access/principal.js';
import { ROLE_NAMES, ROLES, roleHas, type Role } from '../../../src/domain/access/rights.js';
import { scopeOf } from '../../../src/domain/access/scope.js';

const PLAN = 'north.plan-1';
const GROUP = 'north.group-1';

function grant(role: Role, sites: Grant['sites'] = '*', targets: Grant['targets'] = '*'): Grant {
  return { role, sites, targets };
}

/** Manages access there, and holds the role. */
function giver(role: Role, sites: Grant['sites'] = '*', targets: Grant['targets'] = '*'): Grant[] {
  return [grant('admin', sites, targets), grant(role, sites, targets)];
}

const PAIRS = ROLE_NAMES.flatMap((has) => ROLE_NAMES.map((gives) => [has, gives] as const));

describe('giving rights away', () => {
  it.each(PAIRS)('an admin who is %s may make a %s only of rights that are held', (has, gives) => {
    const held = ROLES[gives].every((right) => roleHas(has, right) || roleHas('admin', right));
    const lacking = notHeld(giver(has), [grant(gives)]);
    expect(lacking.length === 0).toBe(held);
    for (const { right } of lacking) {
      expect(roleHas(gives, right)).toBe(true);
      expect(roleHas(has, right)).toBe(false);
    }
  });

  it.each(ROLE_NAMES)('whoever is %s, and does not manage access, gives nothing away', (has) => {
    const lacking = notHeld([grant(has)], [grant(has)]);
    expect(lacking).toEqual(has === 'admin' ? [] : [{ pointer: '/0/sites', right: 'access:manage' }]);
  });

  it.each(ROLE_NAMES)('the admin key gives %s to anybody', (role) => {
    expect(notHeld(EVERYTHING, [grant(role), grant(role, ['north'], [PLAN])])).toEqual([]);
  });

  const NORTH = giver('commander', ['north', 'east']);

  it.each<[string, Grant, string[]]>([
    ['one of the sites', grant('commander', ['north']), []],
    ['all of them', grant('commander', ['north', 'east']), []],
    ['a plan of one of them', grant('commander', ['north'], [PLAN]), []],
    ['a plan, wherever it lies', grant('commander', '*', [PLAN]), []],
    ['another site', grant('commander', ['north', 'south']), ['/0/sites/1']],
    ['every site', grant('commander'), ['/0/sites']],
    ['a plan of another site', grant('commander', '*', [PLAN, 'south.plan-1']), ['/0/targets/1']],
    ['what is no id', grant('commander', '*', ['plan-1']), ['/0/targets/0']],
  ])('who commands two sites may or may not give away %s', (_what, wanted, pointers) => {
    expect(notHeld(NORTH, [wanted]).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  const OF_PLAN = giver('operator', ['north'], [PLAN]);

  it.each<[string, Grant, string[]]>([
    ['the plan', grant('operator', ['north'], [PLAN]), []],
    ['less of the plan', grant('viewer', ['north'], [PLAN]), []],
    ['the whole site', grant('operator', ['north']), ['/0/sites/0']],
    // Which it holds today, and may not hold tomorrow.
    ['a group that the plan holds', grant('operator', ['north'], [GROUP]), ['/0/targets/0']],
  ])('who operates one plan may or may not give away %s', (_what, wanted, pointers) => {
    expect(notHeld(OF_PLAN, [wanted]).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('two halves of a right are no whole: a role here and access there give nothing', () => {
    const halves = [grant('admin', ['north']), grant('commander', ['south'])];
    expect(notHeld(halves, [grant('commander', ['north'])])).toHaveLength(1);
    expect(notHeld(halves, [grant('commander', ['south'])])).toHaveLength(1);
  });

  it('names each place that is too much', () => {
    const wanted = [grant('viewer', ['north']), grant('approver', ['north', 'south'])];
    expect(notHeld(NORTH, wanted)).toEqual([
      { pointer: '/1/sites/0', right: 'approvals:decide' },
      { pointer: '/1/sites/1', right: 'inventory:read' },
    ]);
  });
});

describe('what lies within a scope', () => {
  const scopeOfAdmin = (sites: Grant['sites'], targets: Grant['targets'] = '*') =>
    scopeOf({ id: 'x', kind: 'API_KEY', grants: [grant('admin', sites, targets)] }, 'access:manage', () =>
      Promise.resolve([GROUP]),
    );

  it.each<[string, Grant['sites'], Grant[], boolean]>([
    ['all is within all', '*', [grant('viewer'), grant('viewer', ['south'])], true],
    ['a site within itself', ['north'], [grant('viewer', ['north'])], true],
    ['a plan within its site', ['north'], [grant('viewer', '*', [PLAN])], true],
    ['every site is not within one', ['north'], [grant('viewer')], false],
    ['nor is another', ['north'], [grant('viewer', ['south'])], false],
    [
      'nor what lies half outside',
      ['north'],
      [grant('viewer', ['north']), grant('viewer', ['south'])],
      false,
    ],
    ['nor a plan of another', ['north'], [grant('viewer', ['north'], ['south.plan-1'])], false],
  ])('%s', async (_what, sites, grants, within) => {
    expect(isWithin(await scopeOfAdmin(sites), grants)).toBe(within);
  });

  it('of a plan: the plan and its groups, not the site', async () => {
    const scope = await scopeOfAdmin(['north'], [PLAN]);
    expect(isWithin(scope, [grant('viewer', ['north'], [PLAN, GROUP])])).toBe(true);
    expect(isWithin(scope, [grant('viewer', ['north'])])).toBe(false);
  });
});
