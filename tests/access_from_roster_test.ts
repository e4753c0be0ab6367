/**
 * The access file that the provisioner writes is one that the snapshot server reads.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Secret } from "../core/secret.ts";
import { accessText } from "../provision/machine/access_text.ts";
import { findSubject, tokenDigest } from "../snapshot/access/access_rules.ts";
import { parseAccessFile } from "../snapshot/access/parse_access_file.ts";

Deno.test("accessText() gives a file in which each token is its user's", () => {
  const rules = parseAccessFile(accessText([
    { user: "grace", sites: ["wiki.example.org", "example.com"], token: new Secret("token-g") },
    { user: "123", sites: ["example.com"], token: new Secret("token-1") },
  ]));

  const grace = findSubject(rules, tokenDigest("token-g"), 0);

  assert.equal(grace?.name, "grace");
  assert.deepEqual(grace?.grant.sites, ["example.com", "wiki.example.org"]);
  assert.equal(findSubject(rules, tokenDigest("token-1"), 0)?.name, "123");
  assert.equal(findSubject(rules, tokenDigest("token-x"), 0), undefined);
});

Deno.test("accessText() gives a file that opens nothing when nobody has a site", () => {
  const rules = parseAccessFile(accessText([]));

  assert.equal(findSubject(rules, tokenDigest(""), 0), undefined);
});
