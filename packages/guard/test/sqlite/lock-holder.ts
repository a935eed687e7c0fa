// A process that holds the file's write lock from when it says so until its standard input ends, or for the time given.
import { DatabaseSync } from "node:sqlite";

const [path = "", forMs] = process.argv.slice(2);
const database = new DatabaseSync(path, { timeout: 5000 });
database.exec("BEGIN IMMEDIATE");
process.stdout.write("locked\n");
if (forMs === undefined) process.stdin.resume().once("end", unlock);
else setTimeout(unlock, Number(forMs));

function unlock(): void {
  database.exec("ROLLBACK");
  database.close();
}
