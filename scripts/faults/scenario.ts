/** What one fault was given, and what came of it. Times in milliseconds. */
export interface Result {
  /** How often the fault struck. */
  runs: number;
  /** Accepted with 202 while it did. */
  operations: number;
  /** Without a verdict, and not UNKNOWN, long after the faults had stopped; or gone. */
  lost: number;
  /** Begun upstream more than once. */
  repeated: number;
  /** A verdict that the upstream's ledger contradicts. */
  falseVerdicts: number;
  /** Sends of which it was not known at first whether they had arrived. */
  ambiguous: number;
  /** Of those, how many ended UNKNOWN, so that a person was asked. */
  unknown: number;
  /** Of the UNKNOWN ones, those whose request never reached the upstream: no evidence can ever show that. */
  unknownUnsent: number;
  /** From the fault, or from its end, until work went on. */
  resumeMs: number[];
  /** What was seen that must not be, with the ids; and figures that have no column. */
  notes: string[];
  /** Further figures by name, such as how often each step was died at: added up over the pieces. */
  counts: Record<string, number>;
}

export const NOTHING: Result = {
  runs: 0,
  operations: 0,
  lost: 0,
  repeated: 0,
  falseVerdicts: 0,
  ambiguous: 0,
  unknown: 0,
  unknownUnsent: 0,
  resumeMs: [],
  notes: [],
  counts: {},
};

/** A long run is made of pieces: each starts its own world, judges it whole, and is kept before the next begins. */
export interface Piece {
  /** How many runs are wanted of it. */
  runs: number;
  /** The short version, in CI: seconds instead of minutes. */
  short: boolean;
  /** Another for every piece. */
  seed: number;
  say: (text: string) => void;
}

export interface Scenario {
  /** Kebab-case: what one writes behind `npm run faults --`. */
  name: string;
  /** One line of the table: the fault. */
  fault: string;
  /** What `resumeMs` is measured from and to; absent = nothing is measured. */
  resume?: string;
  runs: { long: number; short: number };
  /** Runs of a piece. */
  piece: number;
  /** BUSY needs the cores, WAITING mostly waits: one of each goes on at a time, and of those about the store one more. */
  lane: 'BUSY' | 'WAITING';
  run(piece: Piece): Promise<Result>;
}

/** What several pieces come to. */
export function summed(results: readonly Result[]): Result {
  return results.reduce(
    (sum, each) => ({
      runs: sum.runs + each.runs,
      operations: sum.operations + each.operations,
      lost: sum.lost + each.lost,
      repeated: sum.repeated + each.repeated,
      falseVerdicts: sum.falseVerdicts + each.falseVerdicts,
      ambiguous: sum.ambiguous + each.ambiguous,
      unknown: sum.unknown + each.unknown,
      unknownUnsent: sum.unknownUnsent + each.unknownUnsent,
      resumeMs: [...sum.resumeMs, ...each.resumeMs],
      notes: [...sum.notes, ...each.notes],
      counts: addedUp(sum.counts, each.counts),
    }),
    NOTHING,
  );
}

function addedUp(one: Record<string, number>, other: Record<string, number> = {}): Record<string, number> {
  const sum = { ...one };
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
