/**
 * Public ids: opaque to clients, URL-safe, stable, and they carry their site.
 *
 * Form: `{siteId}.{encoded native id}`. A native id's `:` becomes `~` (SRM's ids are three parts joined
 * by colons); every other character outside `A-Z a-z 0-9 - _` becomes `.` and its two hex digits per byte.
 */
export interface SiteScopedId {
  siteId: string;
  nativeId: string;
}

export const SITE_ID_PATTERN = /^[a-z0-9-]{1,32}$/;

export function publicId(siteId: string, nativeId: string): string {
  let encoded = '';
  for (const byte of Buffer.from(nativeId, 'utf8')) {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9_-]/.test(char)) encoded += char;
    else if (char === ':') encoded += '~';
    else encoded += `.${byte.toString(16).padStart(2, '0')}`;
  }
  return `${siteId}.${encoded}`;
}

/** null = not an id of this form (so it names nothing). */
export function parsePublicId(id: string): SiteScopedId | null {
  const dot = id.indexOf('.');
  if (dot < 1 || dot === id.length - 1 || id.length > 512) return null;
  const siteId = id.slice(0, dot);
  const encoded = id.slice(dot + 1);
  if (!SITE_ID_PATTERN.test(siteId) || !/^(?:[A-Za-z0-9_~-]|\.[0-9a-f]{2})+$/.test(encoded)) return null;
  const bytes: number[] = [];
  for (let i = 0; i < encoded.length; i += 1) {
    const char = encoded.charAt(i);
    if (char === '.') {
      bytes.push(Number.parseInt(encoded.slice(i + 1, i + 3), 16));
      i += 2;
    } else bytes.push(char === '~' ? 0x3a : char.charCodeAt(0));
  }
  const nativeId = Buffer.from(bytes).toString('utf8');
  // In a path these two would mean a folder.
  if (nativeId === '.' || nativeId === '..') return null;
  // One thing has one id: other spellings of it are none.
  return publicId(siteId, nativeId) === id ? { siteId, nativeId } : null;
}
