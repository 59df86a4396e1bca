import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A real server of somebody else's, started for a test in its own temporary folder on the loopback interface. */
export type Peer = {
  url: string;
  port: number;
  /** Ends the process, keeps its data. */
  pause(): Promise<void>;
  /** Starts it again on the same data and port. */
  resume(): Promise<void>;
  /** SIGSTOP: it hangs, with its port open. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  stop(): Promise<void>;
};

/** Whether the program can be run here. Missing on a build machine (CI set) is an error, elsewhere a printed reason to skip. */
export function peerInstalled(program: string): boolean {
  if (spawnSync("which", [program]).status === 0) return true;
  if (process.env.CI) throw new Error(`${program} is not installed: this test needs it`);
  process.stdout.write(`skipped: ${program} is not installed\n`);
  return false;
}

/** Debian's influxdb 1.6: every folder and port its own, nothing reported, nothing subscribed. */
export async function startInfluxd(): Promise<Peer> {
  const dir = mkdtempSync(join(tmpdir(), "millwright-influxd-"));
  const [port, rpcPort] = [await freePort(), await freePort()];
  const config = join(dir, "influxdb.conf");
  writeFileSync(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${dir}/meta"
[data]
  dir = "${dir}/data"
  wal-dir = "${dir}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[continuous_queries]
  enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[logging]
  level = "error"
`,
  );
  return startPeer("influxd", ["run", "-config", config], dir, port, "/ping");
}

/** A time-series database that takes InfluxDB's v2 write path and speaks no InfluxQL. */
export async function startVictoriaMetrics(): Promise<Peer> {
  const dir = mkdtempSync(join(tmpdir(), "millwright-victoria-"));
  const port = await freePort();
  const args = [
    `-httpListenAddr=127.0.0.1:${port}`,
    `-storageDataPath=${dir}/data`,
    "-retentionPeriod=100y",
    "-loggerLevel=ERROR",
  ];
  return startPeer("victoria-metrics", args, dir, port, "/health");
}

async function startPeer(
  program: string,
  args: string[],
  dir: string,
  port: number,
  ready: string,
): Promise<Peer> {
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  let said = "";
  const resume = async () => {
    const started = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], cwd: dir });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.on("data", (bytes) => {
        said = (said + bytes).slice(-4000);
      });
    }
    const deadline = Date.now() + 30_000;
    while (!(await answers(`${url}${ready}`))) {
      if (started.exitCode !== null || Date.now() > deadline)
        throw new Error(`${program} did not start: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  };
  const pause = async () => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGCONT");
    running.kill("SIGTERM");
    const stubborn = setTimeout(() => running.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(stubborn);
  };
  await resume();
  return {
    url,
    port,
    pause,
    resume,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    async stop() {
      await pause();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1000) }).then(
    (response) => response.ok,
    () => false,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(),
      );
    });
  });
}
