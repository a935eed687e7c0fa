// Archives as npm makes them, and as nobody should.
import { gzipSync } from "node:zlib";

export interface Member {
  readonly name: string;
  readonly content?: string;
  /** `0` file, `1` hard link, `2` link, `5` folder, `x` pax, `L` GNU's long name. */
  readonly flag?: string;
  /** As written in the header, where that is a lie. */
  readonly size?: string;
}

export function tar(members: readonly Member[]): Buffer {
  const blocks = members.flatMap(({ name, content = "", flag = "0", size }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(name.slice(0, 100), 0);
    header.write("0000644\0", 100);
    header.write(size ?? `${body.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write(flag, 156);
    header.write("ustar\u000000", 257);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export const packed = (members: readonly Member[]): Buffer => gzipSync(tar(members));

export function pax(path: string): Member {
  const record = ` path=${path}\n`;
  const length = record.length + 2;
  return { name: "PaxHeader", flag: "x", content: `${length + (String(length).length - 2)}${record}` };
}
