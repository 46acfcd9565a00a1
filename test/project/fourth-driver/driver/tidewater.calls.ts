import type { ActionCommand, UpstreamCall } from '../../../../src/domain/action-command.js';
import type { DrAction } from '../../../../src/domain/dr-action.js';
import { ProviderError } from '../../../../src/providers/provider-error.js';

interface Way {
  /** The kind of the job that it begins; null = none (section 4). */
  kind: string | null;
  method: UpstreamCall['method'];
  /** Below the group. */
  path: string;
  verb: string;
  body?: (command: ActionCommand) => object;
}

const to = ({ direction }: ActionCommand) => (direction === 'TO_PRODUCTION' ? 'home' : 'away');

const WAYS: Readonly<Partial<Record<DrAction, Way>>> = {
  CREATE_PROTECTION_GROUP: {
    kind: 'FOUND',
    method: 'POST',
    path: '',
    verb: 'Found',
    body: ({ group }) => ({ title: group?.name, note: group?.description ?? null }),
  },
  UPDATE_PROTECTION_GROUP: {
    kind: null,
    method: 'PATCH',
    path: '',
    verb: 'Rename',
    body: ({ changes }) => ({
      ...(changes?.name === undefined ? {} : { title: changes.name }),
      ...(changes?.description === undefined ? {} : { note: changes.description }),
    }),
  },
  DELETE_PROTECTION_GROUP: { kind: 'SINK', method: 'DELETE', path: '', verb: 'Sink' },
  ENABLE_PROTECTION: {
    kind: 'TIDE_IN',
    method: 'POST',
    path: '/tide',
    verb: 'Let the water in for',
    body: () => ({ water: 'IN' }),
  },
  DISABLE_PROTECTION: {
    kind: 'TIDE_OUT',
    method: 'POST',
    path: '/tide',
    verb: 'Let the water out for',
    body: () => ({ water: 'OUT' }),
  },
  PLANNED_FAILOVER: {
    kind: 'CALM',
    method: 'POST',
    path: '/moves',
    verb: 'Move',
    body: (command) => ({ manner: 'CALM', to: to(command) }),
  },
  FAILOVER: {
    kind: 'STORM',
    method: 'POST',
    path: '/moves',
    verb: 'Move at once',
    body: (command) => ({ manner: 'STORM', to: to(command) }),
  },
  REPROTECT: { kind: 'TURN', method: 'POST', path: '/turns', verb: 'Turn round' },
  START_DRILL: { kind: 'REHEARSE', method: 'POST', path: '/rehearsals', verb: 'Rehearse' },
  CLEAN_UP_DRILL: { kind: 'SWEEP', method: 'DELETE', path: '/rehearsals', verb: 'Sweep the rehearsal of' },
};

/** @param title of the group, for people */
export function callFor(command: ActionCommand, title: string): UpstreamCall {
  const { method, path, verb, body } = wayOf(command.action);
  const id = command.targetNativeId;
  return {
    label: `${verb} group ${title}`,
    method,
    path: `/groups${id === null ? '' : `/${encodeURIComponent(id)}`}${path}`,
    body: body?.(command),
  };
}

export function jobKindOf(action: DrAction): string | null {
  return wayOf(action).kind;
}

function wayOf(action: DrAction): Way {
  const way = WAYS[action];
  if (!way) throw new ProviderError('UNSUPPORTED', `Tidewater has no ${action}.`);
  return way;
}
