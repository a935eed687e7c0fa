// Passwords that everybody knows, and where a name leads.

const KNOWN = new Set(
  "guest admin password passwd pass secret rabbitmq rabbit redis root test changeme default user local localstack dummy fake 1234 12345 123456 admin123".split(
    " ",
  ),
);

/** `${PASSWORD:-guest}` is the default where nobody sets it. */
export function isKnownPassword(password: string): boolean {
  const fallback = /^\$\{[A-Za-z_]\w*:?-(.*)\}$/.exec(password)?.[1];
  return KNOWN.has((fallback ?? password).toLowerCase());
}

/** A reference to an environment or a file of secrets, or a word that stands for one. */
export const isReference = (text: string): boolean =>
  /^[$%{<]|\$\{|\{\{|^(your|my|the)[-_ ]|^x{3,}$|^\*+$|^\.\.\.$|^<.*>$|changeme|placeholder|example/i.test(text);

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\]|0\.0\.0\.0|host\.docker\.internal)$/i;

export const isLoopback = (host: string): boolean => host === "" || LOOPBACK.test(host);

export interface BrokerUrl {
  readonly scheme: string;
  readonly user: string;
  readonly password: string;
  readonly host: string;
}

const URL_ = /^([a-z][a-z0-9+.-]*):\/\/(?:([^:@/\s]*)(?::([^@/\s]*))?@)?(\[[^\]]+\]|[^:/,?\s]*)/i;

export function brokerUrl(text: string): BrokerUrl | undefined {
  const found = URL_.exec(text);
  if (found === null) return undefined;
  const [, scheme = "", user = "", password = "", host = ""] = found;
  return { scheme: scheme.toLowerCase(), user, password, host };
}
