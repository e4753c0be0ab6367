/**
 * Which names an account of a dev box may have.
 *
 * A name becomes an account, a group, a directory below `/home`, a systemd instance and a file
 * name below `/etc/t3-serve`, so it must be safe as each of them and must not be one that the
 * system, Debian's packages or Hearth itself uses.
 *
 * @module
 */

/** What `useradd`, systemd's `%i` and the mint program all accept. */
export const OS_NAME: RegExp = /^[a-z_][a-z0-9_-]{0,31}$/;

/** What a name must be, as part of a sentence. */
export const OS_NAME_RULE =
  'must be 1 to 32 of a-z, 0-9, _ and -, beginning with a letter or _, such as "alice"';

/**
 * Accounts and groups of Debian's base-passwd and of packages a dev box has, and Hearth's own.
 * Groups count: `useradd` makes a group of the account's name and fails where there is one.
 */
const RESERVED: ReadonlySet<string> = new Set(
  `root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats nobody
  _apt adm tty disk kmem dialout fax voice cdrom floppy tape sudo audio dip operator src shadow utmp
  video sasl plugdev staff users nogroup input sgx kvm render netdev crontab ssh wheel docker lxd
  messagebus sshd polkitd uuidd tcpdump avahi rtkit dnsmasq geoclue colord saned pulse postfix exim
  debian-exim mysql postgres redis nginx haproxy earlyoom systemd _chrony ntpsec lightdm gdm
  t3-dispatch t3-gate codex-shared code-shared`.split(/\s+/),
);

/** Beginnings that name something else: `playwright-x.env` is the browser file of user x. */
const RESERVED_PREFIXES = ["systemd-", "playwright-"];

/**
 * Why a name cannot be an account's.
 *
 * @param name The name.
 * @returns The `must be …` part of a sentence, or `undefined` where the name is fine.
 */
export function osNameFault(name: string): string | undefined {
  if (!OS_NAME.test(name)) return OS_NAME_RULE;
  if (RESERVED.has(name)) return "must be a name that the system does not use";
  const prefix = RESERVED_PREFIXES.find((prefix) => name.startsWith(prefix));
  return prefix === undefined
    ? undefined
    : `must not begin with "${prefix}", which the system uses`;
}

/**
 * An account name made from an identity: the part before `@`, in lower case, with everything an
 * account name cannot have replaced by `_`.
 *
 * @param identity As the identity provider writes it, such as `Ada.Lovelace@example.com`.
 * @returns A name, or `undefined` where none can be made or the one made is reserved.
 */
export function osNameFrom(identity: string): string | undefined {
  const local = identity.split("@", 1)[0] ?? "";
  const name = local.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "_").replace(/^[^a-z]+/, "")
    .slice(0, 32);
  return osNameFault(name) === undefined ? name : undefined;
}
