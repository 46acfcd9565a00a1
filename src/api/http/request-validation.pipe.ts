import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import { problem, ProblemError, type FieldError } from '../../domain/problem.js';

const PLAIN_TYPES = new Set<unknown>([String, Boolean, Number, Array, Object, undefined]);

/** Checks bodies and queries against their DTO. Every fault is told at once, each with its place. */
@Injectable()
export class RequestValidationPipe implements PipeTransform {
  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = metadata;
    if (PLAIN_TYPES.has(metatype) || (type !== 'body' && type !== 'query')) return value;
    const plain = value ?? {};
    if (typeof plain !== 'object' || Array.isArray(plain))
      throw invalid([{ pointer: '', detail: 'The body must be a JSON object.' }]);
    const dto = plainToInstance(metatype as new () => object, plain, { exposeDefaultValues: true });
    const faults = await validate(dto, {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: false,
    });
    if (faults.length > 0) throw invalid(faults.flatMap((fault) => fieldErrors(fault, '', type)));
    return dto;
  }
}

function invalid(errors: FieldError[]): ProblemError {
  const names = errors.map((e) => e.parameter ?? e.pointer ?? '').filter((name) => name !== '');
  const detail =
    names.length > 0 ? `Not valid: ${[...new Set(names)].join(', ')}.` : (errors[0]?.detail ?? '');
  return new ProblemError(problem('invalid-request', detail, { errors }));
}

function fieldErrors(fault: ValidationError, path: string, type: 'body' | 'query'): FieldError[] {
  const here = `${path}/${fault.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const place = type === 'body' ? { pointer: here } : { parameter: fault.property };
  const own = Object.entries(fault.constraints ?? {}).map(([kind, text]) => ({
    ...place,
    detail:
      kind === 'whitelistValidation'
        ? `There is no ${type === 'body' ? 'field' : 'parameter'} "${fault.property}" here.`
        : sentence(text),
  }));
  return [...own, ...(fault.children ?? []).flatMap((child) => fieldErrors(child, here, type))];
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${trimmed.endsWith('.') ? '' : '.'}`;
}
