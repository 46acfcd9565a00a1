import { InventoryQueryDto } from '../../../src/api/dto/queries.dto.js';
import { DrillCoverageQueryDto } from '../../../src/api/dto/reports.dto.js';
import { RequestValidationPipe } from '../../../src/api/http/request-validation.pipe.js';

const METADATA = { type: 'query', metatype: InventoryQueryDto } as const;

it('a query that was asked before is another object with the same fields, also after somebody changed theirs', async () => {
  const pipe = new RequestValidationPipe();
  const first = (await pipe.transform({ q: 'mail', pageSize: '7' }, METADATA)) as InventoryQueryDto;
  const before = { ...first };
  first.q = 'changed';
  const again = await pipe.transform({ q: 'mail', pageSize: '7' }, METADATA);
  expect(again).toBeInstanceOf(InventoryQueryDto);
  expect(again).not.toBe(first);
  expect({ ...(again as InventoryQueryDto) }).toEqual(before);
  expect(before).toMatchObject({ q: 'mail', pageSize: 7 });
});

it('a fault of a query is told every time', async () => {
  const pipe = new RequestValidationPipe();
  for (let time = 0; time < 2; time += 1)
    await expect(pipe.transform({ pageSize: 'x' }, METADATA)).rejects.toMatchObject({
      problem: { code: 'invalid-request' },
    });
});

it('the same text asked of another path is judged by its own rules', async () => {
  class Nothing {}
  const pipe = new RequestValidationPipe();
  await pipe.transform({ q: 'mail' }, METADATA);
  await expect(pipe.transform({ q: 'mail' }, { type: 'query', metatype: Nothing })).rejects.toMatchObject({
    problem: { code: 'invalid-request' },
  });
});

it('the lists of a query that is remembered cannot be changed by whoever was given it', async () => {
  const pipe = new RequestValidationPipe();
  const metadata = { type: 'query', metatype: DrillCoverageQueryDto } as const;
  const asked = { coverage: 'NEVER,OVERDUE' };
  const first = (await pipe.transform(asked, metadata)) as DrillCoverageQueryDto;
  expect(() => first.coverage?.pop()).toThrow(TypeError);
  const again = (await pipe.transform(asked, metadata)) as DrillCoverageQueryDto;
  expect(again.coverage).toHaveLength(2);
});
