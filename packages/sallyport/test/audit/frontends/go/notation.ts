// The IR in a few words a line, so that a table of sources and what they become can be read.
import type {
  Argument,
  ClassDefinition,
  Entry,
  Expression,
  FunctionDefinition,
  Parameter,
  Pattern,
  Statement,
  SwitchCase,
  TypeRef,
} from "../../../../src/audit/ir/ir.ts";

export const written = (statements: readonly Statement[]): string => statements.map(statement).join("; ");

const body = (statements: readonly Statement[]): string => (statements.length === 0 ? "{}" : `{ ${written(statements)} }`);

export function statement(s: Statement): string {
  switch (s.kind) {
    case "expression":
      return expression(s.value);
    case "let":
      return `let ${pattern(s.target)}${typed(s.type)}${s.value === undefined ? "" : ` = ${expression(s.value)}`}${s.hoisted === true ? " ^" : ""}`;
    case "import":
      return `import ${s.from} as [${s.bindings.map((each) => `${each.imported} ${each.local}`).join(", ")}]`;
    case "if":
      return `if ${expression(s.test)} ${body(s.then)}${s.else.length === 0 ? "" : ` else ${body(s.else)}`}`;
    case "loop":
      return [
        s.label === undefined ? "" : `${s.label}: `,
        s.style,
        s.target === undefined ? "" : ` ${pattern(s.target)}`,
        s.over === undefined ? "" : ` over ${expression(s.over)}`,
        s.test === undefined ? "" : ` ${expression(s.test)}`,
        ` ${body(s.body)}`,
      ].join("");
    case "switch":
      return `switch ${expression(s.subject)} { ${s.cases.map(switchCase).join(" ")} }`;
    case "throw":
    case "return":
      return s.value === undefined ? s.kind : `${s.kind} ${expression(s.value)}`;
    case "break":
    case "continue":
      return s.label === undefined ? s.kind : `${s.kind} ${s.label}`;
    case "block":
      return body(s.body);
    case "defer":
    case "spawn":
      return `${s.kind} ${expression(s.value)}`;
    case "unread":
      return `unread(${s.why})`;
    default:
      return s.kind;
  }
}

const switchCase = (each: SwitchCase): string =>
  `${each.tests.length === 0 ? "default" : `case ${each.tests.map(expression).join(", ")}`}${each.fallsThrough ? " falls" : ""}: ${body(each.body)}`;

export function expression(e: Expression): string {
  switch (e.kind) {
    case "literal":
      return JSON.stringify(e.value);
    case "template":
      return `template(${list(e.parts)})`;
    case "name":
      return e.name;
    case "member":
      return `${expression(e.object)}.${e.name}`;
    case "index":
      return `${expression(e.object)}[${expression(e.index)}]`;
    case "call":
      return `${e.callee.kind === "function" ? `(${expression(e.callee)})` : expression(e.callee)}(${e.args.map(argument).join(", ")})`;
    case "builtin":
      return `#${e.name}(${list(e.args)})`;
    case "object":
      return `${e.type === undefined ? "" : type(e.type)}{${e.entries.map(entry).join(", ")}}`;
    case "array":
      return `${e.style}[${e.items.map((each) => `${each.spread === true ? "..." : ""}${expression(each.value)}`).join(", ")}]`;
    case "function":
      return func(e.fn);
    case "class":
      return classOf(e.cls);
    case "binary":
      return `(${expression(e.left)} ${e.op} ${expression(e.right)})`;
    case "logic":
      return `(${expression(e.left)} ${e.op} ${expression(e.right)})`;
    case "not":
      return `!${expression(e.value)}`;
    case "unary":
      return `${e.op} ${expression(e.value)}`;
    case "assign":
      return `${pattern(e.target)} ${e.op ?? ""}= ${expression(e.value)}`;
    case "cast":
      return `(${expression(e.value)} as ${e.type === undefined ? "?" : type(e.type)})`;
    case "type":
      return `<${type(e.type)}>`;
    case "opaque":
      return `opaque(${list(e.parts)})`;
    default:
      return e.kind;
  }
}

const list = (values: readonly Expression[]): string => values.map(expression).join(", ");

const argument = (each: Argument): string => `${each.spread === undefined ? "" : "..."}${expression(each.value)}`;

function entry(each: Entry): string {
  if (each.kind === "property") return `${each.key}: ${expression(each.value)}`;
  return each.kind === "computed" ? `[${expression(each.key)}]: ${expression(each.value)}` : each.kind;
}

const func = (fn: FunctionDefinition): string =>
  `func ${fn.name}(${fn.params.map(parameter).join(", ")})${fn.returns === undefined ? "" : ` ${type(fn.returns)}`} ${body(fn.body)}`;

const parameter = (each: Parameter): string => `${each.style === "rest" ? "..." : ""}${pattern(each.target)}${typed(each.type)}`;

function classOf(cls: ClassDefinition): string {
  const head = cls.isInterface === true ? "interface" : "class";
  const bases = cls.bases.length === 0 ? "" : `(${list(cls.bases)})`;
  const fields = cls.fields.map((each) => `${each.name}${typed(each.type)}${each.tag === undefined ? "" : ` \`${each.tag}\``}`);
  return `${head} ${cls.name}${bases} { ${[...fields, ...cls.methods.map((each) => func(each.fn))].join("; ")} }`;
}

function pattern(p: Pattern | undefined): string {
  if (p === undefined) return "_";
  switch (p.kind) {
    case "name":
      return p.name;
    case "array":
      return `[${p.items.map(pattern).join(", ")}]`;
    case "place":
      return expression(p.target);
    default:
      return p.kind;
  }
}

const typed = (t: TypeRef | undefined): string => (t === undefined ? "" : `: ${type(t)}`);

export function type(t: TypeRef): string {
  const args = t.args === undefined ? "" : `<${t.args.map(type).join(", ")}>`;
  const members = t.members === undefined ? "" : `{${t.members.map((each) => `${each.name}${typed(each.type)}`).join(", ")}}`;
  return t.path.join(".") + args + members;
}
