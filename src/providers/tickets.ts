import { AsyncLocalStorage } from 'node:async_hooks';
import type { Lane } from './lanes.js';

/** Places that were taken together, before the first request, for one piece of work. */
export class Ticket {
  private left: number;
  private isOpen = true;

  constructor(
    /** The budget that they are places of. */
    readonly budget: object,
    readonly lane: Lane,
    places: number,
  ) {
    this.left = places;
  }

  /** One of them; false = there is none left. */
  use(): boolean {
    if (this.left === 0) return false;
    this.left -= 1;
    return true;
  }

  /** Whether the work goes on: what outlives it has no part in its places. */
  get isValid(): boolean {
    return this.isOpen;
  }

  /** @returns how many were not used */
  close(): number {
    const unused = this.left;
    this.left = 0;
    this.isOpen = false;
    return unused;
  }
}

const tickets = new AsyncLocalStorage<Ticket>();

export function withTicket<T>(ticket: Ticket, work: () => Promise<T>): Promise<T> {
  return tickets.run(ticket, work);
}

/** The ticket of the running work for this budget. A log-in in the course of it goes by itself: others wait for it, too. */
export function ticketFor(budget: object, lane: Lane): Ticket | null {
  const ticket = tickets.getStore();
  return ticket?.isValid === true && ticket.budget === budget && ticket.lane === lane ? ticket : null;
}
