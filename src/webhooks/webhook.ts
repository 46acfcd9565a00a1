import { OPERATION_EVENT_TYPES } from '../domain/operation-event.js';

/** What the gateway tells that is about no operation: of the webhooks themselves, and of what usually holds and does not. */
export const NOTICE_TYPES = [
  'webhook.test',
  'webhook.disabled',
  'webhook.events-missed',
  'approval.requested',
  'approval.overridden',
  'emergency.declared',
  'emergency.ended',
] as const;
export type NoticeType = (typeof NOTICE_TYPES)[number];

/** What a webhook may ask for; a test is sent to whom it was asked for. */
export const TOLD_TYPES: readonly string[] = [
  ...OPERATION_EVENT_TYPES,
  ...NOTICE_TYPES.filter((type) => type !== 'webhook.test'),
];

/** Only for those who name it: what others did long ago is no news. */
const ONLY_BY_NAME: readonly string[] = ['operation.imported'];

export const DISABLED_REASONS = ['REQUESTED', 'GONE', 'FAILING', 'BACKLOG'] as const;
/**
 * REQUESTED: somebody asked for it. GONE: the endpoint answered 410. FAILING: it took nothing for days. BACKLOG: more waited
 * for it than is kept.
 */
export type DisabledReason = (typeof DISABLED_REASONS)[number];

export interface WebhookSecret {
  /** `whsec_` and base64. */
  secret: string;
  /** It signs until then; null = it is the one that was given out last. */
  untilTime: string | null;
}

/** What a webhook was not told. */
export interface MissedEvents {
  fromTime: string;
  untilTime: string;
  /** How many had waited for it; what happened while it was disabled is not among them. */
  dropped: number;
  /** How many were dropped ever, when it was written down. */
  total: number;
  /** When it was written down. */
  time: string;
}

/** What somebody wants to be told, and where. */
export interface Webhook {
  id: string;
  url: string;
  /** Empty = all. */
  eventTypes: string[];
  /** Empty = all. */
  siteIds: string[];
  description: string | null;
  createdBy: string;
  createdTime: string;
  updatedTime: string;
  /** Last one first. Never shown again, never logged. */
  secrets: WebhookSecret[];
  disabled: {
    reason: DisabledReason;
    time: string;
    /** Of the first event that was not put in line any more, if that happened before `time`. */
    missedFromTime?: string;
    /** The other webhooks have been told. */
    told: boolean;
  } | null;
  /** What it has to be told that it missed; null or absent = nothing. */
  missed?: MissedEvents | null;
}

/** From when on it was not told what happened. */
export function missedSince({ time, missedFromTime }: NonNullable<Webhook['disabled']>): string {
  return missedFromTime !== undefined && missedFromTime < time ? missedFromTime : time;
}

/** With an event of that time that was not put in line for it; null = it makes no difference. */
export function withMissed(webhook: Webhook, time: string): Webhook | null {
  const { disabled, missed } = webhook;
  if (disabled)
    return time < missedSince(disabled)
      ? { ...webhook, disabled: { ...disabled, missedFromTime: time } }
      : null;
  return missed && time < missed.fromTime ? { ...webhook, missed: { ...missed, fromTime: time } } : null;
}

/** @param siteId null = of no site */
export function wants(
  { eventTypes, siteIds, disabled }: Webhook,
  type: string,
  siteId: string | null,
): boolean {
  if (disabled) return false;
  const isNamed = eventTypes.includes(type);
  if (!isNamed && (eventTypes.length > 0 || ONLY_BY_NAME.includes(type))) return false;
  if (siteId === null) return isNamed || siteIds.length === 0;
  return siteIds.length === 0 || siteIds.includes(siteId);
}

/** Of another one: who asked for some sites is told nothing of what is outside of them. @param about null = it is gone */
export function mayHearOf({ siteIds }: Webhook, about: Webhook | null): boolean {
  if (siteIds.length === 0) return true;
  const others = about?.siteIds ?? [];
  return others.length > 0 && others.every((siteId) => siteIds.includes(siteId));
}

/** The secrets that sign at that time. */
export function signingSecrets({ secrets }: Webhook, nowMs: number): string[] {
  return secrets.filter((one) => isSigning(one, nowMs)).map(({ secret }) => secret);
}

/** null = it has none that sign no more. */
export function withoutOldSecrets(webhook: Webhook, nowMs: number): Webhook | null {
  const secrets = webhook.secrets.filter((one) => isSigning(one, nowMs));
  return secrets.length === webhook.secrets.length ? null : { ...webhook, secrets };
}

function isSigning({ untilTime }: WebhookSecret, nowMs: number): boolean {
  return untilTime === null || Date.parse(untilTime) > nowMs;
}
