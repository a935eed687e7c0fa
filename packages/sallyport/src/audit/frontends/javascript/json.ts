// Configuration files: JSON as people write it, with comments and trailing commas. Never trusted to have any shape.
import type { ProjectFiles } from "../frontend.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export function readJson(project: ProjectFiles, file: string): ReadonlyMap<string, Json> {
  const text = project.has(file) ? project.read(file) : undefined;
  return text === undefined ? NONE : mapOf(parseJson(text));
}

const NONE: ReadonlyMap<string, Json> = new Map();

export function mapOf(value: Json | undefined): ReadonlyMap<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : NONE;
}

export const textsOf = (value: Json | undefined): string[] => {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
};

/** In order: a string, a comment, a comma before a closing bracket. Strings are kept, the others go. */
const NOT_JSON = /("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\/|,(?=(?:\s|\/\/[^\n]*\n|\/\*[^]*?\*\/)*[}\]])/g;

function parseJson(text: string): Json | undefined {
  const plain = text.startsWith("\uFEFF") ? text.slice(1) : text;
  return parsed(plain) ?? parsed(plain.replace(NOT_JSON, "$1"));
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
