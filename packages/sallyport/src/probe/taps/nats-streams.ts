// What JetStream keeps: its streams as it lists them, which subjects are theirs, and how much of one is there.

export interface Stream {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly last: number;
  readonly messages: number;
}

export interface ListedStream {
  readonly config: { readonly name: string; readonly subjects?: readonly string[] };
  readonly state: { readonly last_seq: number; readonly messages: number };
}

interface StreamInfo {
  readonly state: { readonly subjects?: Readonly<Record<string, number>> };
}

export interface Stored {
  readonly subject: string;
  readonly data?: string;
  readonly hdrs?: string;
}

/** A stream's name has no dots, and none of what a path has. */
export const streamOf = (subject: string): string => subject.replaceAll(/[^\w-]/g, "_");

export function fits(pattern: string, subject: string): boolean {
  const tokens = pattern.split(".").map((token) => (token === "*" ? "[^.]+" : token === ">" ? ".+" : escapedToken(token)));
  return new RegExp(`^${tokens.join("\\.")}$`).test(subject);
}

const escapedToken = (token: string): string => token.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Of a bucket's key that was deleted there stands a note, which is no value of it. */
const BUCKETS = "$KV.";
const ENDED = /^KV-Operation: *(?:DEL|PURGE)/im;

type Ask = <T extends object>(question: string, given: object) => Promise<Partial<T>>;

/** By the stream's own name, or by a subject. */
export async function heldIn(streams: readonly Stream[], destination: string, ask: Ask): Promise<number> {
  const counts = streams.map(async ({ name, subjects, messages }) => {
    if (name === destination) return messages;
    if (!subjects.some((pattern) => fits(pattern, destination))) return 0;
    const about = await ask<StreamInfo>(`STREAM.INFO.${name}`, { subjects_filter: destination });
    const count = about.state?.subjects?.[destination] ?? 0;
    return count > 0 && destination.startsWith(BUCKETS) && (await isEnded(name, destination, ask)) ? 0 : count;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function isEnded(stream: string, subject: string, ask: Ask): Promise<boolean> {
  const { message } = await ask<{ readonly message: Stored }>(`STREAM.MSG.GET.${stream}`, { last_by_subj: subject });
  return ENDED.test(Buffer.from(message?.hdrs ?? "", "base64").toString());
}
