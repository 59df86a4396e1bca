import { ims } from "./detection-ims.ts";
import { nab } from "./detection-nab.ts";
import { skab } from "./detection-skab.ts";
import { heading, say } from "./print.ts";

/** `pnpm bench:detection`: what the detectors reach on published recordings, beside what they must and published figures. */
say(heading());
say("\nNAB half (one tag: novelty)");
nab();
say("\nSKAB half (all tags of a rig: T²)");
skab();
say("\nIMS bearing test 2 (bearing 1 failed)");
ims();
