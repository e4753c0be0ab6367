/**
 * How fresh a new agent session is: from the answer that sets a cookie in the warm browser to the
 * first request of a new MCP session that sends it.
 *
 * The whole pipeline runs as `hearth up` runs it. The peer is the arrangement Hearth replaces: an
 * hourly harvest and an hourly refresh, whose delay is not measured but is the mean of two uniform waits.
 *
 * @module
 */
import { systemClock } from "../core/clock.ts";
import { createLogger } from "../core/log.ts";
import { openAgent } from "../local/agent.ts";
import { createPrinter } from "../local/printer.ts";
import { openTypist } from "../local/typist.ts";
import { bringUp, type UpPipeline } from "../local/up.ts";
import { type BenchReport, figures } from "./report.ts";

const LOGINS = 20;
const HOURLY_MEAN_MS = 2 * 30 * 60 * 1_000;

/** A site that sets a new cookie with every login and notes who comes back with it. */
interface CountingSite extends AsyncDisposable {
  readonly url: string;
  /** When login `n` was answered, by the monotonic clock. */
  readonly setMs: Map<number, number>;
  /** When an agent first sent the cookie of login `n`. */
  readonly sentMs: Map<number, number>;
}

function startCountingSite(): CountingSite {
  const setMs = new Map<number, number>();
  const sentMs = new Map<number, number>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const n = Number(searchParams.get("n"));
    const page = (text: string, headers: Record<string, string> = {}) =>
      new Response(`<!doctype html><title>Bench</title><p>${text}</p>`, {
        headers: { "content-type": "text/html", ...headers },
      });
    if (pathname === "/login") {
      setMs.set(n, systemClock.monotonic());
      return page(`login ${n}`, { "set-cookie": `session=s${n}; HttpOnly; Path=/` });
    }
    const isKnown = request.headers.get("cookie")?.includes(`session=s${n}`) ?? false;
    if (pathname === "/agent" && isKnown && !sentMs.has(n)) {
      sentMs.set(n, systemClock.monotonic());
    }
    return page(isKnown ? `known ${n}` : "unknown");
  });
  return {
    url: `http://bench.localhost:${server.addr.port}`,
    setMs,
    sentMs,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Runs the pipeline and measures {@linkcode LOGINS} logins. */
export async function measure(): Promise<BenchReport> {
  const dataDir = await Deno.makeTempDir({ prefix: "hearth-bench-" });
  const pipeline = await bringUp({
    dataDir,
    mode: "virtual",
    printer: createPrinter({ write() {}, isColoured: false }),
    env: Deno.env,
    clock: systemClock,
    log: createLogger({ component: "bench", level: "error", write() {} }),
  }, new AbortController().signal);
  try {
    await using site = startCountingSite();
    return await measureLogins(pipeline, site);
  } finally {
    await pipeline.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function measureLogins(pipeline: UpPipeline, site: CountingSite): Promise<BenchReport> {
  const { data, ports } = pipeline;
  const steps: Record<string, number[]> = { harvest: [], refresh: [], agent: [], total: [] };
  for (let n = 1; n <= LOGINS; n++) {
    const cdpUrl = `http://127.0.0.1:${ports.bridge}`;
    const tab = await openTypist(cdpUrl, `${site.url}/login?n=${n}`, systemClock);
    await tab.waitForText(`login ${n}`);
    const setMs = site.setMs.get(n) ?? Number.NaN;
    const harvestedMs = await whenFileHas(data.snapshot, `"s${n}"`);
    const refreshedMs = await whenFileHas(data.copy, `"s${n}"`);
    const agent = await openAgent(`http://localhost:${ports.mcp}/mcp`);
    await agent.call("browser_navigate", { url: `${site.url}/agent?n=${n}` });
    const sentMs = site.sentMs.get(n) ?? Number.NaN;
    await agent.close();
    tab[Symbol.dispose]();
    steps.harvest?.push(harvestedMs - setMs);
    steps.refresh?.push(refreshedMs - harvestedMs);
    steps.agent?.push(sentMs - refreshedMs);
    steps.total?.push(sentMs - setMs);
  }
  const cases = Object.fromEntries(
    Object.entries(steps).map(([step, values]) => [step, figures(values)]),
  );
  const total = cases.total?.p50 ?? Number.NaN;
  const share = (step: string) =>
    `${step} ${Math.round(100 * (cases[step]?.p50 ?? Number.NaN) / total)} %`;
  return {
    name: "freshness",
    unit: "ms",
    cases,
    ratios: { "ours/hourly": total / HOURLY_MEAN_MS },
    notes: [
      `share of the median: ${["harvest", "refresh", "agent"].map(share).join(", ")}`,
      "agent is the MCP server opening a new context and asking the site",
    ],
  };
}

async function whenFileHas(path: string, text: string): Promise<number> {
  const deadline = systemClock.monotonic() + 20_000;
  while (systemClock.monotonic() < deadline) {
    try {
      if ((await Deno.readTextFile(path)).includes(text)) return systemClock.monotonic();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await systemClock.sleep(5);
  }
  throw new Error(`"${path}" never held the cookie`);
}
