import { Scope } from '../../../src/domain/access/scope.js';
import type { RequestAccess } from '../../../src/api/access/request-access.js';
import { OperationExports } from '../../../src/api/operation-exports.js';
import { presentOperation } from '../../../src/api/presenters/operation.presenter.js';
import type { ToldOperations } from '../../../src/api/told-operations.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import type { Operation } from '../../../src/domain/operation.js';
import { problem } from '../../../src/domain/problem.js';
import type { OperationCursor, OperationStore } from '../../../src/operations/operation-store.js';
import { operation } from '../support/operation.js';

const HEADER =
  'id,createdTime,endedTime,siteId,provider,action,targetType,targetId,targetName,direction,state,outcome,requestedBy,reason,totalMs,errorCode';
const ALL = { seen: Scope.ALL, newestFirst: true };
const NO_REACH = { cancellable: false, answerable: false };

function exportsOf(held: readonly Operation[], asked: number[] = []): OperationExports {
  const store: Pick<OperationStore, 'list'> = {
    list: (_filter, after: OperationCursor | null, pageSize) => {
      asked.push(pageSize);
      const from = after?.createdMs ?? 0;
      const next = from + pageSize < held.length ? { createdMs: from + pageSize, id: '' } : null;
      return Promise.resolve({ items: held.slice(from, from + pageSize), next });
    },
  };
  const told: Pick<ToldOperations, 'all'> = {
    all: (those) => Promise.resolve(those.map((one) => presentOperation(one, NO_REACH))),
  };
  return new OperationExports(store as OperationStore, told as ToldOperations);
}

async function written(held: readonly Operation[], format: 'csv' | 'ndjson'): Promise<string> {
  let text = '';
  for await (const part of await exportsOf(held).parts(ALL, format, {} as RequestAccess)) text += part;
  return text;
}

const reasonCell = async (reason: string): Promise<string | undefined> => {
  const [, row = ''] = (await written([operation({ reason })], 'csv')).split(`${HEADER}\r\n`);
  return /,ada,(.*),[^,]*,[^,]*\r\n$/s.exec(row)?.[1];
};

it('every operation of every page is a line, as the list shows it', async () => {
  const held = Array.from({ length: 450 }, (_, i) => operation({ id: `alpha.${i}` }));
  const lines = (await written(held, 'ndjson')).trimEnd().split('\n');
  const shown = lines.map((line) => JSON.parse(line) as OperationDto);
  expect(shown.map(({ id }) => id)).toEqual(held.map(({ id }) => id));
  expect(shown[0]).toEqual(
    JSON.parse(JSON.stringify(presentOperation(operation({ id: 'alpha.0' }), NO_REACH))),
  );
});

it('a page is read only when the one before was taken', async () => {
  const asked: number[] = [];
  const parts = await exportsOf(Array<Operation>(1_000).fill(operation()), asked).parts(
    ALL,
    'ndjson',
    {} as RequestAccess,
  );
  await parts.next();
  expect(asked).toEqual([200]);
  await parts.next();
  expect(asked).toEqual([200, 200]);
});

it('nothing is an empty file, or one with titles only', async () => {
  expect(await written([], 'ndjson')).toBe('');
  expect(await written([], 'csv')).toBe(`${HEADER}\r\n`);
});

it('a row has the fixed columns, empty where there is nothing', async () => {
  const failed = operation({ state: 'FAILED', error: problem('upstream-failed', 'It failed.') });
  const { id, createdTime, timings } = failed;
  expect(await written([failed], 'csv')).toBe(
    `${HEADER}\r\n${id},${createdTime},,alpha,memory,FAILOVER,RECOVERY_PLAN,alpha.move-books,Books,TO_RECOVERY,FAILED,,ada,,${timings.totalMs ?? ''},upstream-failed\r\n`,
  );
});

it.each([
  ['plain words', 'plain words'],
  ['one, two', '"one, two"'],
  ['the "big" one', '"the ""big"" one"'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['+49 30', "'+49 30"],
  ['-1', "'-1"],
  ['@here', "'@here"],
  ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
])('the reason %j is the cell %j', async (reason, expected) => {
  expect(await reasonCell(reason)).toBe(expected);
});
