/**
 * The two builds as command lines: first `hearth`, then `hearth-chrome`, which copies from it.
 *
 * @module
 */

/** What the person chose. */
export interface BuildOptions {
  /** What the images' names begin with, such as `registry.example.com/hearth/`. */
  readonly prefix: string;
  /** Their tag. */
  readonly tag: string;
  /** The Debian image; the Containerfiles name one. */
  readonly base?: string | undefined;
  /** The image with Deno in `/deno`; the Containerfile names one. */
  readonly deno?: string | undefined;
  /** Font packages; the Containerfile names some. */
  readonly fonts?: string | undefined;
  /** A certificate bundle that is only there while building. */
  readonly ca?: string | undefined;
  /** The builder's network. */
  readonly network?: string | undefined;
}

/** One build. */
export interface ImageBuild {
  /** The image's name with its tag. */
  readonly name: string;
  /** Arguments for podman and docker alike, to be run in the repository's root. */
  readonly args: readonly string[];
}

/** The builds, in their order. */
export function imageBuilds(options: BuildOptions): readonly ImageBuild[] {
  const { prefix, tag, base, deno, fonts } = options;
  const hearth = `${prefix}hearth:${tag}`;
  const chrome = `${prefix}hearth-chrome:${tag}`;
  return [
    { name: hearth, args: build("hearth", hearth, { BASE: base, DENO: deno }, options) },
    {
      name: chrome,
      args: build("chrome", chrome, { BASE: base, HEARTH: hearth, FONTS: fonts }, options),
    },
  ];
}

function build(
  directory: string,
  name: string,
  buildArgs: Readonly<Record<string, string | undefined>>,
  { ca, network }: BuildOptions,
): readonly string[] {
  return [
    "build",
    ...Object.entries(buildArgs).flatMap(([key, value]) =>
      value === undefined ? [] : ["--build-arg", `${key}=${value}`]
    ),
    ...(ca === undefined ? [] : ["--secret", `id=ca,src=${ca}`]),
    ...(network === undefined ? [] : [`--network=${network}`]),
    ...["--tag", name],
    ...["--file", `k8s/images/${directory}/Containerfile`],
    ".",
  ];
}
