// The one place that knows oxc-parser. Gives a syntax tree with offsets in UTF-16 units, or says why there is none.
import { type Comment, type OxcError, type ParserOptions, type ParseResult, parseSync } from "oxc-parser";
import type { Remark } from "../../ir/ir.ts";
import { lineOf, placesIn } from "../../ir/place.ts";
import type { SourceText } from "../frontend.ts";
import { tooDeepAt } from "./nesting.ts";

export type * as Ast from "oxc-parser";

export interface Fault {
  readonly line: number;
  readonly what: string;
}

export interface Parsed {
  readonly body: ParseResult["program"]["body"];
  readonly remarks: readonly Remark[];
  readonly faults: readonly Fault[];
  readonly place: ReturnType<typeof placesIn>;
}

type Reading = Pick<ParserOptions, "lang" | "sourceType">;

export function parse(source: SourceText): Parsed {
  const text = source.text.startsWith("\uFEFF") ? source.text.slice(1) : source.text;
  const place = placesIn(text);
  const line = (offset: number): number => lineOf(place(offset));
  const readings = readingsOf(source.file);
  const deep = tooDeepAt(
    text,
    readings.some(({ lang }) => lang === "ts" || lang === "tsx"),
  );
  if (deep !== undefined) return { body: [], remarks: [], place, faults: [{ line: line(deep), what: "nested too deeply to be parsed" }] };
  const result = bestOf(source.file, text, readings);
  if (typeof result === "string") return { body: [], remarks: [], place, faults: [{ line: 1, what: result }] };
  return {
    body: result.program.body,
    remarks: text.includes("sallyport") ? result.comments.flatMap((comment) => remarksIn(comment, line)) : [],
    faults: result.errors.filter(isError).map((error) => faultOf(error, line)),
    place,
  };
}

/** How a file may be meant, likeliest first. JSX in `.js` takes nothing away from JavaScript, so it is always on. */
function readingsOf(file: string): readonly Reading[] {
  if (/\.d\.[cm]?ts$/.test(file)) return [{ lang: "dts" }];
  if (file.endsWith(".tsx")) return inEveryWay("tsx");
  if (/\.[cm]?ts$/.test(file)) return inEveryWay("ts", file.endsWith(".cts"));
  // Type annotations in `.js` are Flow, which TypeScript's grammar mostly covers.
  return [...inEveryWay("jsx", file.endsWith(".cjs")), { lang: "tsx" }];
}

/** A `return` at the top is CommonJS; an `await` there a module's, also where nothing is imported. */
function inEveryWay(lang: NonNullable<Reading["lang"]>, commonJsFirst = false): Reading[] {
  const others: Reading[] = [{ lang }, { lang, sourceType: "module" }];
  const commonJs: Reading = { lang, sourceType: "commonjs" };
  return commonJsFirst ? [commonJs, ...others] : [...others, commonJs];
}

/** The first reading without errors; else the one that recovered most. */
function bestOf(file: string, text: string, readings: readonly Reading[]): ParseResult | string {
  let best: ParseResult | undefined;
  let why = "could not be parsed";
  for (const reading of readings) {
    try {
      const result = parseSync(file, text, { ...reading, preserveParens: false });
      if (result.errors.length === 0) return result;
      if (best === undefined || result.program.body.length > best.program.body.length) best = result;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  }
  return best ?? why;
}

const isError = ({ severity }: OxcError): boolean => (severity as string) === "Error";

const faultOf = (error: OxcError, line: (offset: number) => number): Fault => ({
  line: line(error.labels[0]?.start ?? 0),
  what: error.message,
});

/** One for each line of a comment that speaks of sallyport. */
function remarksIn(comment: Comment, line: (offset: number) => number): Remark[] {
  if (!comment.value.includes("sallyport")) return [];
  const first = line(comment.start);
  return comment.value
    .split("\n")
    .map((text, index) => ({ line: first + index, text: withoutStars(text) }))
    .filter(({ text }) => text.includes("sallyport"));
}

/** In one pass: a pattern for the end of a text is tried at every white space in it. */
function withoutStars(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && /[\s*]/.test(text[start]!)) start++;
  while (end > start && /[\s*]/.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}
