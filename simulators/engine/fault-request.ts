import {
  anything,
  ControlRefusal,
  list,
  number,
  object,
  oneOf,
  pattern,
  readBody,
  required,
  text,
  whole,
  fields,
  type Check,
} from './control-request.js';
import {
  FAULT_KINDS,
  SPOILS_THE_TRUE_ANSWER,
  type FaultKind,
  type FaultRule,
  type Strike,
} from './faults.js';

const STRIKE = {
  kind: oneOf(...(Object.keys(FAULT_KINDS) as FaultKind[])),
  when: oneOf('before', 'after'),
  status: number(200, 599),
  body: anything,
  headers: object as Check<Record<string, string>>,
  ms: number(),
  field: text,
  word: text,
  bytes: whole(),
};

/** Every field that a fault rule knows; none is accepted without being understood. */
export const RULE_FIELDS = {
  ...STRIKE,
  method: text,
  path: pattern,
  skip: whole(),
  times: whole(-1),
  share: number(0, 1),
  oneOf: list(strike),
};

function strike(value: unknown, field: string): Strike {
  const given = fields(STRIKE)(value, field);
  return { ...given, kind: required(given.kind, `${field}.kind`) };
}

/** A fault rule as it was sent, with what a preset brings beneath it. */
export function readRule(body: unknown, preset: Partial<FaultRule> = {}): FaultRule {
  const given = { ...preset, ...readBody(body, RULE_FIELDS) };
  const rule = { ...given, kind: required(given.kind ?? given.oneOf?.[0]?.kind, 'kind') };
  if (rule.when === 'before' && SPOILS_THE_TRUE_ANSWER.includes(rule.kind))
    throw new ControlRefusal('when', `${rule.kind} spoils the true answer: when must be after.`);
  return rule;
}
