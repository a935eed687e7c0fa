// An authority of a test's own, and what it signed for a server on this machine; made by openssl when it is asked for.
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../shop.ts";

/** Paths of files in PEM. */
export interface Certificates {
  readonly folder: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  /** Both in one file. */
  readonly keyAndCertificate: string;
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export function makeCertificates(): Certificates {
  const folder = temporaryFolder();
  const openssl = (...args: readonly string[]): void => void execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  openssl("req", "-x509", ...NEW_KEY, "-keyout", "authority.key", "-out", "authority.pem", "-subj", "/CN=a test's authority", "-days", "2");
  openssl("req", ...NEW_KEY, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  writeFileSync(join(folder, "names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const signed = ["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial", "-extfile", "names", "-days", "2"];
  openssl("x509", "-req", "-in", "server.csr", "-out", "server.pem", ...signed);
  const [key, certificate] = [join(folder, "server.key"), join(folder, "server.pem")];
  const keyAndCertificate = join(folder, "both.pem");
  writeFileSync(keyAndCertificate, readFileSync(key, "utf8") + readFileSync(certificate, "utf8"));
  // Servers that run as somebody else read them; the key is of this test alone.
  for (const path of [key, certificate, keyAndCertificate, join(folder, "authority.pem")]) chmodSync(path, 0o644);
  chmodSync(folder, 0o755);
  return { folder, authority: join(folder, "authority.pem"), certificate, key, keyAndCertificate };
}

/** As NODE_EXTRA_CA_CERTS does for a whole process; until the test is over. */
export function believe({ authority }: Pick<Certificates, "authority">): void {
  const before = getCACertificates("default");
  setDefaultCACertificates([...before, readFileSync(authority, "utf8")]);
  onTestFinished(() => setDefaultCACertificates(before));
}
