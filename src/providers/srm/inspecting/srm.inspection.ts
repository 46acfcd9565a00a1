import { publicId } from '../../../domain/ids.js';
import type { Concern, FindingTarget } from '../../../domain/site-finding.js';
import { isoTime } from '../../../platform/clock.js';
import type { FurtherReads } from '../../further-reads.js';
import { ProviderError } from '../../provider-error.js';
import { promptOf } from '../reading/srm.mapper.js';
import type { SrmInventory } from '../reading/srm.inventory.js';
import { mustTell, mustTellAll } from '../reading/srm.wholeness.js';
import type { SrmClient } from '../wire/srm.client.js';
import { textOf, type WireGroup, type WirePlan } from '../wire/srm.wire.js';
import { issueConcern } from './srm.issue-concerns.js';
import { leftoverConcerns, machineConcerns, saysProtected } from './srm.machine-concerns.js';
import { PartsInTurn } from './srm.parts-in-turn.js';
import { serverConcerns } from './srm.server-concerns.js';

/** What of single groups and plans is read in one inspection: with the pairing and its issues, eight requests. */
const SINGLE_READS = 4;
const PROMPTS_READ = 1;
const LEFTOVERS_READ = 1;

/** Which of the concerns each part of an inspection tells. */
const PARTS = {
  servers: ({ type, detailKey }: Concern) =>
    type === 'CERTIFICATE_EXPIRING' || type === 'SITE_UNREACHABLE' || detailKey.startsWith('state/'),
  issues: ({ type, detailKey }: Concern) => type === 'UPSTREAM_ISSUE' && !detailKey.startsWith('state/'),
  prompts: ({ type }: Concern) => type === 'PROMPT_WAITING',
  leftovers: ({ type }: Concern) => type === 'DRILL_LEFTOVERS',
  machines: ({ type }: Concern) => type === 'NOT_REALLY_PROTECTED' || type === 'REPLICATION_LAG',
} as const;
type Part = keyof typeof PARTS;

/**
 * What only SRM can tell to be wrong. Servers, certificates and issues are looked at in every inspection; of prompts,
 * tests' leftovers and the machines of groups a few, in turn. What was not looked at stands as it was told last, with
 * the time at which it was seen.
 */
export class SrmInspection {
  private readonly prompts: PartsInTurn;
  private readonly groups: PartsInTurn;
  private readonly plans: PartsInTurn;
  private readonly site: FindingTarget;

  constructor(
    private readonly siteId: string,
    private readonly client: SrmClient,
    private readonly inventory: SrmInventory,
    private readonly siteIssues: FurtherReads['siteIssues'],
  ) {
    this.site = { type: 'SITE', id: siteId, name: siteId };
    this.prompts = new PartsInTurn(siteId, client.clock);
    this.groups = new PartsInTurn(siteId, client.clock);
    this.plans = new PartsInTurn(siteId, client.clock);
  }

  /** @param told by the last inspection, by whichever process */
  async inspect(told: readonly Concern[], signal: AbortSignal): Promise<Concern[]> {
    const concerns: Concern[] = [];
    const troubles: ProviderError[] = [];
    let looked = 0;
    const part = async (
      name: Part,
      look: (before: readonly Concern[]) => Promise<Concern[]>,
    ): Promise<void> => {
      const before = told.filter(PARTS[name]);
      try {
        concerns.push(...(await look(before)));
        looked += 1;
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        troubles.push(error);
        concerns.push(...before);
      }
    };
    await part('servers', () => this.servers(signal));
    await part('issues', () => this.issues(signal));
    // Asked for once, by the first who wants them.
    const lists = once(() => this.inventory.lately(signal));
    let places = SINGLE_READS;
    await part('prompts', async (before) => {
      const waiting = (await lists()).plans.items.filter(({ status }) => status === 'WAITING_FOR_USER_INPUT');
      places -= Math.min(PROMPTS_READ, waiting.length);
      return this.prompts.look(waiting, { places: PROMPTS_READ, before }, (plan) =>
        this.promptsOf(plan, signal),
      );
    });
    await part('leftovers', async (before) => {
      const ready = (await lists()).plans.items.filter(({ status }) => status === 'READY_STATE');
      places -= Math.min(LEFTOVERS_READ, ready.length);
      const wish = { first: this.inventory.cleanedUp(), places: LEFTOVERS_READ, before };
      return this.plans.look(ready, wish, (plan) => this.leftoversOf(plan, signal));
    });
    await part('machines', async (before) => {
      const groups = (await lists()).groups.items.filter(saysProtected);
      const wish = { first: this.inventory.touched.ids, places, before };
      return this.groups.look(groups, wish, (group) => this.machinesOf(group, signal));
    });
    if (troubles[0] !== undefined && looked === 0) throw troubles[0];
    return concerns;
  }

  private async servers(signal: AbortSignal): Promise<Concern[]> {
    const { session } = this.client;
    // First: without the far login, the far servers' certificates are not told (1.5, P).
    const { farTrouble } = await session.asFarAsPossible(await this.client.pairedSites(signal), signal);
    const pairing = await this.client.pairing(signal);
    const concerns = serverConcerns(pairing, this.site, this.client.clock.now());
    const isFarDown = concerns.some(({ type }) => type === 'SITE_UNREACHABLE');
    if (farTrouble !== null && !isFarDown) concerns.push(farLoginConcern(farTrouble, this.site));
    return this.seen(concerns);
  }

  private async issues(signal: AbortSignal): Promise<Concern[]> {
    const issues = await this.siteIssues({}, { signal });
    return this.seen(issues.map((issue) => issueConcern(issue, this.site)));
  }

  private async promptsOf(plan: WirePlan, signal: AbortSignal): Promise<Concern[]> {
    const prompts = await this.client.prompts(plan.id, signal);
    mustTellAll(prompts, 'prompt_text');
    const name = textOf(plan.name) ?? plan.id;
    const concerns = prompts.items.map(promptOf).map(({ id, text, raisedTime }): Concern => ({
      type: 'PROMPT_WAITING',
      severity: 'WARNING',
      target: { type: 'RECOVERY_PLAN', id: publicId(this.siteId, plan.id), name },
      detailKey: id,
      text: `The run of plan ${name} waits for a person: ${text}`,
      remedy: 'Answer the prompt, or cancel the run.',
      sinceTime: raisedTime,
    }));
    return this.seen(concerns);
  }

  private async leftoversOf(plan: WirePlan, signal: AbortSignal): Promise<Concern[]> {
    const vms = await this.client.vmsOfPlan(plan.id, signal);
    mustTell(vms);
    this.inventory.noteLooked(plan.id);
    return this.seen(leftoverConcerns(this.siteId, plan, vms.items));
  }

  private async machinesOf(group: WireGroup, signal: AbortSignal): Promise<Concern[]> {
    const vms = await this.client.vmsOfGroup(group.id, signal);
    mustTell(vms);
    this.inventory.touched.noteLooked(group.id);
    return this.seen(machineConcerns(this.siteId, group, vms.items));
  }

  private seen(concerns: readonly Concern[]): Concern[] {
    const seenTime = isoTime(this.client.clock.now());
    return concerns.map((concern) => ({ ...concern, seenTime }));
  }
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  return () => (asked ??= read());
}

function farLoginConcern({ message }: ProviderError, site: FindingTarget): Concern {
  return {
    type: 'SITE_UNREACHABLE',
    severity: 'WARNING',
    target: site,
    detailKey: 'far-login',
    text: `Reads work, but most actions do not: the login at the other site fails. ${message}`,
    remedy: 'See that the other site answers, and that "auth.remoteUserName" and its password are right.',
    sinceTime: null,
  };
}
