import type { WireGroup } from '../wire/srm.wire.js';

/** Groups on which something changed since somebody looked at their machines. Known to this process only. */
export class TouchedGroups {
  private readonly touched = new Set<string>();
  private said: ReadonlyMap<string, string> | null = null;
  private ended: ReadonlySet<string> = new Set();

  get ids(): ReadonlySet<string> {
    return this.touched;
  }

  /** @param groups the whole list; what the first one shows is nothing new */
  compare(groups: readonly WireGroup[]): void {
    const before = this.said;
    this.said = new Map(groups.map((group) => [group.id, saidBy(group)]));
    for (const [id, said] of this.said) if (before !== null && before.get(id) !== said) this.touched.add(id);
    for (const id of this.touched) if (!this.said.has(id)) this.touched.delete(id);
  }

  /** @param operations all that are seen to be over, and what each was about; each counts once */
  noteEnded(operations: ReadonlyMap<string, string>): void {
    for (const [operationId, groupId] of operations)
      if (!this.ended.has(operationId)) this.touched.add(groupId);
    this.ended = new Set(operations.keys());
  }

  noteLooked(groupId: string): void {
    this.touched.delete(groupId);
  }
}

function saidBy({ status, recovery_status: recovery, total_vms: machines }: WireGroup): string {
  return JSON.stringify([status, recovery, machines]);
}
