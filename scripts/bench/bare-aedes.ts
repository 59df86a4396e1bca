import { createServer } from "node:net";
import { Aedes } from "aedes";

/** Child process: stock Aedes that stores nothing and lets everybody in; prints its port. The yardstick, not a product. */
const broker = await Aedes.createBroker();
const server = createServer(broker.handle);
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address && typeof address === "object") process.stdout.write(`${address.port}\n`);
});
