/** How many events a shard's stream keeps for readers that were away; each operation keeps its own for ever. */
export const SHARD_EVENTS_KEPT = 100_000;
