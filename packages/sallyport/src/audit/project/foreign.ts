// Programs in languages that the audit does not read: a project must not look clean because nobody looked.
import { extname } from "node:path";
import type { NotRead } from "./not-read.ts";

const FOREIGN: ReadonlyMap<string, string> = new Map([
  [".java", "Java"],
  [".kt", "Kotlin"],
  [".scala", "Scala"],
  [".groovy", "Groovy"],
  [".clj", "Clojure"],
  [".cs", "C#"],
  [".fs", "F#"],
  [".rs", "Rust"],
  [".rb", "Ruby"],
  [".php", "PHP"],
  [".swift", "Swift"],
  [".dart", "Dart"],
  [".ex", "Elixir"],
  [".erl", "Erlang"],
  [".hs", "Haskell"],
  [".lua", "Lua"],
  [".pl", "Perl"],
  [".c", "C"],
  [".cc", "C++"],
  [".cpp", "C++"],
  [".zig", "Zig"],
]);

/** One line a language, at the first of its files. */
export function foreignIn(files: readonly string[]): readonly NotRead[] {
  const found = new Map<string, { readonly first: string; count: number }>();
  for (const file of files) {
    const language = FOREIGN.get(extname(file).toLowerCase());
    if (language === undefined) continue;
    const one = found.get(language) ?? { first: file, count: 0 };
    one.count++;
    found.set(language, one);
  }
  return [...found].map(([language, { first, count }]) => ({
    file: first,
    why: `${count === 1 ? "is" : `and ${count - 1} more are`} written in ${language}: TypeScript, JavaScript, Python and Go are read`,
  }));
}
