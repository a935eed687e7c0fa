// A file, which the target makes.
import { join } from "node:path";
import { EmbeddedTap } from "../taps/embedded.ts";
import type { StartBroker } from "./broker.ts";

export const startEmbedded: StartBroker = ({ folder, file = "broker.db" }) => {
  const path = join(folder, file);
  const tap = new EmbeddedTap(path);
  return Promise.resolve({ names: { file: path, url: path }, tap, close: () => tap.close() });
};
