import { readConfig } from "@millwright/shared/config";
import { brokerConfig } from "../config.ts";
import { startBroker } from "../start.ts";

/** The control of the power cut: the same broker, but its commits reach the disk only with the next checkpoint. */
await startBroker(readConfig(brokerConfig, process.env), { syncEachCommit: false });
