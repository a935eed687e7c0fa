// Bytes as the text that SQS takes, and back. Envelopes are text already and go as they are; whatever is not goes in
// base64, and says so in an attribute.
import type { SqsMessage, SqsOutgoing } from "./client.ts";

export const ENCODING = "sallyport-encoding";

/** All that XML 1.0 has: no control characters, no lone surrogates, neither of the two non-characters. */
const TAKEN = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+$/u;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export type Body = Pick<SqsOutgoing, "MessageBody" | "MessageAttributes">;

export function bodyOf(bytes: Uint8Array): Body {
  const text = textOf(bytes);
  if (text !== undefined && TAKEN.test(text)) return { MessageBody: text };
  return {
    // A body may not be empty.
    MessageBody: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") || "=",
    MessageAttributes: { [ENCODING]: { DataType: "String", StringValue: "base64" } },
  };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

export function bytesOf({ Body = "", MessageAttributes }: SqsMessage): Uint8Array {
  const encoding = MessageAttributes !== undefined && Object.hasOwn(MessageAttributes, ENCODING) ? MessageAttributes[ENCODING] : undefined;
  return new Uint8Array(Buffer.from(Body, encoding?.StringValue === "base64" ? "base64" : "utf8"));
}

/** As SQS counts it. */
export function sizeOf({ MessageBody, MessageAttributes = {} }: Body): number {
  let bytes = Buffer.byteLength(MessageBody);
  for (const [name, { DataType, StringValue }] of Object.entries(MessageAttributes))
    bytes += name.length + DataType.length + StringValue.length;
  return bytes;
}
