/**
 * What the product is made of, as one value: a layer that the product made is made anew when it changes.
 *
 * @module
 */
import { repositoryFiles, ROOT } from "../../gate/repository.ts";

/** The SHA-256 of every file of the product: no test, no document, no benchmark. */
export async function sourceDigest(): Promise<string> {
  const hashes: string[] = [];
  for (const path of repositoryFiles()) {
    if (/^(?:tests|docs|bench|k8s)\/|_test\.ts$|\.md$/.test(path)) continue;
    const bytes = await Deno.readFile(`${ROOT}${path}`);
    hashes.push(path, new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());
  }
  const all = new TextEncoder().encode(hashes.join("\n"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all)).toHex();
}
