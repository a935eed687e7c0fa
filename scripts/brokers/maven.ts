// Servers that Debian does not have, from Maven Central: their jars are kept in the user's cache.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "sallyport");

export interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

const mainJar = ({ artifact, version }: Coordinates): string => `${artifact}-${version}.jar`;

/** Where the jars are, once they have been resolved. */
export const jarsOf = ({ artifact, version }: Coordinates): string => join(CACHE, `${artifact}-${version}`);

/** Resolved once, with all that it depends on: what Maven has verified is moved to its place as a whole. */
export function resolveJars(wanted: Coordinates): void {
  const jars = jarsOf(wanted);
  if (existsSync(join(jars, mainJar(wanted)))) return;
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "resolving-"));
  try {
    const { group, artifact, version } = wanted;
    writeFileSync(
      join(folder, "pom.xml"),
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
       <groupId>sallyport</groupId><artifactId>resolving</artifactId><version>1</version><dependencies><dependency>
       <groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>
       </dependency></dependencies></project>`,
    );
    const args = ["-B", "-q", "dependency:copy-dependencies", "-DoutputDirectory=jars", "-DincludeScope=runtime"];
    const { status, stdout } = spawnSync("mvn", args, { cwd: folder, encoding: "utf8" });
    if (status !== 0 || !readdirSync(join(folder, "jars")).includes(mainJar(wanted))) throw new Error(`mvn failed: ${stdout}`);
    renameSync(join(folder, "jars"), jars);
  } catch (error) {
    // Another may have been faster.
    if (!existsSync(join(jars, mainJar(wanted)))) throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether this machine can resolve and run them. */
export const hasJavaAndMaven = (): boolean =>
  ["java", "mvn"].every((program) => spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined);
