// One line on a terminal that says how far it is, written over itself; nothing anywhere else.
import type { Progress } from "../../audit/audit.ts";
import { escaped } from "../../report/escape.ts";

const EVERY_MS = 80;

const SAYS: Readonly<Record<Progress["phase"], string>> = {
  read: "looking for files",
  lower: "reading",
  follow: "following what flows where",
  judge: "judging",
};

export interface ProgressLine {
  readonly show: (progress: Progress) => void;
  readonly clear: () => void;
}

export function progressOn(stream: NodeJS.WriteStream, wanted: boolean): ProgressLine {
  if (!wanted || !stream.isTTY) return { show: () => undefined, clear: () => undefined };
  let shownAtMs = 0;
  let shown = false;
  const show = (progress: Progress): void => {
    const nowMs = performance.now();
    if (progress.phase === "lower" && nowMs - shownAtMs < EVERY_MS) return;
    [shownAtMs, shown] = [nowMs, true];
    stream.write(`\r\u001b[2K${lineOf(progress).slice(0, Math.max(20, stream.columns - 1))}`);
  };
  const clear = (): void => {
    if (shown) stream.write("\r\u001b[2K");
    shown = false;
  };
  return { show, clear };
}

function lineOf({ phase, file, done, of }: Progress): string {
  const count = done === undefined ? (of === undefined ? "" : ` (${of} files)`) : ` ${done} of ${of}`;
  return `${SAYS[phase]}${count}${file === undefined ? "" : `: ${escaped(file)}`}`;
}
