import { ProviderError } from '../../provider-error.js';
import { pageOf, type WireList, type WirePage } from './srm.lists.js';
import * as paths from './srm.paths.js';
import { SrmReader } from './srm.reader.js';
import type {
  WireGroup,
  WireGroupVm,
  WirePlan,
  WirePlanVm,
  WirePrompt,
  WireReplicatedVm,
  WireTask,
} from './srm.wire.js';

/** Which finished runs: by their start, milliseconds since the epoch. */
export interface HistoryPage {
  fromMs?: number;
  untilMs?: number;
  offset?: number;
}

/** The documented default (3.1): a task's result does not say whether it was cut to less than was asked for. */
export const HISTORY_PAGE_SIZE = 100;

/** Of one question for tasks, unless more are wanted: one with the reports of a history in it is long. */
const TASKS_A_PAGE = 200;

/** The reads of SRM by name. Knows no domain: wire types come out. */
export class SrmClient extends SrmReader {
  /** Throws when the appliance does not know us. */
  async whoAmI(signal: AbortSignal): Promise<void> {
    await this.one('/session', signal);
  }

  plans(signal: AbortSignal): Promise<WireList<WirePlan>> {
    return this.list(paths.plansPath(), signal);
  }

  plan(planId: string, signal: AbortSignal): Promise<WirePlan> {
    return this.item(paths.planPath(planId), signal);
  }

  plansOfGroup(groupId: string, signal: AbortSignal): Promise<WireList<WirePlan>> {
    return this.list(paths.groupPath(groupId, '/recovery-plans'), signal);
  }

  groups(signal: AbortSignal): Promise<WireList<WireGroup>> {
    return this.list(paths.groupsPath(), signal);
  }

  group(groupId: string, signal: AbortSignal): Promise<WireGroup> {
    return this.item(paths.groupPath(groupId), signal);
  }

  groupsOfPlan(planId: string, signal: AbortSignal): Promise<WireList<WireGroup>> {
    return this.list(paths.planPath(planId, '/protection-groups'), signal);
  }

  vmsOfGroup(groupId: string, signal: AbortSignal): Promise<WireList<WireGroupVm>> {
    return this.list(paths.groupPath(groupId, '/vms'), signal, { remote: true, mayBeAbsent: true });
  }

  vmOfGroup(groupId: string, vmId: string, signal: AbortSignal): Promise<WireGroupVm> {
    return this.item(paths.vmPath(groupId, vmId), signal, { remote: true });
  }

  vmsOfPlan(planId: string, signal: AbortSignal): Promise<WireList<WirePlanVm>> {
    return this.list(paths.planPath(planId, '/vms'), signal, { remote: true });
  }

  /** Not one of the lists with paging (2, row 57). */
  prompts(planId: string, signal: AbortSignal): Promise<WireList<WirePrompt>> {
    const path = paths.planPath(planId, '/recovery-steps/user-prompts');
    return this.shortList(path, signal, { remote: true });
  }

  replicatedVms(vcenterId: string, signal: AbortSignal): Promise<WireList<WireReplicatedVm>> {
    return this.list(paths.replicatedVmsPath(vcenterId), signal, { remote: true });
  }

  /** The newest tasks of the appliance, all kinds: one request serves every operation (5). */
  async newestTasks(signal: AbortSignal, limit = TASKS_A_PAGE): Promise<WirePage<WireTask>> {
    return this.olderTasks(0, signal, limit);
  }

  async olderTasks(offset: number, signal: AbortSignal, limit = TASKS_A_PAGE): Promise<WirePage<WireTask>> {
    const order = { sort_by: 'queued_time', order_by: 'desc' };
    const query = { ...order, limit, ...(offset > 0 ? { offset } : {}) };
    return pageOf<WireTask>(await this.read('/tasks', signal, { query }), 'id');
  }

  /** null = no longer known, which says nothing of how it ended (5). */
  async task(taskId: string, signal: AbortSignal): Promise<WireTask | null> {
    try {
      return await this.item<WireTask>(`/tasks/${encodeURIComponent(taskId)}`, signal);
    } catch (error) {
      if (error instanceof ProviderError && error.kind === 'NOT_FOUND') return null;
      throw error;
    }
  }

  /**
   * A GET that answers 202 with a task, whose result will be the reports, newest first (3.11).
   * @param planId null = of every plan
   */
  beginHistory(planId: string | null, page: HistoryPage, signal: AbortSignal): Promise<WireTask> {
    const query = {
      start_date: page.fromMs,
      end_date: page.untilMs,
      sort_by: 'start_time_ms',
      order_by: 'desc',
      limit: HISTORY_PAGE_SIZE,
      offset: page.offset,
    };
    return this.item(paths.historyPath(planId), signal, { query });
  }
}
