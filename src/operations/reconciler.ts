import type { Operation } from '../domain/operation.js';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { OperationStore } from './operation-store.js';
import type { OperationSettings } from './settings.js';

/**
 * Learns by observation what became of ambiguous sends. It only reads. Evidence adopts the operation; the
 * absence of evidence proves nothing until the quarantine is over, and then a person is asked. Nothing here
 * leads back to a second send.
 */
export class Reconciler {
  /** When each UNKNOWN operation was last looked at here. */
  private readonly looks = new Map<string, number>();

  constructor(
    private readonly store: OperationStore,
    private readonly clock: Clock,
    private readonly settings: OperationSettings,
    private readonly log: Log,
  ) {}

  async reconcile(open: readonly Operation[], provider: Provider): Promise<void> {
    for (const operation of open) {
      if (!this.isDue(operation)) continue;
      try {
        await this.one(operation, provider);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        // A site that cannot be read gives no evidence, neither for nor against.
        this.log.warn({ operationId: operation.id, kind: error.kind }, `no evidence yet: ${error.message}`);
      }
    }
  }

  /** An UNKNOWN operation waits for a person: evidence is looked for, but it must not eat the site's budget. */
  private isDue({ id, state }: Operation): boolean {
    if (state === 'RECONCILING') return true;
    if (state !== 'UNKNOWN') {
      this.looks.delete(id);
      return false;
    }
    const now = this.clock.monotonic();
    if (now - (this.looks.get(id) ?? -Infinity) < this.settings.unknownIntervalMs) return false;
    this.looks.set(id, now);
    return true;
  }

  private async one(operation: Operation, provider: Provider): Promise<void> {
    const callIndex = operation.calls.findIndex((call) => call.state === 'AMBIGUOUS');
    const sent = operation.calls[callIndex];
    if (!sent) return;
    const intentTime = sent.attempt?.intentTime ?? operation.updatedTime;
    const finding = await provider.findStarted({
      operationId: operation.id,
      command: operation.command,
      call: sent.call,
      baseline: operation.baseline,
      sentTime: intentTime,
    });
    this.log.info({ operationId: operation.id, verdict: finding.verdict }, finding.evidence);
    if (finding.verdict === 'STARTED') {
      const { ref, evidence } = finding;
      await this.store.transition(operation.id, { kind: 'ADOPTED', callIndex, ref, evidence });
      return;
    }
    const quarantineOver = this.clock.now() - Date.parse(intentTime) >= this.settings.quarantineMs;
    if (quarantineOver) {
      await this.store.transition(operation.id, { kind: 'UNDECIDED', evidence: finding.evidence });
    }
  }
}
