// Reads the models of one language, once. The files are our own and checked in tests, so nothing is checked here.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Language } from "../ir/ir.ts";
import type { Management, Model } from "./model.ts";
import { indexModels, type ModelIndex } from "./model-index.ts";

export type { Known, KnownConvention, KnownType, ModelIndex } from "./model-index.ts";

const indexes = new Map<Language, ModelIndex>();
let management: Management | undefined;

const readJson = (url: URL): unknown => JSON.parse(readFileSync(url, "utf8"));

export const loadModels = (language: Language): ModelIndex => {
  const index = indexes.get(language) ?? indexModels(readModels(language));
  indexes.set(language, index);
  return index;
};

export const loadManagement = (): Management => (management ??= readJson(new URL("management.json", import.meta.url)) as Management);

/** Sorted by file name, so that two runs agree. */
const readModels = (language: Language): readonly Model[] => {
  const folder = new URL(`${language}/`, import.meta.url);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.sort().map((file) => readJson(new URL(file, folder)) as Model);
};
