/**
 * Our own lint rule: time, chance and the environment come in as effects.
 *
 * `Date.now()`, `new Date()`, `performance.now()`, `Math.random()` and `Deno.env` are for
 * `core/clock.ts`, `core/program.ts`, tests and benchmarks. Naming `Date.now` as the default of a
 * parameter is fine, since a test can pass another.
 *
 * @module
 */

const ALLOWED = /\/core\/(?:clock|program)\.ts$|_test\.ts$|\/(?:tests|bench)\//;

const AMBIENT: Readonly<Record<string, string>> = {
  'CallExpression[callee.object.name="Date"][callee.property.name="now"]': "Date.now()",
  'CallExpression[callee.object.name="performance"][callee.property.name="now"]':
    "performance.now()",
  'CallExpression[callee.object.name="Math"][callee.property.name="random"]': "Math.random()",
  'NewExpression[callee.name="Date"][arguments.length=0]': "new Date()",
  'MemberExpression[object.name="Deno"][property.name="env"]': "Deno.env",
};

/** The plugin `deno.json` names. */
const plugin: Deno.lint.Plugin = {
  name: "hearth",
  rules: {
    "no-ambient-effects": {
      create(context) {
        if (ALLOWED.test(context.filename)) return {};
        const visitors: Deno.lint.LintVisitor = {};
        for (const [selector, what] of Object.entries(AMBIENT)) {
          // The selectors are ours; only their node's range is used.
          (visitors as Record<string, (node: Deno.lint.Node) => void>)[selector] = (node) =>
            context.report({
              node,
              message: `${what} cannot be replaced in a test`,
              hint: "Take a Clock, a random source or an EnvReader as an argument",
            });
        }
        return visitors;
      },
    },
  },
};

export default plugin;
