/**
 * The files that others read or write, each with its JSON Schema.
 *
 * @module
 */
import { z } from "zod";
import { routingTableJsonSchema } from "../../dispatch/routing_table.ts";
import { ARCHIVE_MANIFEST } from "../../profile/archive_manifest.ts";
import { settingsJsonSchema } from "../../provision/settings.ts";
import { ledgerJsonSchema } from "../../roster/port_ledger.ts";
import { rosterJsonSchema } from "../../roster/roster_schema.ts";
import { accessFileJsonSchema } from "../../snapshot/access/access_schema.ts";
import { manifestJsonSchema } from "../../snapshot/manifest.ts";
import { storageStateJsonSchema } from "../../snapshot/storage_state.ts";

/** A kind of file. */
export interface FileFormat {
  /** What the schema is called: `docs/reference/NAME.schema.json`. */
  readonly name: string;
  /** Where files of the kind are. */
  readonly paths: readonly string[];
  /** What they hold. */
  readonly holds: string;
  /** Who writes them. */
  readonly writer: string;
  /** Its JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Every kind. */
export const FILE_FORMATS: readonly FileFormat[] = [
  {
    name: "roster",
    paths: ["/etc/hearth/roster.yaml"],
    holds: "who may use a dev box ([every field](roster.md))",
    writer: "an admin",
    schema: rosterJsonSchema(),
  },
  {
    name: "provision",
    paths: ["/etc/hearth/provision.yaml"],
    holds: "what else is true of it ([every setting](provision.md))",
    writer: "an admin",
    schema: settingsJsonSchema(),
  },
  {
    name: "ports",
    paths: ["/etc/hearth/ports.json", "/etc/hearth/playwright_ports.json"],
    holds: "whose each port is, and was",
    writer: "provisioner, `roster ports`",
    schema: ledgerJsonSchema(),
  },
  {
    name: "access",
    paths: ["/etc/hearth/access.yaml"],
    holds: "whose token may read which sites ([how to](../how-to/give-a-user-fewer-sites.md))",
    writer: "provisioner, or an admin",
    schema: accessFileJsonSchema(),
  },
  {
    name: "dispatch",
    paths: ["/etc/t3-serve/dispatch.json"],
    holds: "who has which t3 instance ([reference](dispatch.md))",
    writer: "provisioner",
    schema: routingTableJsonSchema(),
  },
  {
    name: "storage_state",
    paths: ["/profile/snapshots/storage-state.json", "a user's copy"],
    holds: "what the browser is logged in to, as Playwright takes it",
    writer: "harvester; refresh",
    schema: storageStateJsonSchema(),
  },
  {
    name: "generations",
    paths: ["/profile/snapshots/manifest.json"],
    holds: "the generations, and why the last candidate was refused; never a value",
    writer: "harvester",
    schema: manifestJsonSchema(),
  },
  {
    name: "archive",
    paths: ["hearth-manifest.json in an archive of the profile"],
    holds: "every file of it, with its digest",
    writer: "profile_backup",
    schema: z.toJSONSchema(ARCHIVE_MANIFEST),
  },
];
