/**
 * @module
 */
import assert from "node:assert/strict";
import { countedComplaints } from "./doc_lint.ts";

const OUTPUT = `error[private-type-ref]: public type 'readEnv' references private type 'ZodObject'
   --> /hearth/core/env.ts:20:3
    |

error[private-type-ref]: public type 'start' references private type 'Hidden'
   --> /hearth/core/start.ts:2:1

error[missing-jsdoc]: exported symbol is missing JSDoc documentation
   --> /hearth/core/start.ts:1:1

error: Found 3 documentation lint errors.
`;

Deno.test("countedComplaints() leaves out a private type when no file here declares it", () => {
  const complaints = countedComplaints(OUTPUT, (name) => name === "Hidden");

  assert.deepEqual(complaints.map((complaint) => complaint.split("\n")[0]), [
    "error[private-type-ref]: public type 'start' references private type 'Hidden'",
    "error[missing-jsdoc]: exported symbol is missing JSDoc documentation",
  ]);
});

Deno.test("countedComplaints() keeps an error when it is no complaint of the lint", () => {
  const complaints = countedComplaints("error: Module not found", () => false);

  assert.deepEqual(complaints, ["error: Module not found"]);
});
