import { ACTION_FACTS } from '#gateway/domain/action-facts';
import { DR_ACTIONS, type DrAction } from '#gateway/domain/dr-action';
import type { ProviderDescriptor } from '#gateway/providers/provider-driver';
import type { RequestQuota } from '#gateway/providers/request-budget';
import { DRIVERS } from '#gateway/providers/drivers';
import { code, codes, page, table } from './markdown.js';

const INTRODUCTION = `# What each provider can do

From the drivers' descriptors, which the conformance suite holds them to. \`GET /v1/sites/{id}\` tells the same of a
running site.`;

type Cell = (descriptor: ProviderDescriptor) => string;

const CAPABILITIES: Readonly<Record<string, Cell>> = {
  'Plans are things of their own': ({ capabilities }) => mark(capabilities.explicitPlans),
  'Replication pairs': ({ capabilities }) => mark(capabilities.replicationPairs),
  'Tells of runs that ended before it was connected': ({ capabilities }) => mark(capabilities.pastOperations),
  'Drills are things of their own': ({ lifecycle }) =>
    mark(lifecycle.actions.START_DRILL?.observes === 'DRILL'),
  'Requests, of all processes': ({ budget }) => quota(budget.address),
  'Requests of one session': ({ budget }) => quota(budget.session),
  'Fields of a new group': ({ capabilities }) =>
    list(
      capabilities.createFields.map(({ name, required }) => `${code(name)}${required ? '' : ' (optional)'}`),
    ),
  'Fields that can be changed': ({ capabilities }) => codes(capabilities.changeableFields),
};

function quota(limit: RequestQuota | null): string {
  return limit === null ? 'no limit' : `${limit.requests} in ${limit.windowSeconds} s`;
}

/** `docs/provider-matrix.md`. */
export function providerMatrix(): string {
  const descriptors = Object.values(DRIVERS).map(({ descriptor }) => descriptor);
  const head = descriptors.map(({ provider, title }) => `${title} (${code(provider)})`);
  const row = (name: string, cell: Cell): string[] => [name, ...descriptors.map(cell)];
  return page(
    INTRODUCTION,
    '## Actions',
    'Finer wishes stand beside the action that understands them; elsewhere they are refused by name.',
    table(
      ['Action', 'On a', ...head],
      DR_ACTIONS.map((action) => [code(action), targetOf(action), ...descriptors.map(actionCell(action))]),
    ),
    '## Capabilities',
    table(
      ['', ...head],
      Object.entries(CAPABILITIES).map(([name, cell]) => row(name, cell)),
    ),
  );
}

function actionCell(action: DrAction): Cell {
  return ({ capabilities, lifecycle }) => {
    if (!lifecycle.actions[action]) return mark(false);
    const cancel = capabilities.cancellable.includes(action) ? ['can be cancelled'] : [];
    return ['yes', ...cancel, ...(capabilities.options[action] ?? []).map(code)].join(', ');
  };
}

function targetOf(action: DrAction): string {
  return ACTION_FACTS[action].targetType === 'RECOVERY_PLAN' ? 'plan' : 'group';
}

function mark(has: boolean): string {
  return has ? 'yes' : 'no';
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '–' : items.join(', ');
}
