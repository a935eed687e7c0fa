// `${NAME}` in a text stands for an environment variable, `$${` for the two characters. What is put in is text for
// good: it is not looked through again, neither for `${` nor as YAML.

export type Environment = Readonly<Record<string, string | undefined>>;

/** Makes the error; `match` finds the fault in the text of the file. */
export type Fault = (match: RegExp, what: string, remedy: string) => Error;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function interpolate(written: string, env: Environment, fault: Fault): string {
  return written.replaceAll(/\$\$\{|\$\{([^}]*)(\}?)/g, (match, name: string | undefined, closed: string | undefined) => {
    if (name === undefined) return "${";
    if (closed === "" || !NAME.test(name))
      throw fault(
        /(?<!\$)\$\{(?![A-Za-z_][A-Za-z0-9_]*\})/,
        "${ without the name of an environment variable",
        "Write ${NAME}, or $${ for the characters themselves.",
      );
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined)
      throw fault(
        new RegExp(`(?<!\\$)\\$\\{${name}\\}`),
        `environment variable ${name} is not set`,
        "Set it, or write $${ for the characters themselves.",
      );
    return value;
  });
}
