import type { ActionCommand } from '../domain/action-command.js';
import type { ActionInputs } from '../domain/action-inputs.js';
import type { DrAction } from '../domain/dr-action.js';
import type { CompositeStep } from '../domain/operation.js';
import type { FieldFault } from '../providers/command-check.js';
import type { Provider } from '../providers/provider.js';

/** A step, and where in the request's body it comes from (JSON pointer). */
export interface PlannedStep {
  step: CompositeStep;
  pointer: string;
}

type Provision = ActionInputs['PROVISION_PROTECTION_GROUP'];

/**
 * The steps of a composite, in their order, by nothing but its command: the group; each instance; each further
 * pair, and its attachment; a plan that holds the group; protection last. null = the action is one by itself.
 */
export function compositePlan(command: ActionCommand): PlannedStep[] | null {
  if (command.action !== 'PROVISION_PROTECTION_GROUP') return null;
  const { group } = command;
  const wish = (command.input ?? {}) as Provision;
  const plan: PlannedStep[] = [];
  const add = (planned: PlannedStep): number => plan.push(planned) - 1;

  add(
    step('CREATE_PROTECTION_GROUP', `Create protection group ${group?.name ?? ''}`, '', {
      command: { group },
      essential: true,
    }),
  );
  const instances = new Map<string, number>();
  for (const [i, instance] of (wish.protectedInstances ?? []).entries()) {
    const title = `Protect instance ${instance.name ?? instance.serverId}`;
    const more = { command: { input: instance }, takes: { target: 0 } };
    instances.set(
      instance.serverId,
      add(step('ADD_PROTECTED_INSTANCE', title, `/protectedInstances/${i}`, more)),
    );
  }
  const pairs: number[] = [];
  for (const [i, { attachTo, ...pair }] of (wish.replicationPairs ?? []).entries()) {
    const pointer = `/replicationPairs/${i}`;
    const more = { command: { input: pair }, takes: { target: 0 } };
    const made = add(step('CREATE_REPLICATION_PAIR', `Create replication pair ${pair.name}`, pointer, more));
    pairs.push(made);
    if (!attachTo) continue;
    add(
      step('ATTACH_REPLICATION_PAIR', `Attach replication pair ${pair.name}`, `${pointer}/attachTo`, {
        command: { input: { protectedInstanceId: '', device: attachTo.device } },
        takes: { target: 0, part: made, protectedInstance: instances.get(attachTo.serverId) ?? 0 },
      }),
    );
  }
  if (wish.recoveryPlan) {
    const { name } = wish.recoveryPlan;
    const vcenter = group?.protectedVcenterId;
    const input = {
      ...wish.recoveryPlan,
      ...(vcenter === undefined ? {} : { protectedVcenterId: vcenter }),
      protectionGroupIds: [],
    };
    add(
      step('CREATE_RECOVERY_PLAN', `Create recovery plan ${name}`, '/recoveryPlan', {
        command: { input },
        takes: { protectionGroup: 0 },
      }),
    );
  }
  if (wish.enableProtection) {
    add(
      step('ENABLE_PROTECTION', 'Enable protection', '/enableProtection', {
        takes: { target: 0 },
        needsAnyOf: [...instances.values(), ...pairs],
      }),
    );
  }
  return plan;
}

/** What of the request this provider does not take, or misses, by the places in the request's body. */
export function compositeFaults(
  plan: readonly PlannedStep[],
  command: ActionCommand,
  provider: Provider,
): FieldFault[] {
  const { descriptor } = provider;
  const byStep = plan.flatMap(({ step: { command }, pointer }) => {
    if (!descriptor.lifecycle.actions[command.action]) {
      return [{ pointer, detail: `${descriptor.title} has no ${command.action}.` }];
    }
    const faults = provider.fieldFaults(command);
    return faults.map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` }));
  });
  return [...byStep, ...disagreements((command.input ?? {}) as Provision)];
}

/** Where the parts of the request do not fit together. */
function disagreements({ protectedInstances = [], replicationPairs = [] }: Provision): FieldFault[] {
  const servers = protectedInstances.map(({ serverId }) => serverId);
  const volumes = replicationPairs.map(({ volumeId }) => volumeId);
  return [
    ...repeated(servers).map((i) => ({
      pointer: `/protectedInstances/${i}/serverId`,
      detail: `The server ${servers[i] ?? ''} is named twice.`,
    })),
    ...repeated(volumes).map((i) => ({
      pointer: `/replicationPairs/${i}/volumeId`,
      detail: `The disk ${volumes[i] ?? ''} is named twice.`,
    })),
    ...replicationPairs.flatMap(({ attachTo }, i) =>
      attachTo && !servers.includes(attachTo.serverId)
        ? [
            {
              pointer: `/replicationPairs/${i}/attachTo/serverId`,
              detail: `The server ${attachTo.serverId} is not among "protectedInstances".`,
            },
          ]
        : [],
    ),
  ];
}

function repeated(values: readonly string[]): number[] {
  return values.flatMap((value, i) => (values.indexOf(value) < i ? [i] : []));
}

function step(
  action: DrAction,
  title: string,
  pointer: string,
  more: {
    command?: Partial<ActionCommand>;
    takes?: CompositeStep['takes'];
    needsAnyOf?: number[];
    essential?: boolean;
  },
): PlannedStep {
  return {
    pointer,
    step: {
      title,
      command: {
        action,
        targetNativeId: null,
        partNativeId: null,
        direction: null,
        options: {},
        group: null,
        changes: null,
        input: null,
        ...more.command,
      },
      takes: more.takes ?? {},
      needsAnyOf: more.needsAnyOf ?? [],
      essential: more.essential ?? false,
      operationId: null,
      state: 'PENDING',
      outcome: null,
      progressPercent: null,
      createdNativeId: null,
      detail: null,
      error: null,
      triedSince: null,
    },
  };
}
