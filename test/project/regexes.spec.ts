import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from 'recheck';
import ts from 'typescript';
import { root } from './root.js';

/** What takes longer than the text is long, and is let be: by the longest text that it is ever given, and who sees to that. */
const ANSWERED: Readonly<Record<string, readonly [longest: number, because: string]>> = {
  '/((?:passw(?:or)?d|secret|token|[-_]session|session[-_]?id|signature|credential|cookie|api[-_]?key)[\\w-]{0,40}["\']?\\s*[:=]\\s*)(?:"[^"]*"|\'[^\']*\'|[^\\s,;|&"\'}\\]]+)/gi':
    [3_000, 'shownText looks no further'],
  // Told of by the tool now and then only: it tries texts by chance.
  '/\\b(basic|bearer)\\s+(?=\\S*[\\d=])[\\w+/=.~-]{12,}/gi': [3_000, 'shownText looks no further'],
  '/"(?:[^"\\\\]|\\\\.)*"\\s*(:?)/g': [16_384, 'a part of a token, and so of the head of a request'],
  '/\\S*\\d\\S*/g': [300, 'throttled looks no further'],
  '/\\/+$/': [8_000, 'an address in the sites file'],
  '/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i': [
    100_000,
    'a name or description of a job',
  ],
  '/\\/protected-instances\\/[^/]+\\/tags(\\/[^/]+)?$|\\/task-center\\/.*failure-jobs\\/[^/]+$/': [
    2_000,
    'paths of ours',
  ],
  '/\\bak\\b.*not exist/i': [3_000, 'vendor words are cut before'],
  '/[,;:\\s]*canonical[\\s_-]*request/i': [3_000, 'vendor words are cut before'],
  '/ machine (.+) of group /': [2_000, 'labels of ours'],
  '/^Basic\\s+(.+)$/i': [16_384, 'a header, at a stand-in'],
  '/\\/api\\/rest\\/srm\\/(v[12])(\\/.*)$/': [16_384, 'a path, at a stand-in'],
};
/** So long may the worst of such texts take. */
const WORST_MS = 500;

/** Where expressions are made while the program runs, and of what. */
const MADE: Readonly<Record<string, string>> = {
  'src/api/access/unseen-operations.ts': 'constants',
  'src/platform/redis/identity.ts': 'names of fields that its callers write down',
  'simulators/engine/control-request.ts': 'what a test asks of a stand-in',
  'simulators/engine/faults.ts': 'what a test asks of a stand-in',
  'simulators/engine/journal.ts': 'what a test asks of a stand-in',
};

/** A machine that has much to do is no reason. */
const PATIENCE_MS = 60_000;

/** What it tries is the same in each run. */
const SEED = 7;

interface Found {
  source: string;
  flags: string;
  place: string;
}

const files = ['src', 'simulators'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);

const sources = files.map((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return { file, source: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true) };
});

const literals = new Map<string, Found>();
const made = new Set<string>();
for (const { file, source } of sources) {
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, pattern = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? [];
      literals.set(node.text, { source: pattern, flags, place: file });
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') made.add(file);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

describe('regular expressions', () => {
  it('are all found', () => {
    expect(literals.size).toBeGreaterThan(50);
  });

  it('take no more time than the text is long, or little for the longest text that they are given', async () => {
    const told: string[] = [];
    for (const [text, { source, flags, place }] of literals) {
      const found = await check(source, flags, { timeout: PATIENCE_MS, randomSeed: SEED });
      if (found.status === 'safe') continue;
      const [longest] = ANSWERED[text] ?? [];
      if (longest === undefined || found.status !== 'vulnerable' || found.complexity.type !== 'polynomial')
        told.push(`${place}: ${text} is ${found.status}`);
      else if (worstMs(new RegExp(source, flags), found.attack, longest) > WORST_MS)
        told.push(`${place}: ${text} takes too long for ${longest} characters`);
    }
    expect(told).toEqual([]);
    expect(Object.keys(ANSWERED).filter((text) => !literals.has(text))).toEqual([]);
  });

  it('are judged by a tool that knows a bad one', async () => {
    expect((await check('^(a|a)*$', '')).status).toBe('vulnerable');
  });

  it('are made of text while it runs only where it is known of which', () => {
    expect([...made].sort()).toEqual(Object.keys(MADE).sort());
  });
});

interface Attack {
  pumps: { prefix: string; pump: string }[];
  suffix: string;
}

/** By the text that the tool says is worst, of that length; the best of three, since others may be at work here. */
function worstMs(expression: RegExp, { pumps, suffix }: Attack, longest: number): number {
  const each = longest / Math.max(1, pumps.length);
  const text = pumps
    .map(({ prefix, pump }) => prefix + pump.repeat(Math.ceil(each / pump.length)))
    .join('')
    .slice(0, longest)
    .concat(suffix);
  const times = Array.from({ length: 3 }, () => {
    const from = performance.now();
    text.replace(expression, '');
    return performance.now() - from;
  });
  return Math.min(...times);
}
