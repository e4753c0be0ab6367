/**
 * What of an object that kubectl creates as protobuf is needed here: its name, and the keys of its
 * data.
 *
 * Every message is `k8s\0` and a `runtime.Unknown` around the object; field numbers are those of
 * `generated.proto` in k8s.io/apimachinery and k8s.io/api, wire types those of protobuf.dev.
 *
 * @module
 */

/** An object's name and, of a Secret, its keys. */
export interface CreatedObject {
  /** `metadata.name`. */
  readonly metadata: { readonly name: string };
  /** `data`, without its values. */
  readonly data: Readonly<Record<string, string>>;
}

/** Reads it. */
export function readCreated(bytes: Uint8Array): CreatedObject {
  const raw = fieldsOf(bytes.subarray("k8s\0".length)).find(([field]) => field === 2)?.[1];
  const fields = fieldsOf(raw ?? new Uint8Array());
  const metadata = fieldsOf(fields.find(([field]) => field === 1)?.[1] ?? new Uint8Array());
  const entries = fields.filter(([field]) => field === 2).map(([, entry]) => entry);
  return {
    metadata: { name: textOf(metadata, 1) },
    data: Object.fromEntries(entries.map((entry) => [textOf(fieldsOf(entry), 1), ""])),
  };
}

type Field = readonly [field: number, bytes: Uint8Array];

function textOf(fields: readonly Field[], wanted: number): string {
  return new TextDecoder().decode(fields.find(([field]) => field === wanted)?.[1]);
}

/** Fields that are strings, bytes or messages; numbers are passed over. */
function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = () => {
    for (let value = 0, shift = 1;; shift *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    if (key % 8 === 2) {
      const length = varint();
      found.push([Math.floor(key / 8), bytes.subarray(at, at += length)]);
    } else varint();
  }
  return found;
}
