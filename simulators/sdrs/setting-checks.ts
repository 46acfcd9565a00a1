import {
  fields,
  flag,
  list,
  number,
  oneOf,
  orNull,
  text,
  whole,
  type Check,
} from '../engine/control-request.js';
import { DEFAULT_SETTINGS, type SdrsSettings } from './settings.js';

const key = fields({ access: text, secret: text });
const project = fields({ id: text, name: text });

/** What each setting may be when it comes over the control API. */
export const SETTING_CHECKS: { [Name in keyof SdrsSettings]: Check<unknown> } = {
  moreGroups: whole(),
  accounts: list(
    fields({ domain: text, user: text, password: text, projects: list(project), accessKeys: list(key) }),
  ),
  tokenLifetimeMs: number(),
  expiredTokenAnswer: oneOf('gateway-0307', 'gateway-0301', 'iam-403', 'sdrs-400', 'sdrs-500'),
  throttlePerSecond: orNull(whole()),
  unknownJob: oneOf(404, 400, 500),
  entitiesBeforeSuccess: flag,
  jobRetentionMs: orNull(number()),
  durationFactor: number(),
  syncMsPerGb: number(),
  subJobFailCode: text,
  groupVisibleWhileCreating: flag,
  statusLagMs: number(),
  reverseToCurrent: oneOf('refuse', 'no-op'),
  priorityStationAfterFail: oneOf('unchanged', 'flipped'),
  requireServersStopped: flag,
  acceptUnknownServers: flag,
  listOrder: oneOf('created-desc', 'created-asc', 'unstable'),
  countMode: oneOf('matching', 'page'),
  tagTotal: oneOf('matching', 'all'),
  strictLimit: flag,
  errorWrapper: oneOf('error', 'badrequest', 'itemNotFound', 'gateway', 'html'),
  quotas: fields(Object.fromEntries(Object.keys(DEFAULT_SETTINGS.quotas).map((name) => [name, whole()]))),
};
