import { wholeNumber, type Variable } from './variable.js';

/** What is sent out, where to, and for how long. */
export const WEBHOOK_VARIABLES = {
  webhookAllowPrivate: {
    name: 'WEBHOOK_ALLOW_PRIVATE',
    meaning:
      'true = webhooks may point to private addresses and to this machine, and may use plain http; whoever may create one then reaches what this machine reaches.',
    defaultValue: 'false',
    fault: (text) => (text === 'true' || text === 'false' ? null : 'write true or false'),
  },
  webhookRetryScheduleMs: {
    name: 'WEBHOOK_RETRY_SCHEDULE_MS',
    meaning:
      'Milliseconds after which a delivery to a webhook is tried again, one number per further attempt, separated by commas; after the last one it is given up.',
    defaultValue: '5000,300000,1800000,7200000,18000000,36000000,50400000,72000000,86400000',
    fault: (text) => {
      const fault = text.split(',').map((part) => wholeNumber(part.trim(), 0, 604_800_000));
      return fault.length <= 20 && fault.every((one) => one === null)
        ? null
        : 'write up to 20 whole numbers from 0 to 604800000, separated by commas';
    },
  },
  webhookMaxWaiting: {
    name: 'WEBHOOK_MAX_WAITING',
    meaning:
      'How many deliveries may wait for all webhooks together; beyond it the longest lines lose their oldest ones, and their endpoints are told so.',
    defaultValue: '200000',
    fault: (text) => wholeNumber(text, 100, 10_000_000),
  },
  webhookMaxWaitingMegabytes: {
    name: 'WEBHOOK_MAX_WAITING_MEGABYTES',
    meaning: 'How many megabytes those deliveries may take in Redis; likewise.',
    defaultValue: '300',
    fault: (text) => wholeNumber(text, 1, 1_000_000),
  },
  webhookDisabledKeptDays: {
    name: 'WEBHOOK_DISABLED_KEPT_DAYS',
    meaning: 'Days for which events go on waiting for a webhook that is disabled.',
    defaultValue: '7',
    fault: (text) => wholeNumber(text, 0, 365),
  },
} as const satisfies Readonly<Record<string, Variable>>;
