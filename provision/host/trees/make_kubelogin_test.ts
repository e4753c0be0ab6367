/**
 * With a release on loopback: the real curl and unzip.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { DONE } from "../../item.ts";
import { runTool } from "../../real/run_tool.ts";
import { checkTree } from "./check_tree.ts";
import { installTree } from "./install_tree.ts";
import { kubeloginMaker } from "./make_kubelogin.ts";

const needsRoot = { ignore: Deno.uid() !== 0 };
const PROGRAM = "#!/bin/sh\necho kubelogin version v1.2.3\n";

/** A zip archive of two files that are stored as they are, with the checksums that unzip wants. */
function zipOf(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, content] = [new TextEncoder().encode(name), new TextEncoder().encode(text)];
    const common = new DataView(new ArrayBuffer(26));
    common.setUint16(0, 20, true);
    common.setUint32(10, crc32(content), true);
    common.setUint32(14, content.length, true);
    common.setUint32(18, content.length, true);
    common.setUint16(22, path.length, true);
    const shared = new Uint8Array(common.buffer);
    const local = concat(new Uint8Array([0x50, 0x4b, 3, 4]), shared, path, content);
    const tail = new DataView(new ArrayBuffer(14));
    tail.setUint32(10, offset, true);
    directory.push(
      concat(new Uint8Array([0x50, 0x4b, 1, 2, 20, 0]), shared, new Uint8Array(tail.buffer), path),
    );
    parts.push(local);
    offset += local.length;
  }
  const index = concat(...directory);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, parts.length, true);
  end.setUint16(10, parts.length, true);
  end.setUint32(12, index.length, true);
  end.setUint32(16, offset, true);
  return concat(...parts, index, new Uint8Array(end.buffer));
}

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

async function withRelease(
  archive: Uint8Array<ArrayBuffer>,
  use: (url: string, directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-kubelogin-" });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) =>
      url.endsWith("/kubelogin.zip") ? new Response(archive) : new Response("no", { status: 404 }),
  );
  try {
    await use(`http://127.0.0.1:${server.addr.port}/kubelogin.zip`, directory);
  } finally {
    await server.shutdown();
    await Deno.remove(directory, { recursive: true });
  }
}

const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function install(path: string, url: string, sha256: string) {
  const recipe = { kind: "kubelogin", version: "1.2.3", url, sha256 } as const;
  return installTree({ path }, kubeloginMaker(recipe, { runTool, env: {} }), { runTool });
}

Deno.test("kubeloginMaker() unpacks a release whose digest is the one named", needsRoot, () => {
  const archive = zipOf({ LICENSE: "", kubelogin: PROGRAM });
  return withRelease(archive, async (url, directory) => {
    const path = `${directory}/1.2.3`;

    const outcome = await install(path, url, sha256Of(archive));

    assert.deepEqual(outcome, DONE);
    assert.equal(checkTree(path), "whole");
    const { stdout } = await runTool({ command: `${path}/kubelogin`, args: ["--version"] });
    assert.equal(stdout, "kubelogin version v1.2.3\n");
  });
});

Deno.test("kubeloginMaker() refuses a release whose digest is another", needsRoot, () => {
  const archive = zipOf({ kubelogin: PROGRAM });
  return withRelease(archive, async (url, directory) => {
    const outcome = await install(`${directory}/1.2.3`, url, "0".repeat(64));

    assert.ok(!outcome.isDone);
    assert.match(outcome.error, /has the SHA-256 [0-9a-f]{64}, must be 0{64}; it is not unpacked/);
    assert.equal(outcome.isRefused, true);
    assert.deepEqual([...Deno.readDirSync(directory)], []);
  });
});

Deno.test("kubeloginMaker() says what cannot be downloaded", needsRoot, () => {
  const archive = zipOf({ kubelogin: PROGRAM });
  return withRelease(archive, async (url, directory) => {
    const missing = await install(`${directory}/1.2.3`, `${url}.old`, "0".repeat(64));
    const away = await install(`${directory}/1.2.3`, "http://127.0.0.1:9/a.zip", "0".repeat(64));

    assert.ok(!missing.isDone && !away.isDone);
    assert.match(missing.error, /kubelogin\.zip\.old cannot be downloaded: .*404/);
    assert.match(away.error, /127\.0\.0\.1:9\/a\.zip cannot be downloaded/);
  });
});
