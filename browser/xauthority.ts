/**
 * The file that lets an X client in (Xau library, `XauWriteAuth`; man 7 Xsecurity).
 *
 * @module
 */

const FAMILY_WILD = 0xffff;

/**
 * One entry that fits every display of every host: family, then address, display number, method
 * and cookie, each after its length in two bytes, big end first.
 *
 * @param cookie 16 random bytes.
 */
export function xauthorityEntry(cookie: Uint8Array): Uint8Array {
  const fields = [
    new Uint8Array(),
    new Uint8Array(),
    new TextEncoder().encode("MIT-MAGIC-COOKIE-1"),
    cookie,
  ];
  const bytes = [...sixteenBits(FAMILY_WILD)];
  for (const field of fields) bytes.push(...sixteenBits(field.length), ...field);
  return new Uint8Array(bytes);
}

function sixteenBits(value: number): readonly number[] {
  return [value >> 8, value & 0xff];
}
