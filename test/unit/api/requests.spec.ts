import 'reflect-metadata';
import type { ArgumentMetadata } from '@nestjs/common';
import { InventoryQueryDto, OperationsQueryDto } from '../../../src/api/dto/queries.dto.js';
import {
  CreateProtectionGroupDto,
  UpdateProtectionGroupDto,
} from '../../../src/api/dto/group-requests.dto.js';
import { RequestValidationPipe } from '../../../src/api/http/request-validation.pipe.js';
import { ProblemError, type Problem } from '../../../src/domain/problem.js';

const pipe = new RequestValidationPipe();
const body = (metatype: ArgumentMetadata['metatype']): ArgumentMetadata => ({ type: 'body', metatype });
const parameters = (metatype: ArgumentMetadata['metatype']): ArgumentMetadata => ({
  type: 'query',
  metatype,
});
const group = { siteId: 'alpha', name: 'books' };

async function problemOf(value: unknown, metadata: ArgumentMetadata): Promise<Problem> {
  const error: unknown = await pipe.transform(value, metadata).catch((reason: unknown) => reason);
  if (!(error instanceof ProblemError))
    throw new Error(`taken, or not refused with a problem: ${String(error)}`);
  return error.problem;
}

const pointers = ({ errors = [] }: Problem) => errors.map((error) => error.pointer ?? error.parameter);

describe('a body', () => {
  it('that is right becomes its DTO', async () => {
    const dto = await pipe.transform(
      { ...group, hbrSpec: { vms: ['vm-1'] } },
      body(CreateProtectionGroupDto),
    );
    expect(dto).toBeInstanceOf(CreateProtectionGroupDto);
    expect(dto).toMatchObject({ ...group, hbrSpec: { vms: ['vm-1'] } });
  });

  it('with several faults has them told at once, each with its pointer', async () => {
    const problem = await problemOf(
      { siteId: '', name: 5, validateOnly: 'yes' },
      body(CreateProtectionGroupDto),
    );
    expect(problem).toMatchObject({ code: 'invalid-request', status: 400 });
    expect(new Set(pointers(problem))).toEqual(new Set(['/siteId', '/name', '/validateOnly']));
    for (const { detail } of problem.errors ?? []) expect(detail).toMatch(/^[A-Z].*\.$/);
    expect(problem.detail).toBe('Not valid: /siteId, /name, /validateOnly.');
  });

  it('with a fault deep inside has a pointer that leads there', async () => {
    const nested = { ...group, hbrSpec: { vms: [], more: 1 } };
    expect(new Set(pointers(await problemOf(nested, body(CreateProtectionGroupDto))))).toEqual(
      new Set(['/hbrSpec/vms', '/hbrSpec/more']),
    );
  });

  it('with a field that is not known is refused by its name, spelt as a pointer', async () => {
    const problem = await problemOf({ ...group, 'a/b~c': 1 }, body(CreateProtectionGroupDto));
    expect(problem.errors).toEqual([{ pointer: '/a~1b~0c', detail: 'There is no field "a/b~c" here.' }]);
  });

  it.each([[['books']], ['books'], [7]])('that is no object is refused: %j', async (value) => {
    expect((await problemOf(value, body(CreateProtectionGroupDto))).detail).toBe(
      'The body must be a JSON object.',
    );
  });

  it.each([{ name: null }, { description: null }, { reason: null }, { validateOnly: null }])(
    'in which null stands for an absent field is refused: %j',
    async (given) => {
      const [field] = Object.keys(given);
      expect(new Set(pointers(await problemOf(given, body(UpdateProtectionGroupDto))))).toEqual(
        new Set([`/${field}`]),
      );
    },
  );

  it('in which null, a list or a text stands for an object is refused', async () => {
    for (const hbrSpec of [null, [], 'vms'])
      expect(pointers(await problemOf({ ...group, hbrSpec }, body(CreateProtectionGroupDto)))).toContain(
        '/hbrSpec',
      );
  });

  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty'])(
    'with a field that every object has is refused by its name: %s',
    async (name) => {
      const given = { ...group, [name]: 1, hbrSpec: { vms: ['vm-1'], [name]: 1 } };
      expect(new Set(pointers(await problemOf(given, body(CreateProtectionGroupDto))))).toEqual(
        new Set([`/${name}`, `/hbrSpec/${name}`]),
      );
    },
  );

  it('that is absent misses its fields', async () => {
    expect(pointers(await problemOf(undefined, body(CreateProtectionGroupDto)))).toEqual(
      expect.arrayContaining(['/siteId', '/name']) as string[],
    );
  });
});

describe('a query', () => {
  it('has its numbers and lists read, and its defaults filled in', async () => {
    expect(
      await pipe.transform({ pageSize: '7', state: 'ERROR,PROTECTED' }, parameters(InventoryQueryDto)),
    ).toMatchObject({
      pageSize: 7,
      state: ['ERROR', 'PROTECTED'],
    });
    expect(
      await pipe.transform({ state: ['RUNNING', 'FAILED'] }, parameters(OperationsQueryDto)),
    ).toMatchObject({
      pageSize: 50,
      orderBy: 'createdTime desc',
      state: ['RUNNING', 'FAILED'],
    });
  });

  it('with a parameter that is not known is refused by its name', async () => {
    expect((await problemOf({ stat: 'ERROR' }, parameters(InventoryQueryDto))).errors).toEqual([
      { parameter: 'stat', detail: 'There is no parameter "stat" here.' },
    ]);
  });

  it.each([
    { pageSize: '0' },
    { pageSize: 'many' },
    { pageSize: '1.5' },
    { state: 'ERROR,BROKEN' },
    { activeSite: 'home' },
  ])('that cannot be meant is refused by the name of its parameter: %j', async (given) => {
    expect(pointers(await problemOf(given, parameters(InventoryQueryDto)))[0]).toBe(Object.keys(given)[0]);
  });

  it.each(['constructor', 'toString', '__proto__'])(
    'with a parameter that every object has is refused by its name: %s',
    async (name) => {
      const given: unknown = JSON.parse(`{"${name}": "1"}`);
      expect((await problemOf(given, parameters(InventoryQueryDto))).errors).toEqual([
        { parameter: name, detail: `There is no parameter "${name}" here.` },
      ]);
    },
  );

  it.each(['2030-01-31T00:00:00Z', '2028-02-29T23:59:59.123456+05:30'])(
    'with a moment is taken: %j',
    async (createdAfter) => {
      expect(await pipe.transform({ createdAfter }, parameters(OperationsQueryDto))).toMatchObject({
        createdAfter,
      });
    },
  );

  it.each([
    'yesterday',
    '2026-W01-1',
    '2026-123',
    '20260101',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-02-30T00:00:00Z',
    '2030-13-01T00:00:00Z',
    '2030-01-01T25:00:00Z',
    '',
  ])('with a time that is none is refused: %j', async (createdAfter) => {
    expect(pointers(await problemOf({ createdAfter }, parameters(OperationsQueryDto)))).toEqual([
      'createdAfter',
    ]);
  });
});

it('what has no DTO, and what is neither body nor query, is handed on', async () => {
  expect(await pipe.transform('alpha.books', { type: 'param', metatype: String })).toBe('alpha.books');
  expect(await pipe.transform('x', { type: 'custom', metatype: CreateProtectionGroupDto })).toBe('x');
});
