// One defence taken out, on purpose and exactly: what scripts/defences.ts does to a copy of the sources. What honest
// callers and messages get must stay as it is: a removal that breaks everything is noticed by anything.

export interface Edit {
  readonly file: string;
  /** Stands in the file exactly once; otherwise the table has gone stale. */
  readonly find: string;
  readonly put: string;
}

export interface Removal {
  readonly threat: string;
  /** What the guard lets in then. */
  readonly letsIn: string;
  /** More than one where another layer would stop it, too. */
  readonly edits: readonly Edit[];
}

/** One that tests on a real broker notice. */
export interface OnBroker extends Removal {
  /** Its name in `scripts/brokers`. */
  readonly broker: string;
  /** What is asked, by how its title begins after the threats: all that cite the threat, on every broker, would take hours. */
  readonly test: { readonly file: string; readonly title: string };
}

export const onBroker = (broker: string, test: OnBroker["test"], threat: string, letsIn: string, ...edits: readonly Edit[]): OnBroker => ({
  broker,
  test,
  threat,
  letsIn,
  edits,
});

export const guard = (path: string, find: string, put: string): Edit => ({ file: `packages/guard/src/${path}`, find, put });

export const server = (path: string, find: string, put: string): Edit => ({ file: `packages/server/src/${path}`, find, put });

export const removal = (threat: string, letsIn: string, ...edits: readonly Edit[]): Removal => ({ threat, letsIn, edits });

/** @throws {Error} when the text to find does not stand there exactly once. */
export function edited(text: string, { file, find, put }: Edit): string {
  const parts = text.split(find);
  if (parts.length === 2) return parts.join(put);
  throw new Error(`${file} has ${parts.length - 1} times, in place of once: ${find}`);
}
