/**
 * IP addresses and ranges in CIDR notation, compared as numbers.
 *
 * @module
 */

/** A range of addresses of one family. */
export interface AddressRange {
  /** 32 for IPv4, 128 for IPv6. */
  readonly familyBits: 32 | 128;
  /** The range's first address. */
  readonly base: bigint;
  /** How many leading bits belong to the range. */
  readonly prefixBits: number;
}

/**
 * Reads an address (`10.1.2.3`, `::1`) or a range (`10.0.0.0/8`, `fd00::/8`).
 *
 * @returns The range, or `undefined` where the text is neither.
 */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  if (rest.length > 0) return undefined;
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  const { familyBits, value } = parsed;
  if (prefix === undefined) return { familyBits, base: value, prefixBits: familyBits };
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > familyBits) return undefined;
  return { familyBits, base: value, prefixBits: Number(prefix) };
}

/** Whether an address lies in a range. An IPv4 address mapped into IPv6 counts as IPv4. */
export function isInRange(address: string, range: AddressRange): boolean {
  const parsed = parseAddress(address);
  if (parsed === undefined || parsed.familyBits !== range.familyBits) return false;
  const shift = BigInt(range.familyBits - range.prefixBits);
  return parsed.value >> shift === range.base >> shift;
}

/** Whether a text is an IPv4 address in plain dotted form, or an IPv6 address. */
export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined;
}

function parseAddress(text: string): { familyBits: 32 | 128; value: bigint } | undefined {
  const v4 = parseV4(text.replace(/^::ffff:(?=\d+\.)/i, ""));
  if (v4 !== undefined) return { familyBits: 32, value: v4 };
  // The URL parser knows every spelling of IPv6; what it takes in brackets is nothing else.
  if (!text.includes(":") || !/^[0-9a-f:.]+$/i.test(text)) return undefined;
  if (!URL.canParse(`http://[${text}]/`)) return undefined;
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle = tail === undefined ? [] : Array(8 - left.length - right.length).fill("0");
  const value = [...left, ...middle, ...right]
    .reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  return { familyBits: 128, value };
}

function parseV4(text: string): bigint | undefined {
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}
