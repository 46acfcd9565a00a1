/** One piece of work that the upstream really began: the judge's only witness. */
export interface Execution {
  action: string;
  targetId: string;
  /** null = begun at the vendor's console. */
  operationId: string | null;
  begunMs: number;
  /** Where production was when it began: the side it turns from. */
  from: 'PRODUCTION' | 'RECOVERY';
  end: 'SUCCESS' | 'FAIL' | null;
  endedMs: number | null;
}

export class Ledger {
  readonly executions: Execution[] = [];

  begin(execution: Omit<Execution, 'end' | 'endedMs'>): Execution {
    const entry: Execution = { ...execution, end: null, endedMs: null };
    this.executions.push(entry);
    return entry;
  }

  of(operationId: string): Execution[] {
    return this.executions.filter((execution) => execution.operationId === operationId);
  }
}
