import { readConfig } from "@millwright/shared/config";
import { brokerConfig } from "../config.ts";
import { startBroker } from "../start.ts";

/** The control of the loss test: the same broker, but it acknowledges before the commit. */
await startBroker(readConfig(brokerConfig, process.env), { ackBeforeCommit: true });
