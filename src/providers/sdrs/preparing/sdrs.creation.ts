import type { CreationOptions } from '../../provider-driver.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { textOf } from '../wire/sdrs.fields.js';
import type { WireDomain } from '../wire/sdrs.wire.js';

/** Either of a domain's two zones may be a group's production (section 3.2). */
export function zonesOf(domain: WireDomain): string[] {
  return [domain.local_replication_cluster, domain.remote_replication_cluster].flatMap(
    (cluster) => textOf(cluster?.availability_zone) ?? [],
  );
}

/** The service does not list networks: those that groups use already are what it can offer. */
export async function readCreationOptions(client: SdrsClient, signal: AbortSignal): Promise<CreationOptions> {
  const domains = await client.listDomains(signal);
  const groups = await client.listGroups(signal);
  const vpcs = new Set(groups.flatMap((group) => textOf(group.source_vpc_id) ?? []));
  return {
    domains: domains.map((domain) => ({
      id: textOf(domain.id),
      name: textOf(domain.name),
      description: textOf(domain.description),
      availabilityZones: zonesOf(domain),
      soldOut: domain.sold_out === true,
    })),
    sourceVpcIds: [...vpcs].sort(),
    drTypes: ['migration'],
  };
}
