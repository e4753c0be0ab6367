/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import {
  choiceVariable,
  describeEnv,
  integerVariable,
  listVariable,
  pathVariable,
  portVariable,
  readEnv,
  secretVariable,
  textVariable,
  urlVariable,
} from "./env.ts";
import { Fault } from "./fault.ts";

const SCHEMA = z.object({
  PORT: portVariable(8088, "port to listen on"),
  RETRIES: integerVariable({ fallback: 3, min: 1, max: 10, description: "attempts" }),
  NAME: textVariable("a name", "warm"),
  NOTE: textVariable("a note"),
  DATA: pathVariable("a directory", "/profile"),
  TOKEN_FILE: pathVariable("a file"),
  MODE: choiceVariable(["fast", "safe"], "safe", "how to work"),
  HOSTS: listVariable("names that are allowed"),
  CDP_URL: urlVariable("the browser", "http://127.0.0.1:9222"),
  OTHER_URL: urlVariable("another browser"),
  PW_TOKEN: secretVariable("the bearer"),
});

function read(values: Readonly<Record<string, string>>) {
  return readEnv(SCHEMA, { get: (name) => values[name] });
}

function faultOf(values: Readonly<Record<string, string>>): string {
  try {
    read(values);
  } catch (error) {
    assert.ok(error instanceof Fault);
    assert.deepEqual([error.code, error.exitCode], ["config", 2]);
    return error.message;
  }
  return "";
}

Deno.test("readEnv() gives the defaults when nothing is set", () => {
  const values = read({});

  assert.deepEqual({ ...values, CDP_URL: values.CDP_URL?.href }, {
    PORT: 8088,
    RETRIES: 3,
    NAME: "warm",
    NOTE: undefined,
    DATA: "/profile",
    TOKEN_FILE: undefined,
    MODE: "safe",
    HOSTS: [],
    CDP_URL: "http://127.0.0.1:9222/",
    OTHER_URL: undefined,
    PW_TOKEN: undefined,
  });
});

Deno.test("readEnv() gives typed values when all is set", () => {
  const values = read({
    PORT: "0",
    RETRIES: "10",
    HOSTS: " a.example, ,b.example ,",
    OTHER_URL: "https://user:pw@host.example/x",
    PW_TOKEN: "s3cret",
  });

  assert.deepEqual([values.PORT, values.RETRIES, values.HOSTS], [0, 10, [
    "a.example",
    "b.example",
  ]]);
  assert.equal(values.OTHER_URL?.hostname, "host.example");
  assert.equal(values.PW_TOKEN?.reveal(), "s3cret");
});

Deno.test("readEnv() names every variable that is wrong when several are", () => {
  const message = faultOf({ PORT: "80a", RETRIES: "11", MODE: "Fast", DATA: "profile", NAME: "" });

  assert.equal(
    message,
    'Cannot read the environment: PORT is "80a", must be a port number from 0 to 65535; ' +
      'RETRIES is "11", must be a whole number from 1 to 10; NAME is "", must not be empty; ' +
      'DATA is "profile", must be an absolute path; MODE is "Fast", must be one of "fast", "safe"',
  );
});

Deno.test("readEnv() names any set of variables when they are the wrong ones", () => {
  const wrong = {
    PORT: "-1",
    RETRIES: "1.5",
    NOTE: "",
    DATA: "~/x",
    MODE: "",
    OTHER_URL: "ftp://x",
  };
  const property = fc.property(fc.subarray(Object.keys(wrong)), (names) => {
    const values = Object.fromEntries(
      Object.entries(wrong).filter(([name]) => names.includes(name)),
    );

    const message = faultOf(values);

    for (const name of Object.keys(wrong)) {
      assert.equal(message.includes(`${name} `), names.includes(name), message);
    }
  });

  fc.assert(property);
});

Deno.test("readEnv() says that a variable is not set when it has no default", () => {
  const schema = z.object({ WHERE: z.string("must be a place") });

  assert.throws(
    () => readEnv(schema, { get: () => undefined }),
    new Fault("Cannot read the environment: WHERE is not set, must be a place", { code: "config" }),
  );
});

Deno.test("readEnv() does not repeat the value when it may hold a secret", () => {
  const property = fc.property(fc.stringMatching(/^[a-z0-9]{12,20}$/), (value) => {
    const message = faultOf({ CDP_URL: value, OTHER_URL: `ftp://u:${value}@x`, TOKEN_FILE: value });

    assert.match(message, /CDP_URL must be.*OTHER_URL must be/);
    assert.ok(!message.includes(value), message);
  });

  fc.assert(property);
});

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.integer().map(String),
  fc.constantFrom("", "0", "65535", "65536", "00080", "1e3", " 80", "80\n", "+80", "0x50", "٣"),
);

Deno.test("portVariable() takes exactly the ports when given any text", () => {
  fc.assert(fc.property(anyText, (text) => {
    const isPort = /^[0-9]{1,5}$/.test(text) && !text.includes("\n") && Number(text) <= 65_535;

    const result = portVariable(1, "").safeParse(text);

    assert.deepEqual([result.success, result.data], [isPort, isPort ? Number(text) : undefined]);
  }));
});

Deno.test("integerVariable() takes exactly its bounds when given any text", () => {
  const schema = integerVariable({ fallback: 5, min: 2, max: 2_000, description: "" });
  fc.assert(fc.property(anyText, (text) => {
    const isWithin = /^[0-9]+$/.test(text) && Number(text) >= 2 && Number(text) <= 2_000;

    const result = schema.safeParse(text);

    assert.deepEqual([result.success, result.data], [
      isWithin,
      isWithin ? Number(text) : undefined,
    ]);
  }));
});

Deno.test("pathVariable() takes exactly absolute paths without NUL when given any text", () => {
  const path = fc.oneof(anyText, anyText.map((text) => `/${text}`), fc.constant("/a\0b"));
  fc.assert(fc.property(path, (text) => {
    const isPath = text.startsWith("/") && !text.includes("\0");

    assert.equal(pathVariable("").safeParse(text).success, isPath);
  }));
});

Deno.test("urlVariable() takes only http and https when given any text or URL", () => {
  fc.assert(fc.property(fc.oneof(anyText, fc.webUrl(), fc.webUrl().map((u) => `x${u}`)), (text) => {
    const result = urlVariable("").safeParse(text);

    if (result.success) assert.match(result.data?.protocol ?? "", /^https?:$/);
    else assert.ok(!/^https?:\/\/[a-z]+\.[a-z]+\/?$/.test(text), text);
  }));
});

Deno.test("listVariable() gives back the words when they are joined with commas and blanks", () => {
  const word = fc.stringMatching(/^[a-z0-9.:-]{1,12}$/);
  fc.assert(fc.property(fc.array(word), fc.constantFrom(",", ", ", " ,, "), (words, comma) => {
    assert.deepEqual(listVariable("").parse(words.join(comma)), words);
  }));
});

Deno.test("describeEnv() lists name, default and purpose when given a schema", () => {
  const rows = describeEnv(SCHEMA);

  assert.deepEqual(rows.map(({ name }) => name), Object.keys(SCHEMA.shape));
  assert.ok(rows.every(({ description }) => description !== ""), JSON.stringify(rows));
  assert.deepEqual(
    rows.filter(({ name }) => ["PORT", "HOSTS", "PW_TOKEN", "CDP_URL"].includes(name)),
    [
      { name: "PORT", fallback: "8088", description: "port to listen on" },
      { name: "HOSTS", fallback: undefined, description: "names that are allowed" },
      { name: "CDP_URL", fallback: "http://127.0.0.1:9222", description: "the browser" },
      { name: "PW_TOKEN", fallback: undefined, description: "the bearer" },
    ],
  );
});
