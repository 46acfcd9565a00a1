import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import type { FieldError } from '../../domain/problem.js';
import { invalidRequest } from './invalid-request.js';

const PLAIN_TYPES = new Set<unknown>([String, Boolean, Number, Array, Object, undefined]);

type Kind = 'body' | 'query';

const MOST_KNOWN = 200;
const LONGEST_KNOWN = 500;

/** Checks bodies and queries against their DTO. Every fault is told at once, each with its place. */
@Injectable()
export class RequestValidationPipe implements PipeTransform {
  /** Queries that have no fault, by their DTO and text. */
  private readonly known = new Map<new () => object, Map<string, object>>();

  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = metadata;
    if (PLAIN_TYPES.has(metatype) || (type !== 'body' && type !== 'query')) return value;
    const plain = value ?? {};
    if (typeof plain !== 'object' || Array.isArray(plain))
      throw invalidRequest([{ pointer: '', detail: 'The body must be a JSON object.' }]);
    const dtoType = metatype as new () => object;
    return type === 'query' ? this.query(plain, dtoType) : checked(plain, dtoType, type);
  }

  /** Frontends ask the same again and again. Everybody gets a copy of their own. */
  private async query(plain: object, metatype: new () => object): Promise<object> {
    const ofType = this.known.get(metatype) ?? new Map<string, object>();
    this.known.set(metatype, ofType);
    const text = JSON.stringify(plain);
    const dto = ofType.get(text) ?? (await checked(plain, metatype, 'query'));
    if (!ofType.has(text) && text.length <= LONGEST_KNOWN) {
      if (ofType.size >= MOST_KNOWN) ofType.clear();
      // Its lists are everybody's.
      for (const each of Object.values(dto) as unknown[]) Object.freeze(each);
      ofType.set(text, dto);
    }
    return Object.assign(Object.create(Object.getPrototypeOf(dto) as object) as object, dto);
  }
}

async function checked(plain: object, metatype: new () => object, type: Kind): Promise<object> {
  const dto = plainToInstance(metatype, plain, { exposeDefaultValues: true });
  const faults = await validate(dto, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
  });
  const errors = [
    ...dropped(plain, dto, '').map((path) => unknownField(path, type)),
    ...faults.flatMap((fault) => fieldErrors(fault, '', type)),
  ];
  if (errors.length > 0) throw invalidRequest(errors);
  return dto;
}

function fieldErrors(fault: ValidationError, path: string, type: Kind): FieldError[] {
  const here = below(path, fault.property);
  const own = Object.entries(fault.constraints ?? {}).map(([kind, text]) =>
    kind === 'whitelistValidation'
      ? unknownField(here, type)
      : { ...placeOf(here, type), detail: sentence(text) },
  );
  return [...own, ...(fault.children ?? []).flatMap((child) => fieldErrors(child, here, type))];
}

/** Pointers to what was given and did not reach the DTO: names that every object has, like `constructor`. */
function dropped(plain: object, dto: object, path: string): string[] {
  return Object.entries(plain).flatMap(([name, given]: [string, unknown]) => {
    const taken = Object.getOwnPropertyDescriptor(dto, name)?.value as unknown;
    if (!Object.hasOwn(dto, name)) return [below(path, name)];
    return isObject(given) && isObject(taken) && isAlike(given, taken)
      ? dropped(given, taken, below(path, name))
      : [];
  });
}

/** Both lists, or neither: only then can the one have lost what the other has. */
function isAlike(given: object, taken: object): boolean {
  return Array.isArray(given) === Array.isArray(taken);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function unknownField(path: string, type: Kind): FieldError {
  const name = nameAt(path);
  return {
    ...placeOf(path, type),
    detail: `There is no ${type === 'body' ? 'field' : 'parameter'} "${name}" here.`,
  };
}

function placeOf(path: string, type: Kind): Pick<FieldError, 'pointer' | 'parameter'> {
  return type === 'body' ? { pointer: path } : { parameter: nameAt(path) };
}

function below(path: string, name: string): string {
  return `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function nameAt(path: string): string {
  return (path.split('/').at(-1) ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${trimmed.endsWith('.') ? '' : '.'}`;
}
