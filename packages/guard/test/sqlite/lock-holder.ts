// A process that holds the file's write lock from when it says so until its standard input ends.
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(process.argv[2]!, { timeout: 5000 });
database.exec("BEGIN IMMEDIATE");
process.stdout.write("locked\n");
process.stdin.resume().once("end", () => {
  database.exec("ROLLBACK");
  database.close();
});
