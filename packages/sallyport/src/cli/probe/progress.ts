// One line on a terminal that says which case was judged last, written over itself; nothing anywhere else.
import type { Progress } from "../../probe/probe.ts";
import { escaped } from "../../report/escape.ts";
import type { ProgressLine } from "../audit/progress.ts";

const SAYS: Readonly<Record<Progress["phase"], string>> = {
  start: "starting the server and its broker",
  learn: "calling each tool honestly",
  attack: "attacking",
};

export function progressOn(
  stream: NodeJS.WriteStream,
  wanted: boolean,
): { readonly show: (progress: Progress) => void } & Pick<ProgressLine, "clear"> {
  if (!wanted || !stream.isTTY) return { show: () => undefined, clear: () => undefined };
  return {
    show: ({ phase, attack, case: name, ruling, done, of }) => {
      const count = done === undefined ? "" : ` ${done} of ${of}`;
      const last = attack === undefined ? "" : `: ${escaped(`${attack}, ${name ?? ""}: ${ruling ?? ""}`)}`;
      stream.write(`\r\u001b[2K${`${SAYS[phase]}${count}${last}`.slice(0, Math.max(20, stream.columns - 1))}`);
    },
    clear: () => void stream.write("\r\u001b[2K"),
  };
}
