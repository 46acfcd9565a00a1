/** What people are told when what usually holds does not, or somebody waits for them. */
export type Announced =
  'approval.requested' | 'approval.overridden' | 'emergency.declared' | 'emergency.ended';

export interface Announcement {
  type: Announced;
  /** One sentence. */
  text: string;
  /** Public: names no more than whoever reads of that site may know. */
  data: Readonly<Record<string, unknown>>;
  /** null = it is about all. */
  siteIds: readonly string[] | null;
}

/** Tells it. Whoever listens can neither hold up nor fail what is announced. */
export abstract class Announcements {
  abstract tell(announcement: Announcement): void;
}
