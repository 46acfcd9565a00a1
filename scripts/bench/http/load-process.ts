import { KeptConnection, textOf, type Question } from './kept-connection.js';

/** What the process is asked for; a turn is questions that are asked at once, each on a connection of its own. */
export interface LoadOrder {
  turns: Question[][];
  /** How many turns go on at a time. */
  hands: number;
  /** Again and again for so long; absent = each turn once. */
  seconds?: number;
}

export interface LoadFigures {
  /** Of every turn, in milliseconds: until the last of its answers was read in full. */
  turnsMs: number[];
  /** Of the whole. */
  ms: number;
  /** By status; 0 = there was no answer. */
  statuses: Record<number, number>;
  /** Of the first turn. */
  bytes: number;
  /** Of the first answer that was neither 200 nor 202. */
  refusal: string | null;
}

process.on('message', (order: LoadOrder) => {
  load(order).then(
    (figures) => process.send?.({ figures }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });

async function load({ turns, hands, seconds }: LoadOrder): Promise<LoadFigures> {
  const figures: LoadFigures = { turnsMs: [], ms: 0, statuses: {}, bytes: 0, refusal: null };
  const texts = turns.map((turn) =>
    turn.map((question) => ({ port: question.port, text: textOf(question) })),
  );
  const startedAt = performance.now();
  const end = seconds === undefined ? Infinity : startedAt + seconds * 1_000;
  let next = 0;
  const work = async (): Promise<void> => {
    const connections = new Map<number, KeptConnection>();
    for (;;) {
      const index = next++;
      const turn = texts[seconds === undefined ? index : index % texts.length];
      if (!turn || performance.now() >= end) break;
      const begunAt = performance.now();
      const replies = await Promise.all(
        turn.map(({ port, text }, place) => {
          const connection = connections.get(place) ?? new KeptConnection(port);
          connections.set(place, connection);
          return connection.ask(text).catch((error: unknown) => {
            connections.delete(place);
            return { status: 0, bytes: Buffer.from(String(error)) };
          });
        }),
      );
      figures.turnsMs.push(performance.now() - begunAt);
      for (const { status, bytes } of replies) {
        figures.statuses[status] = (figures.statuses[status] ?? 0) + 1;
        if (status !== 200 && status !== 202)
          figures.refusal ??= `${status} ${bytes.toString('utf8', 0, 300)}`;
        if (figures.turnsMs.length === 1) figures.bytes += bytes.length;
      }
    }
    for (const connection of connections.values()) connection.close();
  };
  await Promise.all(Array.from({ length: hands }, work));
  figures.ms = performance.now() - startedAt;
  return figures;
}
