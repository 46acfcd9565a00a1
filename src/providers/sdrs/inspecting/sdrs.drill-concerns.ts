import { publicId } from '../../../domain/ids.js';
import type { Concern } from '../../../domain/site-finding.js';
import { listOf, textOf } from '../wire/sdrs.fields.js';
import type { WireDrill, WireGroup } from '../wire/sdrs.wire.js';

/** A removal that failed leaves what a removal takes along: servers, their disks and interfaces (section 3.6). */
export function drillConcerns(
  siteId: string,
  groups: ReadonlyMap<string, WireGroup>,
  drills: readonly WireDrill[],
): Concern[] {
  return drills
    .filter((drill) => drill.status === 'error-deleting')
    .flatMap((drill): Concern[] => {
      const groupId = textOf(drill.server_group_id) ?? '';
      if (!groups.has(groupId)) return [];
      const name = textOf(drill.name) ?? drill.id;
      const servers = listOf(drill.drill_servers).flatMap(({ drill_server_id: id }) => textOf(id) ?? []);
      const left =
        servers.length === 0 ? 'some of its servers' : `some of its servers (${servers.join(', ')})`;
      return [
        {
          type: 'DRILL_LEFTOVERS',
          severity: 'WARNING',
          target: {
            type: 'DRILL',
            id: publicId(siteId, drill.id),
            name,
            within: { type: 'RECOVERY_PLAN', id: publicId(siteId, groupId) },
          },
          detailKey: '',
          text: `Removing the drill ${name} failed: ${left}, with their disks and interfaces, may still be there.`,
          remedy: 'Clean the drill up again; if that fails too, remove its servers and its network by hand.',
          sinceTime: null,
        },
      ];
    });
}
