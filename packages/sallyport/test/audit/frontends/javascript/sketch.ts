// The IR as one line of text, close to the source, so that a table can hold what is expected. Every field shows.
import type {
  Argument,
  ClassDefinition,
  Entry,
  Expression,
  FunctionDefinition,
  Loop,
  Parameter,
  Pattern,
  Statement,
  TypeRef,
} from "../../../../src/audit/ir/ir.ts";
import { lower } from "../../../../src/audit/frontends/javascript/lower.ts";

export function sketch(text: string, file = "a.ts"): string {
  const { module, faults } = lower({ file, text });
  return [...module.body.map(statement), ...faults.map(({ line, what }) => `!${line} ${what}`)].join(" ");
}

const list = <T>(items: readonly T[], one: (item: T) => string): string => items.map(one).join(", ");
const block = (body: readonly Statement[]): string => (body.length === 0 ? "{}" : `{ ${body.map(statement).join(" ")} }`);
const typed = (of: TypeRef | undefined): string => (of ? `: ${type(of)}` : "");
const given = (value: Expression | undefined): string => (value ? ` = ${expression(value)}` : "");

function statement(node: Statement): string {
  switch (node.kind) {
    case "expression":
      return `${expression(node.value)};`;
    case "let":
      return `${node.hoisted ? "hoisted" : "let"} ${pattern(node.target)}${typed(node.type)}${given(node.value)};`;
    case "import":
      return `import${node.typeOnly ? " type" : ""} {${list(node.bindings, (one) => `${one.imported} as ${one.local}`)}} from ${node.from};`;
    case "export":
      return `export ${node.name} = ${expression(node.value)};`;
    case "export-all":
      return `export-all ${node.from}${node.as === undefined ? "" : ` as ${node.as}`};`;
    case "if":
      return `if ${expression(node.test)} ${block(node.then)}${node.else.length > 0 ? ` else ${block(node.else)}` : ""}`;
    case "loop":
      return loop(node);
    case "switch":
      return `switch ${expression(node.subject)} { ${node.cases
        .map((one) => `[${list(one.tests, expression)}]${one.fallsThrough ? " falls" : ""} ${block(one.body)}`)
        .join(" ")} }`;
    case "try":
      return `try ${block(node.body)}${node.catches
        .map((one) => ` catch${one.target ? ` ${pattern(one.target)}` : ""} ${block(one.body)}`)
        .join("")} finally ${block(node.finally)}`;
    case "throw":
    case "return":
      return `${node.kind}${node.value ? ` ${expression(node.value)}` : ""};`;
    case "break":
    case "continue":
      return `${node.kind}${node.label === undefined ? "" : ` ${node.label}`};`;
    case "block":
      return block(node.body);
    default:
      return `<${node.kind}>`;
  }
}

function loop(node: Loop): string {
  const head = [
    node.label === undefined ? "" : `${node.label}: `,
    node.testLast === true ? "do-" : "",
    node.style,
    node.target ? ` ${pattern(node.target)}` : "",
    node.over ? ` of ${expression(node.over)}` : "",
    node.test ? ` ${expression(node.test)}` : "",
  ];
  return `${head.join("")} ${block(node.body)}`;
}

function expression(node: Expression): string {
  switch (node.kind) {
    case "literal":
      return typeof node.value === "string" ? `'${node.value}'` : String(node.value);
    case "template":
      return `template(${list(node.parts, expression)})`;
    case "regex":
      return `/${node.source}/${node.flags}`;
    case "name":
      return node.name;
    case "this":
    case "super":
      return node.kind;
    case "member":
      return `${expression(node.object)}${node.optional === true ? "?" : ""}.${node.name}`;
    case "index":
      return `${expression(node.object)}[${expression(node.index)}]`;
    case "call":
      return `${node.isNew === true ? "new " : ""}${expression(node.callee)}${node.optional === true ? "?" : ""}(${list(node.args, argument)})`;
    case "builtin":
      return `<${node.name}>(${list(node.args, expression)})`;
    case "object":
      return `{${list(node.entries, entry)}}`;
    case "array":
      return `[${list(node.items, (item) => `${item.spread === true ? "..." : ""}${expression(item.value)}`)}]`;
    case "function":
      return fn(node.fn);
    case "class":
      return cls(node.cls);
    case "binary":
    case "logic":
      return `(${expression(node.left)} ${node.op} ${expression(node.right)})`;
    case "not":
      return `!${expression(node.value)}`;
    case "unary":
      return `${node.op} ${expression(node.value)}`;
    case "conditional":
      return `(${expression(node.test)} ? ${expression(node.then)} : ${expression(node.else)})`;
    case "assign":
      return `(${pattern(node.target)} ${node.op ?? ""}= ${expression(node.value)})`;
    case "await":
      return `await ${expression(node.value)}`;
    case "yield":
      return `yield${node.each === true ? "*" : ""}${node.value ? ` ${expression(node.value)}` : ""}`;
    case "cast":
      return `<${node.type ? type(node.type) : "!"}>${expression(node.value)}`;
    case "type":
      return `type ${type(node.type)}`;
    case "sequence":
      return `sequence(${list(node.items, expression)})`;
    case "opaque":
      return `opaque(${list(node.parts, expression)})`;
    default:
      return `<${node.kind}>`;
  }
}

const argument = (node: Argument): string => `${node.spread ? "..." : ""}${expression(node.value)}`;

function entry(node: Entry): string {
  if (node.kind === "spread") return `...${expression(node.value)}`;
  if (node.kind === "accessor") return `get ${node.key} ${fn(node.get)}`;
  return node.kind === "computed" ? `[${expression(node.key)}]: ${expression(node.value)}` : `${node.key}: ${expression(node.value)}`;
}

function pattern(node: Pattern): string {
  const rest = node.kind === "object" || node.kind === "array" ? (node.rest ? [`...${pattern(node.rest)}`] : []) : [];
  switch (node.kind) {
    case "name":
      return node.name;
    case "object":
      return `{${[...node.entries.map((one) => `${typeof one.key === "string" ? one.key : `[${expression(one.key)}]`}: ${pattern(one.target)}`), ...rest].join(", ")}}`;
    case "array":
      return `[${[...node.items.map((one) => (one ? pattern(one) : "")), ...rest].join(", ")}]`;
    case "default":
      return `${pattern(node.target)} ?= ${expression(node.value)}`;
    default:
      return expression(node.target);
  }
}

function fn(node: FunctionDefinition): string {
  const marks = [
    ...(node.decorators ?? []).map(({ value }) => `@${expression(value)} `),
    node.async ? "async " : "",
    node.generator ? "gen " : "",
  ];
  return `${marks.join("")}${node.arrow ? "arrow" : "fn"} ${node.name}(${list(node.params, parameter)})${typed(node.returns)} ${block(node.body)}`;
}

function parameter(node: Parameter): string {
  const decorators = (node.decorators ?? []).map(({ value }) => `@${expression(value)} `).join("");
  return `${decorators}${node.style === "rest" ? "..." : ""}${pattern(node.target)}${typed(node.type)}${given(node.default)}`;
}

function cls(node: ClassDefinition): string {
  const decorators = (node.decorators ?? []).map(({ value }) => `@${expression(value)} `).join("");
  const head = `${decorators}${node.isInterface === true ? "interface" : "class"} ${node.name}`;
  const bases = node.bases.length > 0 ? ` extends ${list(node.bases, expression)}` : "";
  const kept = node.implements.length > 0 ? ` implements ${list(node.implements, type)}` : "";
  const fields = node.fields.map((one) => {
    const marks = `${(one.decorators ?? []).map(({ value }) => `@${expression(value)} `).join("")}${one.static === true ? "static " : ""}`;
    return `${marks}${one.name}${typed(one.type)}${given(one.value)};`;
  });
  const methods = node.methods.map((one) => `${one.static === true ? "static " : ""}${one.style} ${one.name} ${fn(one.fn)}`);
  return `${head}${bases}${kept} { ${[...fields, ...methods].join(" ")} }`;
}

function type(node: TypeRef): string {
  if ("literal" in node) return typeof node.literal === "string" ? `'${node.literal}'` : String(node.literal);
  const args = node.args ? `<${list(node.args, type)}>` : "";
  const members = node.members ? `{${list(node.members, (one) => `${one.name}${typed(one.type)}`)}}` : "";
  return `${node.path.join(".")}${args}${members}`;
}
