// Types as written: enough to find a class or a library's type, and to see a closed set of literals. What TypeScript computes
// of types stays a word with arguments: `keyof`, `index`, `typeof`, `intersection`, `template`.
import type { TypeRef } from "../../ir/ir.ts";
import { enter, type Lowering, type Named } from "./lowering.ts";
import type { Ast } from "./parse.ts";

type Type = Ast.TSType | Ast.TSTupleElement;
type Table = { readonly [K in Type["type"]]?: (c: Lowering, node: Named<Type, K>) => TypeRef };
type Members = readonly Ast.TSSignature[];

export function lowerType(c: Lowering, node: Type): TypeRef {
  const word = KEYWORDS.get(node.type);
  if (word !== undefined) return word;
  if (!enter(c, node.start)) return { path: ["unknown"] };
  const lower = TYPES[node.type] as ((c: Lowering, node: Type) => TypeRef) | undefined;
  const type = lower?.(c, node) ?? { path: ["unknown"] };
  c.depth--;
  return type;
}

export const annotated = (c: Lowering, node: Ast.TSTypeAnnotation | null | undefined): TypeRef | undefined =>
  node ? c.type(node.typeAnnotation) : undefined;

const KEYWORDS = new Map<string, TypeRef>([
  ...["any", "bigint", "boolean", "intrinsic", "never", "number", "object", "string", "symbol", "undefined", "unknown", "void"].map(
    (name): [string, TypeRef] => [`TS${name[0]?.toUpperCase()}${name.slice(1)}Keyword`.replace("Bigint", "BigInt"), { path: [name] }],
  ),
  ["TSNullKeyword", { path: ["literal"], literal: null }],
  ["TSThisType", { path: ["this"] }],
]);

const ofAll = (word: string, c: Lowering, nodes: readonly Type[]): TypeRef => ({
  path: [word],
  args: nodes.map((node) => lowerType(c, node)),
});

const TYPES: Table = {
  TSArrayType: (c, node) => ofAll("list", c, [node.elementType]),
  TSConditionalType: (c, node) => ofAll("union", c, [node.trueType, node.falseType]),
  TSConstructorType: functionType,
  TSFunctionType: functionType,
  TSImportType: (c, node) => named(c, ["import", node.source.value, ...(node.qualifier ? pathOf(node.qualifier) : [])], node.typeArguments),
  TSIndexedAccessType: (c, node) => ofAll("index", c, [node.objectType, node.indexType]),
  TSInferType: (_, node) => ({ path: [node.typeParameter.name.name] }),
  TSIntersectionType: (c, node) => ofAll("intersection", c, node.types),
  TSLiteralType: (c, node) => literalType(c, node.literal),
  TSMappedType: (c, node) => ofAll("map", c, node.typeAnnotation ? [node.constraint, node.typeAnnotation] : [node.constraint]),
  TSNamedTupleMember: (c, node) => lowerType(c, node.elementType),
  TSOptionalType: (c, node) => lowerType(c, node.typeAnnotation),
  TSRestType: (c, node) => lowerType(c, node.typeAnnotation),
  TSTemplateLiteralType: (c, node) => templateType(c, node.quasis, node.types),
  TSTupleType: (c, node) => ofAll("list", c, node.elementTypes),
  TSTypeLiteral: (c, node) => objectType(c, node.members),
  TSTypeOperator: (c, node) => (node.operator === "keyof" ? ofAll("keyof", c, [node.typeAnnotation]) : lowerType(c, node.typeAnnotation)),
  TSTypePredicate: () => ({ path: ["boolean"] }),
  TSTypeQuery: (c, node) =>
    node.exprName.type === "TSImportType" ? lowerType(c, node.exprName) : { path: ["typeof", ...pathOf(node.exprName)] },
  TSTypeReference: (c, node) => named(c, pathOf(node.typeName), node.typeArguments),
  TSUnionType: (c, node) => ofAll("union", c, node.types),
};

/** The result first, then the parameters. */
function functionType(c: Lowering, node: Ast.TSFunctionType | Ast.TSConstructorType): TypeRef {
  return { path: ["function"], args: [c.type(node.returnType.typeAnnotation), ...node.params.map((param) => parameterType(c, param))] };
}

function parameterType(c: Lowering, node: Ast.ParamPattern): TypeRef {
  const annotation = "typeAnnotation" in node ? node.typeAnnotation : undefined;
  return annotated(c, annotation) ?? { path: ["any"] };
}

/** `Array<X>` and `X[]` are the same, and so are `Record<K, V>` and `{ [key: K]: V }`. */
const SAME_AS = new Map([
  ["Array", "list"],
  ["ReadonlyArray", "list"],
  ["Record", "map"],
]);

export function named(c: Lowering, path: readonly string[], args: Ast.TSTypeParameterInstantiation | null | undefined): TypeRef {
  if (!args || args.params.length === 0) return { path };
  const same = path.length === 1 ? SAME_AS.get(path[0] ?? "") : undefined;
  return { path: same === undefined ? path : [same], args: args.params.map((arg) => lowerType(c, arg)) };
}

type Qualified =
  | { readonly type: "TSQualifiedName"; readonly left: Qualified; readonly right: Ast.IdentifierName }
  | { readonly type: "Identifier"; readonly name: string }
  | { readonly type: "ThisExpression" };

/** `a.b.c`, left to right. */
export function pathOf(node: Qualified): string[] {
  const path: string[] = [];
  let left = node;
  for (; left.type === "TSQualifiedName"; left = left.left) path.unshift(left.right.name);
  return [left.type === "ThisExpression" ? "this" : left.name, ...path];
}

function literalType(c: Lowering, node: Ast.TSLiteral): TypeRef {
  if (node.type === "TemplateLiteral") return templateType(c, node.quasis, []);
  if (node.type === "Literal") return { path: ["literal"], literal: typeof node.value === "bigint" ? Number(node.value) : node.value };
  const inner = node.argument;
  return inner.type === "Literal" && typeof inner.value === "number" ? { path: ["literal"], literal: -inner.value } : { path: ["number"] };
}

function templateType(c: Lowering, quasis: readonly Ast.TemplateElement[], types: readonly Type[]): TypeRef {
  if (types.length === 0) return { path: ["literal"], literal: quasis[0]?.value.cooked ?? "" };
  const parts = quasis.flatMap((quasi, index): TypeRef[] => {
    const type = types[index];
    const text = quasi.value.cooked;
    return [...(text ? [{ path: ["literal"], literal: text }] : []), ...(type ? [lowerType(c, type)] : [])];
  });
  return { path: ["template"], args: parts };
}

function objectType(c: Lowering, members: Members): TypeRef {
  const [only] = members;
  if (members.length === 1 && only?.type === "TSIndexSignature") {
    return { path: ["map"], args: [parameterType(c, only.parameters[0] as Ast.ParamPattern), c.type(only.typeAnnotation.typeAnnotation)] };
  }
  return { path: ["object"], members: membersOf(c, members) };
}

/** Properties and methods; call, construct and index signatures have no name. */
export function membersOf(c: Lowering, members: Members): { readonly name: string; readonly type: TypeRef | undefined }[] {
  return members.flatMap((member) => {
    if (member.type === "TSPropertySignature") return [{ name: signatureName(member), type: annotated(c, member.typeAnnotation) }];
    if (member.type === "TSMethodSignature") return [{ name: signatureName(member), type: signatureType(c, member) }];
    return [];
  });
}

function signatureType(c: Lowering, node: Ast.TSMethodSignature): TypeRef {
  const returns = annotated(c, node.returnType) ?? { path: ["any"] };
  return node.kind === "get" ? returns : { path: ["function"], args: [returns, ...node.params.map((param) => parameterType(c, param))] };
}

export function signatureName({ key }: { readonly key: Ast.PropertyKey }): string {
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : "";
}
