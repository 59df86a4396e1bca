import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../../stories/support/ports.ts";
import { until } from "../../stories/support/wait.ts";
import { look, type Seen } from "./portal-browser.ts";
import { say } from "./print.ts";

const PACKAGES = ["node-red@5.0.7", "@flowfuse/node-red-dashboard@1.31.0"];
const VALUES = 1000;
const INSTALL_MS = 180_000;

/** A Node-RED dashboard that shows 1,000 values, in the same Chromium; null, with the reason printed, where it cannot be had. */
export async function nodeRed(): Promise<Seen | null> {
  const dir = await mkdtemp(join(tmpdir(), "millwright-node-red-"));
  try {
    const installed = await run(
      "npm",
      ["install", "--no-audit", "--no-fund", "--prefix", dir, ...PACKAGES],
      dir,
    );
    if (!installed) {
      say("Node-RED left out: npm could not install it here (offline?)");
      return null;
    }
    const [port] = (await freePorts(1)) as [number];
    await writeFile(join(dir, "flows.json"), JSON.stringify(flows()));
    await writeFile(
      join(dir, "settings.js"),
      `module.exports = { flowFile: "flows.json", uiPort: ${port}, uiHost: "127.0.0.1", logging: { console: { level: "error" } }, telemetry: { enabled: false, updateNotification: false } };`,
    );
    const child = spawn(
      process.execPath,
      [join(dir, "node_modules/node-red/red.js"), "--userDir", dir, "--settings", join(dir, "settings.js")],
      { cwd: dir, stdio: ["ignore", "ignore", "inherit"] },
    );
    try {
      const address = `http://127.0.0.1:${port}/dashboard/values`;
      await until("Node-RED's dashboard", async () => (await fetch(address)).ok, 60_000);
      return await look(address, (page) =>
        page
          .getByText(`value ${VALUES - 1} is`)
          .first()
          .waitFor({ timeout: 60_000 }),
      );
    } finally {
      child.kill("SIGKILL");
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function run(file: string, args: string[], cwd: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, stdio: "ignore", timeout: INSTALL_MS });
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
}

/** One page, one group, a text widget for each value; all get a new one every second. */
function flows(): object[] {
  const numbers = Array.from({ length: VALUES }, (_, i) => i);
  return [
    { id: "tab", type: "tab", label: "values" },
    {
      id: "base",
      type: "ui-base",
      name: "base",
      path: "/dashboard",
      includeClientData: true,
      acceptsClientConfig: [],
    },
    { id: "theme", type: "ui-theme", name: "theme", colors: {}, sizes: {} },
    {
      id: "page",
      type: "ui-page",
      name: "values",
      ui: "base",
      path: "/values",
      layout: "grid",
      theme: "theme",
      order: 1,
    },
    {
      id: "group",
      type: "ui-group",
      name: "values",
      page: "page",
      width: "12",
      height: "1",
      order: 1,
      showTitle: true,
    },
    {
      id: "tick",
      type: "inject",
      z: "tab",
      props: [{ p: "payload" }],
      repeat: "1",
      once: true,
      onceDelay: 0.1,
      payload: "",
      payloadType: "date",
      wires: [["spread"]],
    },
    {
      id: "spread",
      type: "function",
      z: "tab",
      func: `return Array.from({ length: ${VALUES} }, (_, i) => ({ payload: "value " + i + " is " + (Math.random() * 100).toFixed(2) }));`,
      outputs: VALUES,
      wires: numbers.map((i) => [`text${i}`]),
    },
    ...numbers.map((i) => ({
      id: `text${i}`,
      type: "ui-text",
      z: "tab",
      group: "group",
      order: i + 1,
      width: "2",
      height: "1",
      name: "",
      label: `Pump ${i}`,
      format: "{{msg.payload}}",
      layout: "row-spread",
      wires: [],
    })),
  ];
}
