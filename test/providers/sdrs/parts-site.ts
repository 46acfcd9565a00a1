import {
  sdrsSimulator,
  type SdrsSettings as SimulatorSettings,
  type SdrsState,
} from '../../../simulators/sdrs/sdrs.simulator.js';
import type { ActionCommand, UpstreamCall, UpstreamRef } from '../../../src/domain/action-command.js';
import { judgeAction } from '../../../src/domain/allowed-actions.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import type { Operation } from '../../../src/domain/operation.js';
import { judge, type Judgement } from '../../../src/domain/verdict.js';
import { isoTime } from '../../../src/platform/clock.js';
import type { Preparation, ProviderDriver, SentCall } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { sdrs } from '../../../src/providers/sdrs/sdrs.factory.js';
import { sdrsPartStages } from '../../conformance/provider/harnesses/sdrs-parts.js';
import { SimulatorShelf, type SimulatedSite } from '../../conformance/provider/harnesses/simulated-site.js';
import { Workbench } from '../../conformance/provider/harnesses/workbench.js';
import { operation } from '../../unit/support/operation.js';
import { openGate, patiently } from './scripted-upstream.js';

/** Longer than any job of the simulator, a drill's included. */
const LONGEST_WORK_MS = 20 * 60_000;

const shelf = new SimulatorShelf<SdrsState, SimulatorSettings>(sdrsSimulator, {
  credentials: /\/v3\/auth\/tokens/,
  isLogIn: () => false,
  throttledBody: null,
});

export const closePartsSites = (): Promise<void> => shelf.close();

/** A prepared action on a part, and what has become of it so far. */
export interface Deed {
  command: ActionCommand;
  preparation: Preparation;
  call: UpstreamCall;
}

/** The simulated first world, and one driver's way through it, step by step, with nothing real in between. */
export class PartsSite {
  private constructor(
    readonly site: SimulatedSite<SdrsState, SimulatorSettings>,
    private readonly bench: Workbench,
    readonly driver: ProviderDriver,
  ) {}

  static async open(): Promise<PartsSite> {
    const site = await shelf.take();
    const bench = new Workbench('otc', () => site.running.simulator.clock.now());
    const driver = bench.driver({}, (context) => sdrs.create(settingsFor(site.running.url), context));
    return new PartsSite(site, bench, driver);
  }

  get state(): SdrsState {
    return this.site.state;
  }

  /** Puts there what the action needs, and names it. */
  async stage(action: DrAction, more: Partial<ActionCommand> = {}): Promise<ActionCommand> {
    const stage = sdrsPartStages(this.site)[action];
    if (!stage) throw new RangeError(`nothing is set up for ${action}`);
    await stage.before?.(this.driver);
    const { targetId: targetNativeId, partId: partNativeId, input } = stage;
    const rest = { direction: null, options: {}, group: null, changes: null };
    return { action, targetNativeId, partNativeId, input, ...rest, ...more };
  }

  async prepare(command: ActionCommand): Promise<Deed> {
    const preparation = await this.driver.prepare(command, 'operation-1', patiently);
    const [call] = preparation.calls;
    if (!call || preparation.calls.length > 1) throw new Error('one call was expected');
    return { command, preparation, call };
  }

  /** Why the gateway would refuse it. */
  blocking({ command, preparation }: Deed): string[] {
    const { resource, blockers, companions } = preparation;
    const wish = { blockers, ...(companions ? { companions } : {}) };
    const { lifecycle } = this.driver.descriptor;
    return judgeAction(lifecycle, command.action, resource, wish).blocking.map(({ code }) => code);
  }

  start({ call }: Deed): Promise<UpstreamRef> {
    return this.driver.start(call, openGate, patiently);
  }

  /** Sends it over a wire that breaks, before or after the upstream took it. */
  async lose(deed: Deed, when: 'BEFORE' | 'AFTER'): Promise<void> {
    const { trouble, calm } = this.site.grip();
    trouble({ on: 'CHANGE', accident: 'RESET', when, times: 1 });
    const error: unknown = await this.start(deed).catch((reason: unknown) => reason);
    calm();
    if (!(error instanceof ProviderError) || error.delivery !== 'AMBIGUOUS') {
      throw new Error(`an ambiguous end was expected, not ${String(error)}`);
    }
  }

  find(deed: Deed) {
    return this.driver.findStarted(this.sent(deed), patiently);
  }

  work(): void {
    this.site.grip().advance(LONGEST_WORK_MS);
  }

  /** What an observation now makes of it. `adopted` = the reference was concluded from evidence. */
  async judge(deed: Deed, ref: UpstreamRef, adopted = false): Promise<Judgement> {
    const { command, preparation, call } = deed;
    const watched = { operationId: 'o1', command, baseline: preparation.baseline, calls: [{ call, ref }] };
    const [seen] = await this.driver.observe([watched], patiently);
    const row = this.driver.descriptor.lifecycle.actions[command.action];
    if (!seen || !row) throw new Error('it could not be looked at');
    return judge(recordOf(deed, ref, adopted), row, seen);
  }

  async observe(deed: Deed, ref: UpstreamRef) {
    const { command, preparation, call } = deed;
    const watched = { operationId: 'o1', command, baseline: preparation.baseline, calls: [{ call, ref }] };
    const [seen] = await this.driver.observe([watched], patiently);
    return seen;
  }

  async put(kind: 'groups' | 'instances' | 'pairs', id: string, fields: object): Promise<void> {
    await this.site.control('PATCH', `/${kind}/${id}`, fields);
  }

  close(): Promise<void> {
    return this.bench.close();
  }

  private sent({ command, preparation, call }: Deed): SentCall {
    const sentTime = isoTime(this.site.running.simulator.clock.now());
    return { operationId: 'operation-1', command, call, baseline: preparation.baseline, sentTime };
  }
}

function recordOf({ command, preparation, call }: Deed, ref: UpstreamRef, adopted: boolean): Operation {
  return operation({
    state: 'RUNNING',
    action: command.action,
    direction: null,
    command,
    before: preparation.resource,
    calls: [{ call, ref, state: 'ACCEPTED', attempt: null, adopted }],
  });
}

function settingsFor(url: string): Parameters<typeof sdrs.create>[0] {
  const [account] = sdrsSimulator.defaultSettings.accounts;
  return {
    endpoint: url,
    projectId: account?.projects[0]?.id ?? '',
    auth: {
      type: 'password',
      iamEndpoint: `${url}/v3`,
      domainName: account?.domain ?? '',
      userName: account?.user ?? '',
      password: account?.password ?? '',
    },
  };
}
