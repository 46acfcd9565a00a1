import type { FindingType, Severity } from '../../domain/site-finding.js';

/** What a kind of finding means, for the reference; each text is one sentence. */
export interface FindingKind {
  title: string;
  meaning: string;
  /** Which severities it comes with, the worst first, and when. */
  severities: Readonly<Partial<Record<Severity, string>>>;
  /** Where it is seen: in what the sites hold, in the gateway's own records, or by asking the upstream in detail. */
  seenIn: readonly ('INVENTORY' | 'OPERATIONS' | 'DRILLS' | 'INSPECTION' | 'LOOKS')[];
}

/** Every kind of finding; `docs/findings.md` is made from it, and a test holds the rules to it. */
export const FINDING_KINDS: Readonly<Record<FindingType, FindingKind>> = {
  NOT_REALLY_PROTECTED: {
    title: 'Looks protected but is not',
    meaning: 'A group or plan says that it is protected, and something in it is not.',
    severities: {
      CRITICAL: 'Something that counts on the protection would be lost in a disaster.',
      WARNING: 'Nothing is in danger yet: the group is empty, or a part of it needs a look.',
    },
    seenIn: ['INVENTORY', 'INSPECTION'],
  },
  SPLIT_BRAIN: {
    title: 'Workloads may run at both sites',
    meaning:
      'A failover went through without the old machines being stopped for certain; both may take writes.',
    severities: { CRITICAL: 'Always: every write to the wrong side is lost when one of them is chosen.' },
    seenIn: ['INVENTORY', 'INSPECTION'],
  },
  INCOMPLETE_ACTION: {
    title: 'An action stopped half way',
    meaning: 'The upstream began something and did not finish it; the way out is among `nextActions`.',
    severities: {
      CRITICAL: 'It moves a workload, or its protection: a failover or a reprotection.',
      WARNING: 'Anything else: protection, a drill, its clean-up, a deletion.',
    },
    seenIn: ['INVENTORY', 'INSPECTION'],
  },
  SITE_UNREACHABLE: {
    title: 'A site does not answer',
    meaning: 'The site, or the one paired with it, does not answer or lets nobody in.',
    severities: {
      CRITICAL: 'For five minutes or longer: nothing can be failed over through the gateway.',
      WARNING: 'For less than that, or only the site paired with it.',
    },
    seenIn: ['LOOKS', 'INSPECTION'],
  },
  OPERATION_UNKNOWN: {
    title: 'What became of a request is not known',
    meaning:
      'The evidence did not decide whether the upstream took it; the groups stay locked until a person settles it.',
    severities: { CRITICAL: 'Always.' },
    seenIn: ['OPERATIONS'],
  },
  UPSTREAM_ISSUE: {
    title: 'The upstream reports a fault of its own',
    meaning: 'Something at the upstream is not in order; its words are in the text.',
    severities: {
      CRITICAL: 'A group or plan cannot be run because of it.',
      WARNING: 'It needs a look, and nothing is stopped by it.',
      INFO: 'It explains why an answer is not whole.',
    },
    seenIn: ['INVENTORY', 'INSPECTION'],
  },
  CERTIFICATE_EXPIRING: {
    title: 'A certificate ends soon',
    meaning: 'A certificate of the site, or of the one paired with it, ends soon or has ended.',
    severities: {
      CRITICAL: 'It ends within seven days, or has ended.',
      WARNING: 'It ends within thirty days.',
      INFO: 'The upstream itself warns about it, without a date.',
    },
    seenIn: ['INSPECTION'],
  },
  REPROTECT_DUE: {
    title: 'Runs at the other site without protection',
    meaning: 'After a failover the workload runs where nothing replicates it, until it is reprotected.',
    severities: { WARNING: 'Always: a second disaster would lose it.' },
    seenIn: ['INVENTORY'],
  },
  PROMPT_WAITING: {
    title: 'A run waits for a person',
    meaning: 'A run stopped at a prompt and goes on only when somebody answers it.',
    severities: { WARNING: 'Always.' },
    seenIn: ['OPERATIONS', 'INVENTORY', 'INSPECTION'],
  },
  OPERATION_STALLED: {
    title: 'An operation does not move',
    meaning: 'An operation is under way and its progress has not moved for long; being late is not failing.',
    severities: { WARNING: 'Always.' },
    seenIn: ['OPERATIONS'],
  },
  DRILL_OVERDUE: {
    title: 'A drill stands too long',
    meaning: 'The due time of a drill has passed and it was not cleaned up.',
    severities: {
      CRITICAL: 'A failover of the plan is not taken while the drill stands.',
      WARNING: 'The drill costs money, and blocks no failover.',
    },
    seenIn: ['DRILLS'],
  },
  NOT_RECOVERABLE: {
    title: 'Nothing would fail it over',
    meaning: 'A protected group is in no plan, or a plan holds nothing.',
    severities: {
      WARNING: 'A protected group is in no plan.',
      INFO: 'A plan holds no group.',
    },
    seenIn: ['INVENTORY', 'INSPECTION'],
  },
  REPLICATION_LAG: {
    title: 'The copy is behind',
    meaning: 'Replication is not done yet, disturbed, or further behind than the objective.',
    severities: {
      CRITICAL: 'Replication has stopped: the copy grows older and older.',
      WARNING: 'A failover now would lose what is not copied yet.',
      INFO: 'It is catching up.',
    },
    seenIn: ['INVENTORY', 'INSPECTION'],
  },
  FAILED_TASKS: {
    title: 'Jobs failed and were not cleared',
    meaning: 'The upstream keeps jobs that failed until somebody clears them.',
    severities: {
      WARNING: 'Always, as long as they are not cleared.',
      INFO: 'They are old, and what they were about is in order again.',
    },
    seenIn: ['INSPECTION'],
  },
  UNKNOWN_STATE: {
    title: 'A state that is not known',
    meaning: 'The upstream uses a word that the gateway does not know, or cannot tell the state itself.',
    severities: {
      WARNING: 'Of a group, plan or drill: it is taken neither for success nor for failure.',
      INFO: 'Of a part of a group whose own state is known.',
    },
    seenIn: ['INVENTORY', 'INSPECTION'],
  },
  IMPLAUSIBLE_ANSWER: {
    title: 'An answer that cannot be true',
    meaning: 'What the site answered is not believed; the last good answer is shown meanwhile.',
    severities: {
      WARNING:
        'Always, until the site answers what can be believed; of one thing alone when the rest of the answer is believed.',
    },
    seenIn: ['LOOKS', 'INVENTORY'],
  },
  DRILL_LEFTOVERS: {
    title: 'A drill left something behind',
    meaning:
      'A drill was cleaned up, and something of it is still there; told for thirty days, or until the next drill of the plan.',
    severities: {
      WARNING: 'The clean-up met errors.',
      INFO: 'The upstream never removes it by itself.',
    },
    seenIn: ['DRILLS', 'INSPECTION'],
  },
  DRILL_DUE_SOON: {
    title: 'A drill is due for clean-up',
    meaning: 'The due time of a drill is less than two hours away.',
    severities: { INFO: 'Always: a reminder.' },
    seenIn: ['DRILLS'],
  },
};
