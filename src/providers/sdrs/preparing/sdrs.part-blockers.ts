import { listOf, textOf } from '../wire/sdrs.fields.js';
import { attachedTo, sizeOf } from '../evidence/sdrs.part-effects.js';
import type { Blocker } from '../../provider-driver.js';
import type { WireGroup, WireInstance, WirePair } from '../wire/sdrs.wire.js';

/** What only the service's own facts forbid about the parts of a group; the codes are those it would refuse with. */

/** 1305 */
export function serverTaken(twins: readonly WireInstance[]): Blocker[] {
  return twins.map((twin) => ({
    code: 'server-already-protected',
    text: `The server is in the protected instance ${nameOf(twin)} already.`,
    remedy: 'Choose another server, or remove that instance first.',
  }));
}

/** 1811 */
export function diskTaken(twins: readonly WirePair[]): Blocker[] {
  return twins.map((twin) => ({
    code: 'disk-already-in-pair',
    text: `The disk is in the replication pair ${nameOf(twin)} already.`,
    remedy: 'Use that pair, or delete it first.',
  }));
}

/** 1330, 1338: while production runs at the other zone, the recovery server is the one that works. */
export function recoveryServerAtWork(group: WireGroup): Blocker[] {
  if (group.priority_station !== 'target') return [];
  return [
    {
      code: 'production-is-away',
      text: 'Production runs at the recovery zone, so the server there and its address cannot be deleted.',
      remedy: 'Remove the instance without them, or move production home first.',
    },
  ];
}

/** 1605 for a deletion: an attached pair goes with its instance, or is detached first. */
export function stillAttached(pair: WirePair): Blocker[] {
  if (attachedTo(pair).length === 0) return [];
  return [
    {
      code: 'pair-attached',
      text: `The pair ${nameOf(pair)} is attached to a protected instance.`,
      remedy: 'Detach it first.',
    },
  ];
}

/** 1603, 1605 */
export function attachBlockers(pair: WirePair, instance: WireInstance, device: string): Blocker[] {
  const holders = attachedTo(pair);
  if (holders.includes(instance.id)) {
    return [
      {
        code: 'pair-attached',
        text: `The pair ${nameOf(pair)} is attached to this instance already.`,
        remedy: 'There is nothing to do.',
        alreadyDone: true,
      },
    ];
  }
  if (holders.length > 0 && pair.record_metadata?.multiattach !== true) {
    return [
      {
        code: 'pair-attached',
        text: `The pair ${nameOf(pair)} is attached to another instance, and its disks are not shared ones.`,
        remedy: 'Detach it there first.',
      },
    ];
  }
  const taken = listOf(instance.attachment).find((one) => placeOf(one.device) === placeOf(device));
  if (!taken) return [];
  return [
    {
      code: 'device-taken',
      text: `The instance has a disk at ${taken.device ?? device} already.`,
      remedy: 'Name another device.',
    },
  ];
}

/** 1604 */
export function detachBlockers(pair: WirePair, instance: WireInstance): Blocker[] {
  if (attachedTo(pair).includes(instance.id)) return [];
  return [
    {
      code: 'pair-not-attached',
      text: `The pair ${nameOf(pair)} is not attached to the instance ${nameOf(instance)}.`,
      remedy: 'There is nothing to do.',
      alreadyDone: true,
    },
  ];
}

/** Growth only; and shared disks while nothing uses them (1818). */
export function expandBlockers(pair: WirePair, wanted: number): Blocker[] {
  const size = sizeOf(pair);
  const blockers: Blocker[] = [];
  if (size !== null && wanted <= size) {
    blockers.push({
      code: 'size-not-larger',
      text: `The disks have ${size} GB already; they can only be enlarged.`,
      remedy: `Ask for more than ${size} GB.`,
    });
  }
  if (pair.record_metadata?.multiattach === true && attachedTo(pair).length > 0) {
    blockers.push({
      code: 'shared-disk-in-use',
      text: 'The disks are shared ones and in use; such disks can be enlarged only while nothing uses them.',
      remedy: 'Detach the pair first.',
    });
  }
  return blockers;
}

/** Whether the server is stopped, as a system disk demands (1316), the service does not show. */
export function detachWarnings(pair: WirePair, instance: WireInstance): string[] {
  const device = listOf(pair.attachment).find((one) => one.protected_instance === instance.id)?.device;
  return placeOf(device) === 'a' ? ['It is the system disk: the server must be stopped beforehand.'] : [];
}

/** `/dev/vdb` and `/dev/sdb` are one place (section 3.4). */
function placeOf(device: unknown): string | null {
  return /^\/dev\/(?:s|v|xv)d([a-z]+)$/.exec(textOf(device) ?? '')?.[1] ?? null;
}

function nameOf({ id, name }: { id: string; name?: string | null }): string {
  return textOf(name) ?? id;
}
