import type { UpstreamCall, UpstreamRef } from '../../../../src/domain/action-command.js';
import type {
  UpstreamHttp,
  UpstreamRequest,
  UpstreamResponse,
} from '../../../../src/platform/http/upstream-http.js';
import type { SendGate } from '../../../../src/providers/provider-driver.js';
import { readUpstream, submitUpstream } from '../../../../src/providers/upstream-exchange.js';
import { badAnswer, tidewaterError, vendorWords } from './tidewater.errors.js';
import {
  fieldsOf,
  groupIn,
  jobIn,
  type WireAllowance,
  type WireGroup,
  type WireJob,
} from './tidewater.wire.js';

const MOST_PAGES = 100;

/** The service over HTTP, in the vendor's words: its reads, and the one request that changes something. */
export class TidewaterClient {
  private readonly headers: Readonly<Record<string, string>>;

  constructor(
    private readonly http: UpstreamHttp,
    token: string,
  ) {
    this.headers = { authorization: `Tide ${token}` };
  }

  async version(signal: AbortSignal): Promise<string> {
    const { version } = await this.read('/service', signal, (json) => {
      const fields = fieldsOf(json);
      return typeof fields?.version === 'string' ? { version: fields.version } : null;
    });
    return version;
  }

  allowance(signal: AbortSignal): Promise<WireAllowance> {
    return this.read('/allowance', signal, (json) => {
      const groups = fieldsOf(fieldsOf(json)?.groups);
      const whole = typeof groups?.used === 'number' && typeof groups.most === 'number';
      return whole ? (groups as unknown as WireAllowance) : null;
    });
  }

  async group(id: string, signal: AbortSignal): Promise<WireGroup> {
    return this.read(`/groups/${encodeURIComponent(id)}`, signal, (json) => {
      const group = groupIn(fieldsOf(json)?.group);
      return group?.id === id ? group : null;
    });
  }

  /** Page by page, oldest first, so that nothing slips between two pages. */
  async groups(signal: AbortSignal): Promise<WireGroup[]> {
    const found: WireGroup[] = [];
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const last = found.at(-1);
      const query = { after: last?.id };
      const page = await this.read(
        '/groups',
        signal,
        (json) => {
          const groups = listIn(fieldsOf(json)?.groups, groupIn);
          return groups && { groups, more: fieldsOf(json)?.more === true };
        },
        query,
      );
      found.push(...page.groups);
      if (!page.more) return found;
    }
    throw badAnswer({ status: 200, headers: {}, text: '', json: null }, 'its groups have no end');
  }

  jobs(signal: AbortSignal): Promise<WireJob[]> {
    return this.read('/jobs', signal, (json) => listIn(fieldsOf(json)?.jobs, jobIn));
  }

  submit(call: UpstreamCall, gate: SendGate, timeoutMs: number): Promise<UpstreamRef> {
    return submitUpstream(this.http, call, gate, {
      headers: this.headers,
      timeoutMs,
      accepted: (response) => acceptance(call, response),
      refusal: (response) => (vendorWords(response) ? tidewaterError(response) : null),
      words: (response) => tidewaterError(response).upstream,
    });
  }

  close(): Promise<void> {
    return this.http.close();
  }

  private async read<T>(
    path: string,
    signal: AbortSignal,
    use: (json: unknown) => T | null,
    query: UpstreamRequest['query'] = {},
  ): Promise<T> {
    const { headers } = this;
    const response = await readUpstream(this.http, { method: 'GET', path, query, headers, signal });
    if (response.status !== 200 || vendorWords(response)) throw tidewaterError(response);
    const used = use(response.json);
    if (used === null) throw badAnswer(response, `${path} is not what the document promises`);
    return used;
  }
}

/** A rename is answered with the group, everything else with a job (section 4). */
function acceptance(call: UpstreamCall, { status, json }: UpstreamResponse): UpstreamRef | null {
  const answer = fieldsOf(json);
  if (call.method === 'PATCH') return status === 200 && groupIn(answer?.group) ? { jobIds: [] } : null;
  const job = status === 202 ? jobIn(answer?.job) : null;
  return job && { jobIds: [job.id] };
}

/** null = no list, or one with scraps in it. */
function listIn<T>(json: unknown, itemIn: (item: unknown) => T | null): T[] | null {
  if (!Array.isArray(json)) return null;
  const items = json.map(itemIn);
  return items.every((item) => item !== null) ? items : null;
}
