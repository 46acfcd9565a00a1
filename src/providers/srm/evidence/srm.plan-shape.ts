import type { WireTestNetwork } from '../wire/srm.parts-wire.js';
import type { SettingsState } from '../preparing/srm.change-reads.js';
import type { WireGroup, WirePlan } from '../wire/srm.wire.js';

/** Fields by the names that a call's body gives them. Lists whose order says nothing are sorted. */
export type Shape = Record<string, unknown>;

/** What can be read of what a reconfiguration sets; machines to be suspended cannot. null = not read. */
export function planShape(
  plan: WirePlan,
  groups: readonly WireGroup[] | null,
  networks: readonly WireTestNetwork[] | null,
): Shape {
  return shaped({
    name: plan.name ?? null,
    description: plan.description ?? null,
    protected_vc_guid: plan.protected_vc_guid ?? null,
    ...(groups === null ? {} : { protection_groups: groups.map((group) => group.id) }),
    ...(networks === null
      ? {}
      : {
          test_network_mappings: networks.map(({ target_network, test_network }) => ({
            target_network,
            test_network,
          })),
        }),
  });
}

/** What a machine's recovery settings are, in the words of a change of them. */
export function settingsShape({ recovery_settings: now }: SettingsState): Shape {
  return shaped({
    ip_customization_type: now?.ip_customization_type ?? null,
    priority: now?.priority ?? null,
    startup_action: now?.startup_action ?? null,
    shutdown_action_settings: now?.shutdown_action_settings ?? null,
    startup_action_settings: now?.startup_action_settings ?? null,
    dependent_vms: now?.dependent_vms ?? [],
  });
}

/** A body, or a part of what was read, in a form that can be compared. */
export function shaped(body: object): Shape {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, comparable(value)]));
}

export type Comparison = 'AS_BEFORE' | 'AS_WANTED' | 'OTHERWISE';

/**
 * Whether what was wanted is there now and was not before, by the fields that can be read.
 * AS_BEFORE = nothing of what was to change has changed, or nothing was to change that can be seen.
 */
export function compare(before: Shape, wanted: Shape, now: Shape): Comparison {
  const readable = Object.keys(wanted).filter((field) => field in before && field in now);
  const differing = readable.filter((field) => !same(before[field], wanted[field]));
  if (differing.length === 0 || differing.every((field) => same(now[field], before[field])))
    return 'AS_BEFORE';
  return differing.every((field) => same(now[field], wanted[field])) ? 'AS_WANTED' : 'OTHERWISE';
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Machines are told with or without their names: the ids are what counts. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(idOrItself).sort(byText);
  return typeof value === 'object' && value !== null ? sorted(value) : value;
}

function idOrItself(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return item;
  return 'id' in item ? item.id : sorted(item);
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => byText(one, other)));
}

function byText(one: unknown, other: unknown): number {
  const [first, second] = [JSON.stringify(one) ?? '', JSON.stringify(other) ?? ''];
  return first < second ? -1 : first > second ? 1 : 0;
}
