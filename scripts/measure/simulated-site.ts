import type { TrafficView } from '../../simulators/engine/traffic.js';

export type SiteKind = 'sdrs' | 'srm';

export interface NamedFault {
  preset: string;
  ms?: number;
  times?: number;
  path?: string;
}

/** One simulated site, by its control API. */
export class SimulatedSite {
  constructor(
    readonly kind: SiteKind,
    readonly port: number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async control<T = unknown>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.url}/_sim${path}`, {
      method,
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /_sim${path} answered ${response.status}: ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  /** So many groups or plans in all, with settings that make them large, slow or strict. */
  async reset(more: number, settings: object): Promise<void> {
    const size = this.kind === 'sdrs' ? { moreGroups: more } : { morePlans: more };
    await this.control('POST', '/reset', { settings: { ...size, ...settings } });
  }

  settings(change: object): Promise<unknown> {
    return this.control('PATCH', '/settings', change);
  }

  fault(fault: NamedFault): Promise<unknown> {
    return this.control('POST', '/faults', fault);
  }

  calm(): Promise<unknown> {
    return this.control('DELETE', '/faults');
  }

  forgetTraffic(): Promise<unknown> {
    return this.control('DELETE', '/journal');
  }

  traffic(): Promise<TrafficView> {
    return this.control('GET', '/traffic');
  }

  /** What is failed over, by the name of its plan here, and its upstream id. */
  async subjects(): Promise<Map<string, string>> {
    const { plans, groups } = await this.control<Record<'plans' | 'groups', { id: string; name: string }[]>>(
      'GET',
      '/state',
    );
    return new Map((this.kind === 'srm' ? plans : groups).map(({ id, name }) => [name, id]));
  }

  /** What the site has begun to do since its traffic was forgotten: the job's id, by the upstream id of its subject. */
  async begun(): Promise<Map<string, string>> {
    const { executions } = await this.control<{ executions: { targetId: string; jobId: string }[] }>(
      'GET',
      '/journal?after=999999999',
    );
    return new Map(executions.map(({ targetId, jobId }) => [targetId, jobId]));
  }

  /** The work ends well, now. */
  async finish(planName: string, jobId: string): Promise<void> {
    if (this.kind === 'srm') await this.control('POST', `/plans/${planName}/finish`);
    else await this.control('POST', `/jobs/${jobId}/finish`, {});
  }
}
