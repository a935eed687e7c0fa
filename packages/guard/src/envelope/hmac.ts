// HMAC-SHA256 (RFC 2104) as two one-shot hashes. `createHmac` makes a native object for each message, whose collection
// costs more than everything else that a door does with the message; what it computes is the same, and the tests compare.
import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** More than most signing inputs have; longer ones get a buffer of their own. */
const USUAL_BYTES = 4096;

/** The code of a text's UTF-8 bytes, in base64url. `secret` has at most 64 bytes, or is hashed first as the RFC says. */
export function hmacSha256(secret: Uint8Array): (text: string) => string {
  const key = secret.length > BLOCK_BYTES ? hash("sha256", secret, "buffer") : secret;
  const inner = padded(key, 0x36, BLOCK_BYTES + USUAL_BYTES);
  const outer = padded(key, 0x5c, BLOCK_BYTES + DIGEST_BYTES);
  return (text) => {
    const end = BLOCK_BYTES + Buffer.byteLength(text);
    const block = end > inner.length ? padded(key, 0x36, end) : inner;
    block.write(text, BLOCK_BYTES);
    outer.write(hash("sha256", block.subarray(0, end), "binary"), BLOCK_BYTES, "binary");
    return hash("sha256", outer, "base64url");
  };
}

/** The key and zeros to the end of one block, each byte combined with `pad`; then room. */
function padded(key: Uint8Array, pad: number, bytes: number): Buffer {
  const block = Buffer.alloc(bytes).fill(pad, 0, BLOCK_BYTES);
  for (const [at, byte] of key.entries()) block[at] = byte ^ pad;
  return block;
}
