import type { ProblemKind } from '../problem-kind.js';

/** What somebody is told who may not come in, or may not do that, or not yet. */
export const ACCESS_PROBLEMS = {
  unauthenticated: {
    status: 401,
    title: 'Authentication is needed',
    meaning: 'Send `Authorization: Bearer …` with an API key, or with a token of an identity provider.',
    remedy: 'Check that it is sent, has not expired, and is one that the gateway knows.',
    retryable: false,
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    meaning: 'The API key is known, but does not carry this right.',
    remedy: 'Use a key with the right, or have it added to this one.',
    retryable: false,
  },
  'approval-required': {
    status: 403,
    title: 'A second person has to approve it',
    meaning:
      'Nothing was begun: this needs a second person. They are asked for exactly this request (`nextActions` links to the approval), which holds while its target is as it was.',
    remedy:
      'Have somebody with the right `approvals:decide` approve it, then send the same request again with the same Idempotency-Key.',
    retryable: true,
  },
  'approval-declined': {
    status: 403,
    title: 'It was declined',
    meaning: 'Who was asked to approve this request said no. Nothing was begun.',
    remedy: 'Read the reason. If it is still wanted, ask again with a fresh Idempotency-Key.',
    retryable: false,
  },
  'approval-lapsed': {
    status: 403,
    title: 'The approval does not hold any more',
    meaning:
      'It was not given, or not used, in time; or who gave it does not hold the right any more. Nothing was begun.',
    remedy: 'Ask again with a fresh Idempotency-Key.',
    retryable: false,
  },
  'second-person-needed': {
    status: 403,
    title: 'Nobody approves their own request',
    meaning: 'Who asks and who approves must be two persons, whichever of their keys they use.',
    remedy: 'Have somebody else approve it.',
    retryable: false,
  },
  'approval-closed': {
    status: 409,
    title: 'It is decided already',
    meaning: 'The approval was decided, used or has expired; `detail` says which.',
    remedy: 'Read the approval again.',
    retryable: false,
  },
  'api-key-revoked': {
    status: 409,
    title: 'The API key was revoked',
    meaning: 'What was revoked stays so; the key is only shown so that the history says who it was.',
    remedy: 'Make a new key (`POST /v1/api-keys`).',
    retryable: false,
  },
  'api-key-limit-reached': {
    status: 409,
    title: 'There are too many API keys',
    meaning: 'There are as many API keys as may be, and none that was revoked could make room.',
    remedy: 'Revoke keys that nobody uses: the list tells when each was used last.',
    retryable: false,
  },
  'too-many-failovers': {
    status: 429,
    title: 'Too many workloads moved within a minute',
    meaning:
      'One principal begins at most FAILOVERS_PER_MINUTE failovers, planned failovers and reprotects within any minute. Nothing was begun.',
    remedy:
      'Wait as long as Retry-After says. In a disaster, declare an emergency (`POST /v1/emergencies`): it lifts the limit.',
    retryable: true,
  },
  'identity-provider-unavailable': {
    status: 503,
    title: 'The identity provider cannot be asked',
    meaning:
      'Whether a token is good cannot be told now: the gateway could not read the keys of the identity provider, and knows none that may still be used. Nothing was done.',
    remedy:
      'Ask again after the time in Retry-After, or use an API key. See that the gateway reaches the address of the keys (`jwksUrl` in the access file).',
    retryable: true,
  },
  'audit-unavailable': {
    status: 503,
    title: 'It cannot be recorded who decided this',
    meaning:
      'Whatever changes something is recorded first, with who asked for it. The folder of that record (AUDIT_DIR) takes nothing, or, for a reader, cannot be read. Nothing was done, unless `detail` says otherwise.',
    remedy:
      'See `/readyz` for what is wrong with the disk, and ask again with the same Idempotency-Key. In an emergency, point AUDIT_DIR at another folder and start the API anew.',
    retryable: true,
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;
