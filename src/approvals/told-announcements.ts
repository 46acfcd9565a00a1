import type { Log } from '../platform/log/log.js';
import { Announcements, type Announced, type Announcement } from './announcements.js';

/** Counts one of a kind. */
export type Count = (labels: Readonly<Record<'type', Announced>>) => void;
/** To whoever subscribed. */
export type Send = (announcement: Announcement) => Promise<void>;

/** By the log, a measure, and webhooks. */
export class ToldAnnouncements extends Announcements {
  constructor(
    private readonly log: Log,
    private readonly count: Count,
    private readonly send: Send,
  ) {
    super();
  }

  tell(announcement: Announcement): void {
    const { type, text, data } = announcement;
    const level = type === 'approval.requested' ? 'info' : 'warn';
    this.log[level]({ announced: type, ...data }, text);
    this.count({ type });
    this.send(announcement).catch((error: unknown) => {
      this.log.error({ announced: type, error: String(error) }, 'webhooks could not be told of it');
    });
  }
}
