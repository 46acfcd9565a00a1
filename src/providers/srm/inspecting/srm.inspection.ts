import { publicId } from '../../../domain/ids.js';
import type { Concern, FindingTarget } from '../../../domain/site-finding.js';
import type { FurtherReads } from '../../further-reads.js';
import { ProviderError } from '../../provider-error.js';
import type { SrmInventory } from '../reading/srm.inventory.js';
import { SrmPlanPrompts } from '../reading/srm.plan-prompts.js';
import { mustTell } from '../reading/srm.wholeness.js';
import { DetailReads } from '../watching/srm.detail-reads.js';
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
/** What a part said counts for so long while it cannot be looked at. */
const STANDS_MS = 3_600_000;

type Part = 'servers' | 'issues' | 'prompts' | 'leftovers' | 'machines';

/**
 * What only SRM can tell to be wrong. Servers, certificates and issues are looked at in every inspection; of prompts,
 * tests' leftovers and the machines of groups a few, in turn, the others standing as they were seen last.
 */
export class SrmInspection {
  private readonly prompts: SrmPlanPrompts;
  private readonly details: DetailReads;
  private readonly groups: PartsInTurn;
  private readonly plans: PartsInTurn;
  private readonly last = new Map<Part, { concerns: Concern[]; at: number }>();
  private readonly site: FindingTarget;

  constructor(
    private readonly siteId: string,
    private readonly client: SrmClient,
    private readonly inventory: SrmInventory,
    private readonly siteIssues: FurtherReads['siteIssues'],
  ) {
    this.site = { type: 'SITE', id: siteId, name: siteId };
    this.details = new DetailReads(client.clock);
    this.prompts = new SrmPlanPrompts(client, this.details, PROMPTS_READ);
    this.groups = new PartsInTurn(client.clock);
    this.plans = new PartsInTurn(client.clock);
  }

  async inspect(signal: AbortSignal): Promise<Concern[]> {
    this.details.beginRound();
    const troubles: unknown[] = [];
    const concerns: Concern[] = [];
    let parts = 0;
    const part = async (name: Part, look: () => Promise<Concern[]>): Promise<void> => {
      try {
        const found = await look();
        this.last.set(name, { concerns: found, at: this.client.clock.monotonic() });
        concerns.push(...found);
        parts += 1;
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        troubles.push(error);
        const last = this.last.get(name);
        const stands = last !== undefined && this.client.clock.monotonic() - last.at < STANDS_MS;
        concerns.push(...(stands ? last.concerns : []));
      }
    };
    await part('servers', () => this.servers(signal));
    await part('issues', () => this.issues(signal));
    const lists = await this.inventory.lately(signal).catch((error: unknown) => {
      if (error instanceof ProviderError) return null;
      throw error;
    });
    if (lists !== null) {
      const waiting = lists.plans.items.filter(({ status }) => status === 'WAITING_FOR_USER_INPUT');
      const ready = lists.plans.items.filter(({ status }) => status === 'READY_STATE');
      const reads =
        SINGLE_READS - Math.min(PROMPTS_READ, waiting.length) - Math.min(LEFTOVERS_READ, ready.length);
      await part('prompts', () => this.promptsOf(waiting, signal));
      await part('leftovers', () => this.leftoversOf(ready, signal));
      await part('machines', () => this.machinesOf(lists.groups.items.filter(saysProtected), reads, signal));
    }
    if (troubles.length > 0 && parts === 0) throw troubles[0];
    return concerns;
  }

  private async servers(signal: AbortSignal): Promise<Concern[]> {
    const { session } = this.client;
    // First: without the far login, the far servers' certificates are not told (1.5, P).
    const { farTrouble } = await session.asFarAsPossible(await this.client.pairedSites(signal), signal);
    const pairing = await this.client.pairing(signal);
    const concerns = serverConcerns(pairing, this.site, this.client.clock.now());
    const isFarDown = concerns.some(({ type }) => type === 'SITE_UNREACHABLE');
    return farTrouble === null || isFarDown
      ? concerns
      : [...concerns, farLoginConcern(farTrouble, this.site)];
  }

  private async issues(signal: AbortSignal): Promise<Concern[]> {
    const issues = await this.siteIssues({}, { signal });
    return issues.map((issue) => issueConcern(issue, this.site));
  }

  private async promptsOf(waiting: readonly WirePlan[], signal: AbortSignal): Promise<Concern[]> {
    const ids = waiting.map(({ id }) => id);
    const looks = await this.prompts.of(ids, signal);
    return waiting.flatMap((plan) => {
      const name = textOf(plan.name) ?? plan.id;
      return (looks.get(plan.id)?.prompts ?? []).map(({ id, text, raisedTime }): Concern => ({
        type: 'PROMPT_WAITING',
        severity: 'WARNING',
        target: { type: 'RECOVERY_PLAN', id: publicId(this.siteId, plan.id), name },
        detailKey: id,
        text: `The run of plan ${name} waits for a person: ${text}`,
        remedy: 'Answer the prompt, or cancel the run.',
        sinceTime: raisedTime,
      }));
    });
  }

  private leftoversOf(ready: readonly WirePlan[], signal: AbortSignal): Promise<Concern[]> {
    const first = this.inventory.cleanedUp();
    return this.plans.look(ready, { first, places: LEFTOVERS_READ }, async (plan) => {
      const vms = await this.client.vmsOfPlan(plan.id, signal);
      mustTell(vms);
      this.inventory.noteLooked(plan.id);
      return leftoverConcerns(this.siteId, plan, vms.items);
    });
  }

  private machinesOf(groups: readonly WireGroup[], places: number, signal: AbortSignal): Promise<Concern[]> {
    return this.groups.look(groups, { first: NOBODY, places }, async (group) => {
      const vms = await this.client.vmsOfGroup(group.id, signal);
      mustTell(vms);
      return machineConcerns(this.siteId, group, vms.items);
    });
  }
}

const NOBODY: ReadonlySet<string> = new Set();

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
