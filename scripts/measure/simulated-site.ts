import type { TrafficView } from '../../simulators/engine/traffic.js';

export type SiteKind = 'sdrs' | 'srm';

export interface NamedFault {
  preset: string;
  ms?: number;
  times?: number;
  path?: string;
}

interface RunningJob {
  job_id: string;
  end_time: number | null;
  server_group_id: string;
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

  /** Upstream ids of the work that goes on, by the name of the plan that is being failed over. */
  async running(): Promise<Map<string, string>> {
    if (this.kind === 'srm') {
      const { plans } = await this.control<{ plans: { name: string; run: { taskId: string } | null }[] }>(
        'GET',
        '/state',
      );
      return new Map(plans.flatMap(({ name, run }) => (run ? [[name, run.taskId] as const] : [])));
    }
    const { jobs, groups } = await this.control<{
      jobs: RunningJob[];
      groups: { id: string; name: string }[];
    }>('GET', '/state');
    const names = new Map(groups.map(({ id, name }) => [id, name]));
    return new Map(
      jobs
        .filter((job) => job.end_time === null)
        .map((job) => [names.get(job.server_group_id) ?? '', job.job_id] as const),
    );
  }

  /** The work ends well, now. */
  async finish(planName: string, jobId: string): Promise<void> {
    if (this.kind === 'srm') await this.control('POST', `/plans/${planName}/finish`);
    else await this.control('POST', `/jobs/${jobId}/finish`, {});
  }
}
