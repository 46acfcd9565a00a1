/** FIRST: before all that wait in turn, however long they have waited. */
export type RingTurn = 'FIRST' | 'IN_TURN';
