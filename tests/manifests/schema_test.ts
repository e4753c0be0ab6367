/**
 * Every rendered object against the schema of its kind, without a single unknown key.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../../core/process.ts";
import { ROOT } from "../support/program.ts";
import type { KubeObject } from "./kube_object.ts";
import { allRenderings, readObjects } from "./renderings.ts";
import { modelModule, schemaSource } from "./schema_source.ts";

const WEB = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
`;

Deno.test("every object of k8s is what its schema says, down to the last key", async () => {
  const objects = (await allRenderings()).flatMap(({ objects }) => objects);
  const different = [...new Map(objects.map((one) => [JSON.stringify(one), one])).values()];

  const { code, text } = await check(different);

  assert.equal(code, 0, text);
});

Deno.test("every object of k8s passes the validation of kubernetes-models", async () => {
  for (const { objects } of await allRenderings()) {
    for (const object of objects) {
      const module = await import(modelModule(object));
      const Model = module[object.kind];
      assert.doesNotThrow(() => new Model(object).validate(), `${object.kind}`);
    }
  }
});

for (
  const [what, wrong, says] of [
    [
      "an unknown key",
      WEB.replace("maxUnavailable", "maxUnavailabel"),
      /maxUnavailabel"?' does not exist/,
    ],
    [
      "an unknown key deep inside",
      WEB.replace("matchLabels", "matchLabel"),
      /matchLabel"?' does not exist/,
    ],
    ["a wrong type", WEB.replace("maxUnavailable: 1", "maxUnavailable: [1]"), /not assignable/],
  ] as const
) {
  Deno.test(`the schemas refuse ${what}`, async () => {
    assert.equal((await check(readObjects(WEB))).code, 0);

    const { code, text } = await check(readObjects(wrong));

    assert.equal(code, 1);
    assert.match(text, says);
  });
}

Deno.test("a model there is not is no model that lets everything through", async () => {
  await assert.rejects(
    import(modelModule({ apiVersion: "policy/v1", kind: "Budget", metadata: {} })),
  );
});

async function check(objects: readonly KubeObject[]): Promise<{ code: number; text: string }> {
  const file = await Deno.makeTempFile({ prefix: "hearth-schema-", suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, schemaSource(objects));
    const { code, stdout, stderr } = await runCommand(
      Deno.execPath(),
      ["check", "-q", "--config", `${ROOT}deno.json`, file],
      { deadlineMs: 180_000, env: { NO_COLOR: "1" } },
    );
    return { code, text: stdout + stderr };
  } finally {
    await Deno.remove(file);
  }
}
