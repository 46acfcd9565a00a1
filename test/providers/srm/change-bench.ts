import {
  srmSimulator,
  type SrmSettings as SrmSimulatorSettings,
  type SrmWorld,
} from '../../../simulators/srm/srm.simulator.js';
import type { ActionCommand } from '../../../src/domain/action-command.js';
import { judgeAction, type AllowedAction } from '../../../src/domain/allowed-actions.js';
import { judge, type Judgement } from '../../../src/domain/verdict.js';
import type { Finding, Observation } from '../../../src/domain/observation.js';
import type { Operation, SubmittedCall } from '../../../src/domain/operation.js';
import { newOperation } from '../../../src/operations/new-operation.js';
import type { Preparation, ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { srm } from '../../../src/providers/srm/srm.factory.js';
import { SimulatorShelf, type SimulatedSite } from '../../conformance/provider/harnesses/simulated-site.js';
import { Workbench } from '../../conformance/provider/harnesses/workbench.js';
import { openGate, patiently } from '../../conformance/provider/journey.js';

const SITE_ID = 'srm-site';
const WORK_MS = 2_000;
const OPERATION_ID = 'operation-1';

const shelf = new SimulatorShelf(
  srmSimulator,
  {
    credentials: /\/(?:remote-)?session$/,
    isLogIn: ({ method, path }) => method === 'POST' && path.endsWith('/session'),
    throttledBody: '',
  },
  { durationsMs: { ...srmSimulator.defaultSettings.durationsMs, other: WORK_MS } },
);

export const closeSimulator = (): Promise<void> => shelf.close();

type Verdict = Extract<Judgement, { kind: 'VERDICT' }>;

/** An operation on its way, as the rooms behind the driver keep it. */
export interface Underway {
  operation: Operation;
  preparation: Preparation;
}

export interface Ended {
  verdict: Verdict;
  seen: Observation;
}

/** The real driver before the simulated appliance, and the real judge behind it. */
export class ChangeBench {
  readonly driver: ProviderDriver;
  private readonly workbench: Workbench;

  private constructor(readonly site: SimulatedSite<SrmWorld, SrmSimulatorSettings>) {
    this.workbench = new Workbench(SITE_ID, () => site.running.simulator.clock.now());
    this.driver = this.newDriver();
  }

  static async open(): Promise<ChangeBench> {
    return new ChangeBench(await shelf.take());
  }

  /** Another process at the same site. */
  newDriver(): ProviderDriver {
    const { a, b } = srmSimulator.defaultSettings.accounts;
    return this.workbench.driver({}, (context) =>
      srm.create(
        {
          endpoint: `${this.site.running.url}/api/rest/srm/v2`,
          auth: {
            type: 'session',
            userName: a[0]?.username ?? '',
            password: a[0]?.password ?? '',
            remoteUserName: b[0]?.username ?? '',
            remotePassword: b[0]?.password ?? '',
          },
        },
        context,
      ),
    );
  }

  close(): Promise<void> {
    return this.workbench.close();
  }

  get world(): SrmWorld {
    return this.site.state;
  }

  plan = (name: string) => named(this.world.plans, name);
  group = (name: string) => named(this.world.groups, name);
  vm = (name: string) => named(this.world.vms, name);
  vmId = (name: string): string => this.vm(name).ids[this.vm(name).at];

  advance(ms: number): void {
    this.site.grip().advance(ms);
  }

  /** What the appliance has begun so far, in its own words. */
  executed(): string[] {
    return this.site.running.simulator.journal.executions().map(({ action }) => action);
  }

  command(
    action: ActionCommand['action'],
    targetNativeId: string | null,
    more: Partial<ActionCommand> = {},
  ): ActionCommand {
    const nothing = { partNativeId: null, direction: null, group: null, changes: null, input: null };
    return { action, targetNativeId, options: {}, ...nothing, ...more };
  }

  prepare(command: ActionCommand): Promise<Preparation> {
    return this.driver.prepare(command, OPERATION_ID, patiently);
  }

  async judged(command: ActionCommand): Promise<AllowedAction> {
    const { resource, companions = [], blockers } = await this.prepare(command);
    return judgeAction(this.driver.descriptor.lifecycle, command.action, resource, { companions, blockers });
  }

  async ready(command: ActionCommand): Promise<Underway> {
    const preparation = await this.prepare(command);
    const { resource, companions = [], blockers, baseline, groupIds } = preparation;
    const { lifecycle } = this.driver.descriptor;
    const { blocking } = judgeAction(lifecycle, command.action, resource, { companions, blockers });
    expect(blocking).toEqual([]);
    const record = newOperation(
      OPERATION_ID,
      {
        command,
        siteId: SITE_ID,
        requestedBy: 'somebody',
        reason: null,
        requestId: null,
      } as Parameters<typeof newOperation>[1],
      {
        provider: 'srm',
        target: { type: 'PROTECTION_GROUP', id: null, name: '' },
        lockedGroupIds: groupIds,
        now: new Date(0).toISOString(),
      },
    );
    const calls = preparation.calls.map((call): SubmittedCall => ({
      call,
      state: 'PENDING',
      attempt: null,
      ref: null,
      adopted: false,
    }));
    // As the record comes back from the store.
    const kept = JSON.parse(JSON.stringify({ before: resource, baseline, calls })) as Partial<Operation>;
    return { operation: { ...record, ...kept }, preparation };
  }

  /** Sends every call, and stops at the first that is not taken. */
  async send({ operation }: Underway): Promise<ProviderError | null> {
    for (const submitted of operation.calls) {
      try {
        submitted.ref = await this.driver.start(submitted.call, openGate, patiently);
        submitted.state = 'ACCEPTED';
      } catch (error) {
        if (error instanceof ProviderError) return error;
        throw error;
      }
    }
    return null;
  }

  /** Asked of another process than the one that sent. */
  findStarted({ operation }: Underway, index = 0): Promise<Finding> {
    const call = operation.calls[index]?.call;
    if (!call) throw new Error('there is no call');
    const { command, baseline } = operation;
    const sentTime = new Date(this.site.running.simulator.clock.now()).toISOString();
    const sent = { operationId: OPERATION_ID, command, call, baseline, sentTime };
    return this.newDriver().findStarted(sent, patiently);
  }

  adopt({ operation }: Underway, finding: Finding, index = 0): void {
    const submitted = operation.calls[index];
    if (finding.verdict !== 'STARTED' || !submitted) throw new Error(finding.evidence);
    Object.assign(submitted, { ref: finding.ref, state: 'ACCEPTED', adopted: true });
  }

  async look({ operation }: Underway): Promise<Observation | null> {
    const { command, baseline, calls } = operation;
    const watched = { operationId: OPERATION_ID, command, baseline, calls };
    const [seen] = await this.driver.observe([watched], patiently);
    return seen ?? null;
  }

  /** Looks, and lets time pass, until the judge has a verdict. */
  async end(underway: Underway): Promise<Ended> {
    const row = this.driver.descriptor.lifecycle.actions[underway.operation.action];
    if (!row) throw new Error(`there is no ${underway.operation.action}`);
    let last: unknown = null;
    for (let looks = 0; looks < 20; looks += 1) {
      const seen = await this.look(underway);
      const judgement = seen ? judge(underway.operation, row, seen) : null;
      if (seen) last = { judgement, seen };
      if (seen && judgement?.kind === 'VERDICT') return { verdict: judgement, seen };
      this.advance(WORK_MS / 2);
    }
    throw new Error(`no verdict: ${JSON.stringify(last)}`);
  }

  async carryOut(command: ActionCommand): Promise<Ended> {
    const underway = await this.ready(command);
    const trouble = await this.send(underway);
    if (trouble) throw trouble;
    return this.end(underway);
  }

  /** The next change is cut off, before or after it was carried out. */
  async sendIntoSilence(underway: Underway, when: 'BEFORE' | 'AFTER'): Promise<void> {
    this.site.grip().trouble({ on: 'CHANGE', accident: 'RESET', when, times: 1 });
    const trouble = await this.send(underway);
    expect(trouble).toMatchObject({ delivery: 'AMBIGUOUS' });
    this.site.grip().calm();
  }
}

function named<T extends { name: string }>(list: readonly T[], name: string): T {
  const item = list.find((each) => each.name === name);
  if (!item) throw new Error(`there is no ${name}`);
  return item;
}
