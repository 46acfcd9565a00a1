import { isUtf8 } from 'node:buffer';
import { problem, ProblemError } from '../../domain/problem.js';
import { invalidRequest } from './invalid-request.js';

const DEEPEST = 20;
const MOST_ITEMS = 1_000;

/** The body as it was sent; nothing = an empty object. Throws `ProblemError`. */
export function parseJsonBody(bytes: Buffer, contentType = ''): unknown {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new ProblemError(problem('unsupported-media-type', 'JSON is written in UTF-8 here.'));
  if (!isUtf8(bytes)) throw notValid('The body is not UTF-8.');
  const text = bytes.toString('utf8');
  if (text.trim() === '') return {};
  const fault = boundsFault(text);
  if (fault !== null) throw notValid(fault);
  try {
    // An escape could hide the name.
    return /__proto__|constructor|\\u/.test(text) ? JSON.parse(text, withoutPrototypes) : JSON.parse(text);
  } catch (error) {
    throw notValid(error instanceof Reserved ? error.message : 'The body is not JSON.');
  }
}

/** By one look at the text, before anything is made of it. Whether it is JSON at all is found out later. */
function boundsFault(text: string): string | null {
  /** Of each level that is open: how many commas; -1 = an object. */
  const commas: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        commas.push(text.charCodeAt(at) === 0x5b ? 0 : -1);
        if (commas.length > DEEPEST) return `Nothing may be nested deeper than ${DEEPEST} levels.`;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        commas.pop();
        break;
      case 0x2c: {
        const sofar = commas.at(-1) ?? -1;
        if (sofar < 0) break;
        if (sofar + 2 > MOST_ITEMS) return `A list may have ${MOST_ITEMS} items at the most.`;
        commas[commas.length - 1] = sofar + 1;
      }
    }
  }
  return null;
}

/** Where the string that begins here ends. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22) return at;
  }
  return text.length;
}

class Reserved extends Error {}

/** What makes objects of bodies asks each for its class by the second of these names. */
function withoutPrototypes(key: string, value: unknown): unknown {
  if (key === '__proto__' || key === 'constructor') throw new Reserved(`No field is called "${key}".`);
  return value;
}

function notValid(detail: string): ProblemError {
  return invalidRequest([{ pointer: '', detail }]);
}
