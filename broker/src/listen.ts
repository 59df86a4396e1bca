import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { Failure } from "@millwright/shared/failure";
import { createWebSocketStream, WebSocketServer } from "ws";
import { addressKey } from "./admit.ts";
import type { DeviceBroker } from "./broker.ts";
import type { Limits } from "./limits.ts";

export type Listening = { port: number; stopAccepting(): void; close(): Promise<void> };

/** Port in use, forbidden, or no such interface: one sentence that names the variable to change. */
function listenFailure(error: NodeJS.ErrnoException, host: string, port: number, variable: string): Failure {
  const sentence =
    error.code === "EADDRINUSE"
      ? `Port ${port} (${variable}) is already in use.`
      : error.code === "EACCES"
        ? `Port ${port} (${variable}) may not be opened by this user.`
        : error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND"
          ? `MQTT_HOST ${host} is not an address of this machine.`
          : `Port ${port} (${variable}) cannot be opened: ${error.message}`;
  return new Failure("conflict", sentence, { cause: error, field: variable });
}

export async function listen(
  server: Server,
  host: string,
  port: number,
  variable: string,
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenFailure(error, host, port, variable)));
    // What the kernel holds until we accept; it takes the less of this and net.core.somaxconn, usually 4,096.
    server.listen({ host, port, backlog: 65_535 }, resolve);
  });
  const address = server.address();
  let closed: Promise<void> | null = null;
  const close = () => {
    closed ??= new Promise((resolve) => server.close(() => resolve()));
    return closed;
  };
  return {
    port: address !== null && typeof address === "object" ? address.port : port,
    stopAccepting: () => void close(),
    close,
  };
}

const KEEPALIVE_MS = 60_000;

function prepare(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEPALIVE_MS);
}

/**
 * A browser says which page opens the connection; firmware says nothing, or, like paho, the broker's own address.
 * Any other page has to be named in MQTT_WS_ORIGINS.
 */
function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  return origin.replace(/^[a-z]+:\/\//, "") === host;
}

export function listenTcp(broker: DeviceBroker, host: string, port: number): Promise<Listening> {
  const server = createServer(
    // Read only when it is its turn: accepting is then five times as fast.
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS, pauseOnConnect: true },
    (socket) => broker.accept(socket, addressKey(socket.remoteAddress)),
  );
  return listen(server, host, port, "MQTT_PORT");
}

export function listenWebSocket(
  broker: DeviceBroker,
  host: string,
  port: number,
  options: { limits: Limits; origins: readonly string[]; refused: (reason: "text-frame" | "origin") => void },
): Promise<Listening> {
  const { limits, origins, refused } = options;
  const server = createHttpServer(
    {
      headersTimeout: limits.connectTimeoutMs,
      requestTimeout: limits.connectTimeoutMs,
      connectionsCheckingInterval: 500,
    },
    (_request, response) => {
      response.writeHead(426, { "content-type": "text/plain", connection: "close" });
      response.end("MQTT over WebSocket, subprotocol mqtt\n");
    },
  );
  server.on("connection", prepare);
  // A socket that sends no request at all is not covered by the two timeouts above.
  server.setTimeout(limits.connectTimeoutMs, (socket) => socket.destroy());
  const sockets = new WebSocketServer({
    // Not attached: it would take the errors of listening for its own.
    noServer: true,
    // Frames need not match MQTT packets, so this only bounds one frame; the guard bounds the packet.
    maxPayload: limits.packetBytes,
    // Compression would let a few bytes become many.
    perMessageDeflate: false,
    handleProtocols: (offered) =>
      offered.has("mqtt") ? "mqtt" : offered.has("mqttv3.1") ? "mqttv3.1" : false,
    verifyClient: ({ req }: { req: { headers: Record<string, string | string[] | undefined> } }) => {
      const offered = String(req.headers["sec-websocket-protocol"] ?? "").split(/\s*,\s*/);
      return offered.includes("mqtt") || offered.includes("mqttv3.1");
    },
  });
  server.on("upgrade", (request, duplex, head) => {
    if (!isAllowedOrigin(request.headers.origin, request.headers.host, origins)) {
      refused("origin");
      duplex.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, duplex, head, (socket) => sockets.emit("connection", socket, request));
  });
  sockets.on("connection", (socket, request) => {
    request.socket.setTimeout(0);
    socket.on("message", (_data, binary) => {
      if (binary) return;
      refused("text-frame"); // MQTT-6.0.0-1
      socket.terminate();
    });
    broker.accept(createWebSocketStream(socket), addressKey(request.socket.remoteAddress));
  });
  return listen(server, host, port, "MQTT_WS_PORT");
}
