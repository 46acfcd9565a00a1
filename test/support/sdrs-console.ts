import type { SimulatedUpstream } from './simulators.js';
import { eventually } from './eventually.js';

const PROJECT = '0123456789abcdef0123456789abcdef';

interface Named {
  id: string;
  name: string;
}

/** What a cloud user does beside the gateway, by the upstream's own API. */
export class SdrsConsole {
  constructor(private readonly upstream: SimulatedUpstream) {}

  /** Protects a free server, with a pair for each of its disks, and waits for the end. */
  async protectServer(groupId: string, serverName: string): Promise<void> {
    const { servers } = (await this.upstream.control('GET', '/servers')) as { servers: Named[] };
    const server = servers.find(({ name }) => name === serverName);
    await this.call('POST', '/protected-instances', {
      protected_instance: { server_group_id: groupId, server_id: server?.id, name: serverName },
    });
    await eventually('the instance is protected', async () => {
      const { instances } = await this.upstream.state<{ instances: { name: string; status: string }[] }>();
      return instances.some(({ name, status }) => name === serverName && status === 'available') || null;
    });
  }

  /** Deletes all instances of a group, their pairs with them. */
  async emptyGroup(groupId: string): Promise<void> {
    const path = `/protected-instances?server_group_id=${groupId}`;
    const { protected_instances: instances } = (await this.call('GET', path)) as {
      protected_instances: Named[];
    };
    for (const { id } of instances)
      await this.call('DELETE', `/protected-instances/${id}`, {
        protected_instance: { delete_target_server: true, delete_target_eip: true },
      });
    await eventually('the group is empty', async () => {
      const { pairs, instances: left } =
        await this.upstream.state<Record<'pairs' | 'instances', { server_group_id: string }[]>>();
      return ![...pairs, ...left].some(({ server_group_id: id }) => id === groupId) || null;
    });
  }

  async groupStatus(groupId: string): Promise<Record<string, unknown>> {
    const { server_group: group } = (await this.call('GET', `/server-groups/${groupId}`)) as {
      server_group: Record<string, unknown>;
    };
    return group;
  }

  private async call(method: string, path: string, body?: object): Promise<unknown> {
    const { status, content } = await this.send(method, `/v1/${PROJECT}${path}`, await this.token(), body);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${content}`);
    return content === '' ? null : (JSON.parse(content) as unknown);
  }

  private async token(): Promise<string> {
    const user = { name: 'demo', password: 'demo-password', domain: { name: 'demo' } };
    const identity = { methods: ['password'], password: { user } };
    const { token } = await this.send('POST', '/v3/auth/tokens', '', {
      auth: { identity, scope: { project: { id: PROJECT } } },
    });
    return token;
  }

  private async send(method: string, path: string, token: string, body?: object) {
    const answer = await fetch(`http://127.0.0.1:${this.upstream.port}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-auth-token': token },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return {
      status: answer.status,
      token: answer.headers.get('x-subject-token') ?? '',
      content: await answer.text(),
    };
  }
}
