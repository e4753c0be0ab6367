/**
 * Leaves threads in the state of whoever runs it, as the fixture's `populate()` does.
 *
 * @module
 */
import { populate } from "../../t3_fixture/populate.ts";

const [home = "", json = "{}"] = Deno.args;
const { updatedAt, ...content } = JSON.parse(json);
populate(`${home}/.t3`, { ...content, updatedAt: new Date(updatedAt) });
