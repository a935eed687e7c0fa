// A message key that is said as data and not as code: the path of a property. It can be compared and documented,
// which a function cannot.

export interface KeyPath<Data = any> {
  (data: Data): string;
  readonly path: string;
}

/** `keyAt("note.id")` takes the key from `data.note.id`, a property that the schema requires. */
export function keyAt(path: string): KeyPath {
  const steps = path.split(".");
  const key = (data: unknown): string => {
    let value = data;
    for (const step of steps) {
      value =
        typeof value === "object" && value !== null && Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
    }
    if (typeof value === "string" || typeof value === "number") return String(value);
    // A schema that requires the property makes this unreachable; an empty key would put every message into one order.
    throw new TypeError(`no string or number at ${path}`);
  };
  return Object.assign(key, { path });
}

export function pathOf(key: ((data: any) => string) | undefined): string | undefined {
  return key === undefined ? undefined : (key as Partial<KeyPath>).path;
}
