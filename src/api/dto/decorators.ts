import { ValidateBy, ValidateIf } from 'class-validator';

/** May be absent. Unlike `IsOptional`, null is not absence: it is checked, and refused, like any other value. */
export const MayBeAbsent = () => ValidateIf((_request: object, value: unknown) => value !== undefined);

/** Of a list of objects: `ValidateNested` takes a list in it for what it holds. */
export const HoldsNoLists = () =>
  ValidateBy(
    {
      name: 'holdsNoLists',
      validator: {
        validate: (value: unknown) => !Array.isArray(value),
        defaultMessage: (about) => `each value in ${about?.property} must be an object`,
      },
    },
    { each: true },
  );

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** An RFC 3339 date-time with its zone: one moment, the same for everybody. */
export const IsMoment = () =>
  ValidateBy({
    name: 'isMoment',
    validator: {
      validate: isMoment,
      defaultMessage: (about) =>
        `${about?.property} must be an RFC 3339 time with a zone, such as 2026-01-31T08:00:00Z`,
    },
  });

function isMoment(value: unknown): boolean {
  const [, year, month, day] = (typeof value === 'string' && DATE_TIME.exec(value)) || [];
  if (day === undefined || Number.isNaN(Date.parse(String(value)))) return false;
  // Date.parse takes the 30th of February for the 2nd of March.
  return Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
}
