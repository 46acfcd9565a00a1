import type { UpstreamCall, UpstreamRef } from '../../../domain/action-command.js';
import type { SendGate } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { refOf } from './srm.acceptance.js';
import type { SrmClient } from './srm.client.js';
import { srmDescriptor } from '../srm.descriptor.js';
import { farNeedOf } from '../access/srm.far-need.js';
import { failsForSilence } from '../access/srm.far-site.js';
import type { PairedSites } from '../access/srm.pairing.js';
import { actionIn, planIdIn, withPairing } from './srm.paths.js';
import { sessionHeader, type LocalSession } from '../access/srm.session.js';
import type { SrmUpstream } from './srm.upstream.js';
import { textOf } from './srm.wire.js';

/** Sends one state-changing request, both logins made beforehand, and says what came of it. */
export class SrmSubmission {
  constructor(
    private readonly upstream: SrmUpstream,
    private readonly client: SrmClient,
  ) {}

  async send(call: UpstreamCall, gate: SendGate, signal: AbortSignal): Promise<UpstreamRef> {
    const { sites, local } = await this.loggedIn(call, signal).catch((error: unknown) => {
      throw error instanceof ProviderError ? error.withDelivery('NOT_SENT') : error;
    });
    try {
      const sent = { ...call, path: withPairing(call.path, sites.pairingId) };
      return await this.upstream.submit(sent, gate, sessionHeader(local), (response) =>
        refOf(call, response),
      );
    } catch (error) {
      if (error instanceof ProviderError && error.delivery === 'REFUSED') {
        throw await this.explained(error, call, sites, local, signal);
      }
      throw error;
    }
  }

  private async loggedIn(
    call: UpstreamCall,
    signal: AbortSignal,
  ): Promise<{ sites: PairedSites; local: LocalSession }> {
    const sites = await this.client.pairedSites(signal);
    const need = farNeedOf(call);
    if (need === 'NONE') return { sites, local: await this.client.session.local(signal) };
    const { local, farTrouble } = await this.client.session.forChange(sites, signal);
    if (farTrouble === null || need === 'WELCOME') return { sites, local };
    if (need === 'UNLESS_SILENT' && (await failsForSilence(farTrouble, this.client, signal))) {
      return { sites, local };
    }
    throw farTrouble;
  }

  /** A refusal may speak of a login that is missing, or, behind a bare 400, of the plan's state (6.2). */
  private async explained(
    refusal: ProviderError,
    call: UpstreamCall,
    sites: PairedSites,
    local: LocalSession,
    signal: AbortSignal,
  ): Promise<ProviderError> {
    const { status } = refusal.upstream;
    if (status === 401 || status === 403) {
      const missing = await this.client.session.findMissing(sites, local, signal);
      if (status === 401) this.client.session.forget(local);
      if (status === 401 || missing === 'LOCAL' || missing === 'REMOTE')
        return missingLogin(refusal, missing);
    }
    if (status === 400 && refusal.kind === 'INVALID_ARGUMENT' && (await this.isWrongState(call, signal))) {
      return new ProviderError('WRONG_STATE', refusal.message, {
        upstream: refusal.upstream,
        delivery: 'REFUSED',
      });
    }
    return refusal;
  }

  private async isWrongState(call: UpstreamCall, signal: AbortSignal): Promise<boolean> {
    const planId = planIdIn(call.path);
    const from = FROM_OF[actionIn(call.path) ?? ''];
    if (planId === null || from === undefined) return false;
    try {
      const word = textOf((await this.client.plan(planId, signal)).status);
      return word !== null && !from.includes(word);
    } catch {
      return false;
    }
  }
}

const { actions } = srmDescriptor.lifecycle;

/** The states from which a plan's action is taken, by the word in its path. */
const FROM_OF: Readonly<Record<string, readonly string[] | undefined>> = {
  test: wordsOf(actions.START_DRILL?.from),
  cleanup: wordsOf(actions.CLEAN_UP_DRILL?.from),
  recovery: wordsOf(actions.FAILOVER?.from),
  reprotect: wordsOf(actions.REPROTECT?.from),
  reconfigure: wordsOf(actions.UPDATE_RECOVERY_PLAN?.from),
};

function wordsOf(from: readonly string[] | 'ANY' | undefined): readonly string[] | undefined {
  return from === 'ANY' ? undefined : from;
}

function missingLogin(refusal: ProviderError, missing: string): ProviderError {
  const which = missing === 'REMOTE' ? 'the login at the far site' : 'the session';
  return new ProviderError(
    'UNAUTHENTICATED',
    `SRM did not begin: ${which} is missing and will be made again.`,
    {
      retry: 'TEMPORARY',
      upstream: refusal.upstream,
      delivery: 'REFUSED',
    },
  );
}
