/**
 * Our units as a table for a reference page.
 *
 * @module
 */
import { parseUnitFile } from "../../systemd/unit_file.ts";

/**
 * What each unit is, as a Markdown table.
 *
 * @param units Their texts by name.
 */
export function unitTable(units: ReadonlyMap<string, string>): string {
  const rows = [...units].map(([name, text]) => {
    const { header, directives } = parseUnitFile(text);
    const values = (key: string) =>
      directives.filter((directive) => directive.name === key).map(({ value }) => value);
    const [what = ""] = header.split("\n");
    return `| \`${name}\` | ${what} | ${runsAs(name, values)} | ${starts(values)} | ${
      reaches(name, values)
    } |\n`;
  });
  return `| unit | | runs as | starts | reaches |\n| --- | --- | --- | --- | --- |\n${
    rows.join("")
  }`;
}

type Values = (key: string) => readonly string[];

function runsAs(name: string, values: Values): string {
  if (!name.endsWith(".service")) return "";
  const [user = "root"] = values("User");
  const capabilities = values("CapabilityBoundingSet").join(" ").trim();
  const who = user === "%i" ? "the user" : `\`${user}\``;
  if (user !== "root") return who;
  return `${who} with ${capabilities.split(" ").map((one) => `\`${one}\``).join(", ")}`;
}

function starts(values: Values): string {
  const parts = [
    ...values("OnBootSec").map((time) => `${time} after boot`),
    ...values("OnCalendar").map((calendar) => `\`${calendar}\``),
    ...values("RandomizedDelaySec").map((time) => `up to ${time} later`),
    ...values("ListenStream").map((path) => `when somebody connects to \`${path}\``),
    ...values("ConditionPathExists").map((path) => `where \`${forUser(path)}\` is`),
  ];
  if (values("WantedBy").includes("multi-user.target")) parts.unshift("at boot");
  return parts.join(", ");
}

function reaches(name: string, values: Values): string {
  if (!name.endsWith(".service")) return "";
  const families = values("RestrictAddressFamilies").join(" ");
  const parts = [/AF_INET\b/.test(families) ? "the network" : "no network"];
  for (const key of ["BindPaths", "ReadWritePaths", "StateDirectory"]) {
    const root = key === "StateDirectory" ? "/var/lib/" : "";
    for (const path of values(key).flatMap((value) => value.split(" "))) {
      parts.push(`\`${root}${forUser(path.replace(/^-/, ""))}\``);
    }
  }
  return parts.join(", ");
}

function forUser(path: string): string {
  return path.replaceAll("%i", "<user>");
}
