import type { FurtherReads } from '../../further-reads.js';
import type { SrmClient } from '../wire/srm.client.js';
import type { SrmHome } from './srm.home.js';
import { instanceOf } from './srm.mapper.js';
import type { WireIssue, WireProtectionSettings } from '../wire/srm.parts-wire.js';
import { groupPath, vmPath } from '../wire/srm.paths.js';
import { protectionSettingsOf } from './srm.settings-mapper.js';
import { issueOf } from './srm.site-mapper.js';
import { mustBeWhole, mustHave, mustTellAll } from './srm.wholeness.js';
import { gapsOf } from '../wire/srm.wire.js';

export type GroupReads = Pick<FurtherReads, 'protectedInstance' | 'protectionSettings' | 'groupIssues'>;

export interface ReadingParts {
  siteId: string;
  client: SrmClient;
  home: SrmHome;
}

/** What a group and its machines tell beyond the lists (2, rows 18, 23 and 26). */
export function groupReads({ siteId, client, home }: ReadingParts): GroupReads {
  return {
    async protectedInstance({ groupId, instanceId }, { signal }) {
      const [group, vm] = await Promise.all([
        client.group(groupId, signal),
        client.vmOfGroup(groupId, instanceId, signal),
      ]);
      const homes = await home.of([group]);
      return instanceOf(vm, group, { siteId, home: homes.get(group.id) ?? null, gaps: gapsOf(vm._meta) });
    },

    async protectionSettings({ groupId, instanceId }, { signal }) {
      const path = vmPath(groupId, instanceId, '/protection-settings');
      const wire = await client.one<WireProtectionSettings>(path, signal, { remote: true });
      mustBeWhole(wire);
      mustHave(wire, 'folder', 'resource_pool', 'host', 'networks', 'devices');
      return protectionSettingsOf(wire, { siteId, instanceId });
    },

    async groupIssues({ groupId }, { signal }) {
      const issues = await client.list<WireIssue>(groupPath(groupId, '/issues'), signal, {}, null);
      mustTellAll(issues);
      return issues.items.map((wire) => issueOf(wire, siteId));
    },
  };
}
