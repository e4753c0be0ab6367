/**
 * The rules of our unit files that systemd itself does not check. What it does check (names,
 * values, programs, exposure) is left to `systemd-analyze`.
 *
 * @module
 */
import { type Directive, parseUnitFile } from "./unit_file.ts";

/** The order in which a section's directives stand. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  Unit: [
    "Description",
    "Documentation",
    "Requires",
    "Wants",
    "After",
    "Before",
    "ConditionPathExists",
    "CollectMode",
    "StartLimitIntervalSec",
    "StartLimitBurst",
  ],
  // What it is, what it is given, what it runs, how it ends and begins again, what it may use up.
  // Below these stands the sandbox, by the alphabet.
  Service: [
    "Type",
    "User",
    "Group",
    "DynamicUser",
    "SupplementaryGroups",
    "WorkingDirectory",
    "Environment",
    "EnvironmentFile",
    "LoadCredential",
    "StandardInput",
    "StandardOutput",
    "StandardError",
    "ExecStartPre",
    "ExecStart",
    "ExecStartPost",
    "ExecReload",
    "ExecStop",
    "ExecStopPost",
    "SuccessExitStatus",
    "Restart",
    "RestartSec",
    "RestartPreventExitStatus",
    "KillMode",
    "KillSignal",
    "TimeoutStartSec",
    "TimeoutStopSec",
    "LimitNOFILE",
    "MemoryMax",
    "MemorySwapMax",
    "OOMPolicy",
    "TasksMax",
    "UMask",
  ],
  Socket: [
    "ListenStream",
    "SocketUser",
    "SocketGroup",
    "SocketMode",
    "Accept",
    "MaxConnections",
    "TriggerLimitIntervalSec",
    "RemoveOnStop",
  ],
  Timer: [
    "OnBootSec",
    "OnCalendar",
    "Persistent",
    "RandomizedDelaySec",
    "FixedRandomDelay",
    "AccuracySec",
    "Unit",
  ],
  Install: ["WantedBy"],
};

const SECTIONS = ["Unit", "Service", "Socket", "Timer", "Install"];

/** A directive of the sandbox: every one of `Service` that has no place of its own. */
const SANDBOX =
  /^(?:(?:Protect|Private|Restrict|SystemCall|IPAddress|Inaccessible|ReadOnly)\w+|ReadWritePaths|Bind(?:ReadOnly)?Paths|(?:Ambient|CapabilityBounding)\w*|DevicePolicy|KeyringMode|LockPersonality|NoNewPrivileges|ProcSubset|RemoveIPC|StateDirectory\w*|CacheDirectory\w*|RuntimeDirectory\w*)$/;

/** Directives that no unit of ours has, and why. */
const NEVER: Readonly<Record<string, string>> = {
  MemoryDenyWriteExecute: "V8 does not start under it",
  MemoryHigh: "without swap, a group throttled there stands still",
};

const SECRET_NAME = /(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|CREDENTIAL)\w*=/i;

/**
 * What is wrong with a unit, one sentence each.
 *
 * @param name Its file name, such as `playwright-mcp@.service`.
 * @param text Its text.
 */
export function unitFaults(name: string, text: string): readonly string[] {
  const { header, directives } = parseUnitFile(text);
  const faults: string[] = [];
  const values = (key: string) =>
    directives.filter((directive) => directive.name === key).map(({ value }) => value);
  const say = (directive: Directive, why: string) =>
    faults.push(`${name}:${directive.line} ${directive.name}=: ${why}`);

  if (header === "") faults.push(`${name} has no header comment`);
  for (const key of ["Description", "Documentation"]) {
    if (values(key).length === 0) faults.push(`${name} has no ${key}=`);
  }
  for (const directive of directives) {
    const why = directiveFault(directive, name.includes("@"));
    if (why !== undefined) say(directive, why);
  }
  const known = directives.filter((directive) => place(directive) !== undefined);
  for (const [before, after] of pairs(known)) {
    if (compare(before, after) > 0) say(after, `stands before ${before.name}=, not after it`);
  }
  if (name.endsWith(".service")) faults.push(...serviceFaults(name, values));
  if (name.endsWith(".timer")) {
    for (const key of ["RandomizedDelaySec", "FixedRandomDelay"]) {
      if (values(key).length === 0) faults.push(`${name} has no ${key}=: all users start at once`);
    }
  }
  return faults;
}

function directiveFault(directive: Directive, isTemplate: boolean): string | undefined {
  const { section, name, value } = directive;
  if (NEVER[name] !== undefined) return NEVER[name];
  if (place(directive) === undefined) return `has no place in the order of [${section}]`;
  if (/%h/.test(value)) return "%h is root's home in a system unit, must be /home/%i";
  if (/(?:^|[\s=:"'-])~\//.test(value)) return '"~/" is not expanded, must be /home/%i';
  if (isTemplate && /\/home\/(?!%i(?:[/\s"']|$))/.test(value)) return "a home must be /home/%i";
  if (name === "User" && isTemplate && value !== "%i") return "must be %i";
  if (/^Exec/.test(name) && /\bnpx\b|@latest\b/.test(value)) {
    return "npx resolves and downloads at every start, must be an installed version";
  }
  const isGiven = name === "Environment" || name === "SetCredential" || /^Exec/.test(name);
  if (isGiven && SECRET_NAME.test(value)) {
    return "anybody on the machine can read it, a secret is a LoadCredential=";
  }
  return undefined;
}

function serviceFaults(name: string, values: (key: string) => readonly string[]): string[] {
  const faults: string[] = [];
  const restart = values("Restart")[0] ?? "no";
  const need = (key: string, why: string) => {
    if (values(key).length === 0) faults.push(`${name} has no ${key}=: ${why}`);
  };
  if (restart !== "no") {
    for (const key of ["StartLimitIntervalSec", "StartLimitBurst", "RestartSec"]) {
      need(key, "it would start again for ever, and nobody would notice");
    }
  }
  if (values("Type")[0] === "oneshot") need("TimeoutStartSec", "a oneshot may take for ever");
  if (values("User").length === 0 && values("DynamicUser").length === 0) {
    need("CapabilityBoundingSet", "it runs as root with every power");
  }
  need("MemoryMax", "one user's program could take the memory of all");
  need("MemorySwapMax", "one user's program could make the machine swap");
  return faults;
}

/** Negative where `a` belongs before `b`. */
function compare(a: Directive, b: Directive): number {
  const sections = SECTIONS.indexOf(a.section) - SECTIONS.indexOf(b.section);
  if (sections !== 0) return sections;
  const places = (place(a) ?? 0) - (place(b) ?? 0);
  if (places !== 0 || !SANDBOX.test(a.name)) return places;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Where in its section a directive stands; those of the sandbox share the last place. */
function place({ section, name }: Directive): number | undefined {
  const order = ORDER[section];
  const at = order?.indexOf(name) ?? -1;
  if (at >= 0) return at;
  return section === "Service" && SANDBOX.test(name) ? order?.length : undefined;
}

function pairs<T>(list: readonly T[]): readonly (readonly [T, T])[] {
  return list.slice(1).flatMap((after, at) => {
    const before = list[at];
    return before === undefined ? [] : [[before, after] as const];
  });
}
