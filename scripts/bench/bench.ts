/** What one figure came to in one round, ours and the opponent's, one after the other on the same machine. */
export interface Measured {
  /** As it stands in the table: `p50`, `requests/s`, `memory of a reader`. */
  figure: string;
  /** Of both values: `ms`, `1/s`, `B`, `requests`. */
  unit: string;
  ours: number;
  opponent: number;
}

export interface Round {
  measured: Measured[];
  /** What a reader of the table has to know about this round: what was turned away, what failed. */
  notes?: string[];
}

/** What ours divided by the opponent's must come to. */
export type Target = { atMost: number } | { atLeast: number };

/** The stage of one benchmark: everything is started, and rounds can be asked for one by one. */
export interface OpenBench {
  round(): Promise<Round>;
  /** Stops whatever was started, however far that came. */
  close(): Promise<void>;
}

export interface BenchContext {
  /** Told on the console, with the time. */
  say: (text: string) => void;
  /** Small numbers: shows that it works, measures nothing. */
  quick: boolean;
}

export interface Bench {
  /** `B1` to `B12`. */
  id: string;
  /** What is measured, a line. */
  title: string;
  /** What it is measured against, a line. */
  opponent: string;
  /** By figure; what has none is told beside. */
  targets: Readonly<Record<string, Target>>;
  open(context: BenchContext): Promise<OpenBench>;
}
