/** What was written behind `npm run faults --`. */
export interface Orders {
  /** None = all. */
  names: string[];
  /** A few runs of each, kept nowhere. */
  short: boolean;
  /** No piece begins later than this after the start; null = until everything is done. */
  minutes: number | null;
  /** So many runs of each instead of what it is meant to have. */
  runs: number | null;
  /** Forgets what earlier runs found. */
  anew: boolean;
  /** Writes the table from what is known, and runs nothing. */
  report: boolean;
  list: boolean;
}

export const USAGE =
  'npm run faults -- [name …] [--short] [--minutes n] [--runs n] [--anew] [--report] [--list]\n' +
  'Without names: all of them. Cut with Ctrl-C, it goes on where it was the next time.';

/** Throws an Error with a sentence for what it does not know. */
export function readOrders(args: readonly string[], known: readonly string[]): Orders {
  const orders: Orders = {
    names: [],
    short: false,
    minutes: null,
    runs: null,
    anew: false,
    report: false,
    list: false,
  };
  const left = [...args];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--short' || word === '--anew' || word === '--report' || word === '--list') {
      orders[word.slice(2) as 'short' | 'anew' | 'report' | 'list'] = true;
    } else if (word === '--minutes' || word === '--runs') {
      const amount = Number(left.shift());
      if (!(amount > 0)) throw new Error(`${word} wants a number above 0.`);
      orders[word.slice(2) as 'minutes' | 'runs'] = amount;
    } else if (known.includes(word)) orders.names.push(word);
    else throw new Error(`There is no ${word}.\n${USAGE}\nNames: ${known.join(', ')}`);
  }
  return orders;
}
