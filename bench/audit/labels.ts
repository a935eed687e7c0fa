// Places that somebody judged by hand, and how many of them were found.
import { readFileSync } from "node:fs";
import type { Hit } from "./subject.ts";

interface Place {
  readonly file: string;
  readonly line: number;
}

export interface Labelled {
  readonly folder: string;
  readonly findings: readonly (Place & { readonly class: string; readonly alt_lines?: readonly (number | Partial<Place>)[] })[];
  readonly safe: readonly (Place & { readonly safe_for?: readonly string[] })[];
}

export interface Tally {
  readonly labels: number;
  readonly found: number;
  readonly onSafe: number;
  /** `TOPIC src/a.ts:12` */
  readonly missed: readonly string[];
}

/** Lines that a hit may be away from a label, and from a place that is safe. */
const NEAR = 3;
const NEAR_SAFE = 1;

export function labelledIn(file: string): readonly Labelled[] {
  const projects = JSON.parse(readFileSync(file, "utf8")) as readonly (Labelled & { readonly repo: string })[];
  return projects.map((project) => ({ ...project, folder: folderOf(project.repo) }));
}

const folderOf = (repo: string): string => (repo.startsWith("npm:") ? `npm__${repo.slice(4)}` : repo.replace("/", "__"));

export function tallyOf({ findings, safe }: Labelled, hits: readonly Hit[]): Tally {
  const wanted = findings.filter((label) => label.class === "TOPIC" || label.class === "INJ");
  const isFound = (label: (typeof wanted)[number]): boolean =>
    hits.some((hit) => hit.kind === label.class && placesOf(label).some((place) => isNear(hit, place, NEAR)));
  const missed = wanted.filter((label) => !isFound(label));
  const stray = hits.filter(
    (hit) => !wanted.some((label) => label.class === hit.kind && placesOf(label).some((at) => isNear(hit, at, NEAR))),
  );
  return {
    labels: wanted.length,
    found: wanted.length - missed.length,
    onSafe: stray.filter((hit) => safe.some((at) => isNear(hit, at, NEAR_SAFE) && at.safe_for?.includes(hit.kind) !== false)).length,
    missed: missed.map((label) => `${label.class} ${label.file}:${label.line}`),
  };
}

const isNear = (hit: Place, place: Place, lines: number): boolean => hit.file === place.file && Math.abs(hit.line - place.line) <= lines;

const placesOf = (label: Labelled["findings"][number]): readonly Place[] => [
  label,
  ...(label.alt_lines ?? []).map((alt) =>
    typeof alt === "number" ? { file: label.file, line: alt } : { file: alt.file ?? label.file, line: alt.line ?? label.line },
  ),
];
