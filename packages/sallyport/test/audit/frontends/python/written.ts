// The IR as one line of pseudo-code: what tests of lowering compare, since the tree itself is long to read.
import type {
  Argument,
  ClassDefinition,
  ComprehensionClause,
  Entry,
  Expression,
  FunctionDefinition,
  Item,
  Parameter,
  Pattern,
  Statement,
  TypeRef,
} from "../../../../src/audit/ir/ir.ts";
import { python } from "../../../../src/audit/frontends/python/index.ts";

export async function lowered(text: string): Promise<readonly Statement[]> {
  await python.prepare();
  return python.lower({ file: "server.py", text }).module.body;
}

/** A module's statements, joined by `; `. */
export const written = async (text: string): Promise<string> => block(await lowered(text));

const list = <Thing>(things: readonly Thing[], write: (thing: Thing) => string): string => things.map(write).join(", ");
export const block = (statements: readonly Statement[]): string => statements.map(statement).join("; ");
const maybe = (before: string, value: Expression | undefined): string => (value === undefined ? "" : before + expression(value));

function statement(node: Statement): string {
  switch (node.kind) {
    case "expression":
      return expression(node.value);
    case "let":
      return `let ${pattern(node.target)}${typed(node.type)}${maybe(" = ", node.value)}`;
    case "import":
      return `${node.typeOnly ? "type " : ""}import ${node.from} (${list(node.bindings, (each) => `${each.imported} as ${each.local}`)})`;
    case "if":
      return `if ${expression(node.test)} {${block(node.then)}}${node.else.length > 0 ? ` else {${block(node.else)}}` : ""}`;
    case "loop": {
      const head =
        node.style === "while" ? maybe(" ", node.test) : ` ${node.target ? pattern(node.target) : ""} of ${maybe("", node.over)}`;
      return `${node.style}${head} {${block(node.body)}}${node.else ? ` else {${block(node.else)}}` : ""}`;
    }
    case "switch":
      return `switch ${expression(node.subject)} {${node.cases.map((each) => `${list(each.tests, expression) || "default"}: {${block(each.body)}}`).join(" ")}}`;
    case "try": {
      const catches = node.catches.map(
        (each) => ` catch ${each.types.join("|")}${each.target ? ` ${pattern(each.target)}` : ""} {${block(each.body)}}`,
      );
      return `try {${block(node.body)}}${catches.join("")}${node.finally.length > 0 ? ` finally {${block(node.finally)}}` : ""}`;
    }
    case "throw":
    case "return":
      return node.kind + maybe(" ", node.value);
    case "with":
      return `with ${expression(node.value)}${node.target ? ` as ${pattern(node.target)}` : ""} {${block(node.body)}}`;
    case "unread":
      return `unread ${node.why}`;
    default:
      return node.kind;
  }
}

export function expression(node: Expression): string {
  switch (node.kind) {
    case "literal":
      return node.value === undefined ? "undefined" : JSON.stringify(node.value);
    case "template":
      return `\`${node.parts.map((part) => (part.kind === "literal" ? String(part.value) : `\${${expression(part)}}`)).join("")}\``;
    case "name":
      return node.name;
    case "member":
      return `${expression(node.object)}.${node.name}`;
    case "index":
      return `${expression(node.object)}[${expression(node.index)}]`;
    case "call":
      return `${expression(node.callee)}(${list(node.args, argument)})`;
    case "builtin":
      return `@${node.name}(${list(node.args, expression)})`;
    case "object":
      return `{${list(node.entries, entry)}}`;
    case "array":
      return `${node.style}[${list(node.items, item)}]`;
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
      return `${pattern(node.target)} ${node.op ?? ""}= ${expression(node.value)}`;
    case "await":
      return `await ${expression(node.value)}`;
    case "yield":
      return `yield${node.each ? "*" : ""}${maybe(" ", node.value)}`;
    case "type":
      return `<${type(node.type)}>`;
    case "comprehension":
      return `${node.style}[${maybe("", node.key)}${node.key ? ": " : ""}${expression(node.element)}${node.clauses.map(clause).join("")}]`;
    case "sequence":
      return `(${node.items.map(expression).join("; ")})`;
    case "opaque":
      return `?(${list(node.parts, expression)})`;
    default:
      return node.kind;
  }
}

const clause = ({ target, over, conditions }: ComprehensionClause): string =>
  ` for ${pattern(target)} of ${expression(over)}${conditions.map((each) => ` if ${expression(each)}`).join("")}`;
const stars = { list: "*", map: "**" };
const argument = ({ name, value, spread }: Argument): string =>
  (name ? `${name}=` : "") + (spread ? stars[spread] : "") + expression(value);
const item = ({ value, spread }: Item): string => (spread ? "*" : "") + expression(value);

function entry(node: Entry): string {
  if (node.kind === "property") return `${node.key}: ${expression(node.value)}`;
  if (node.kind === "computed") return `[${expression(node.key)}]: ${expression(node.value)}`;
  return node.kind === "spread" ? `**${expression(node.value)}` : node.key;
}

function pattern(node: Pattern): string {
  switch (node.kind) {
    case "name":
      return node.name;
    case "array":
      return `[${node.items.map((each) => (each ? pattern(each) : "")).join(", ")}${node.rest ? ` *${pattern(node.rest)}` : ""}]`;
    case "place":
      return expression(node.target);
    default:
      return node.kind;
  }
}

const typed = (ref: TypeRef | undefined): string => (ref ? `: ${type(ref)}` : "");

export function type(ref: TypeRef): string {
  const word = ref.path[0] === "literal" && ref.literal !== undefined ? JSON.stringify(ref.literal) : ref.path.join("/");
  const args = ref.args && ref.args.length > 0 ? `<${list(ref.args, type)}>` : "";
  return word + args + (ref.annotations ? ` @${list(ref.annotations, expression)}` : "");
}

const PREFIXES = { rest: "*", "rest-map": "**", keyword: "=" };
const parameter = (param: Parameter): string =>
  (param.style ? PREFIXES[param.style] : "") + pattern(param.target) + typed(param.type) + maybe(" = ", param.default);

const decorated = (decorators: FunctionDefinition["decorators"]): string =>
  (decorators ?? []).map((each) => `@${expression(each.value)} `).join("");

function fn(node: FunctionDefinition): string {
  const head = `${node.async ? "async " : ""}fn${node.generator ? "*" : ""} ${node.name}`;
  return `${decorated(node.decorators)}${head}(${list(node.params, parameter)})${typed(node.returns)} {${block(node.body)}}`;
}

function cls(node: ClassDefinition): string {
  const fields = node.fields.map((each) => `${each.static ? "static " : ""}${each.name}${typed(each.type)}${maybe(" = ", each.value)}`);
  const methods = node.methods.map(
    (each) => `${each.static ? "static " : ""}${each.classMethod ? "class " : ""}${each.style} ${each.name} ${fn(each.fn)}`,
  );
  const kind = node.isInterface ? "interface" : "class";
  return `${decorated(node.decorators)}${kind} ${node.name}(${list(node.bases, expression)}) {${[...fields, ...methods].join("; ")}}`;
}
