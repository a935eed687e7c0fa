// The one language that all front-ends lower to: a small expression tree, close to what the programmer wrote, with the
// sugar of each language taken out. It says what a program does with values; it decides nothing about them.

/** Line and column, both from 1, in one number: see `at`, `lineOf`, `columnOf` in place.ts. */
export type Place = number;

export type Language = "javascript" | "python" | "go";

/** One source file. */
export interface Module {
  /** Relative to the audited folder, with `/`. */
  readonly file: string;
  readonly language: Language;
  readonly body: readonly Statement[];
  /** Comments that speak to the audit: suppressions, and nothing else. */
  readonly remarks: readonly Remark[];
  /** Go: the key of the package, as `Resolved` gives it (its folder). Files of one package share one scope. Elsewhere absent: each file is a scope. */
  readonly package?: string;
  /** By their places: from where to where calls go, `return` and `throw`. */
  readonly spans?: Spans;
}

/** The end is the place behind the last character. */
export type Spans = ReadonlyMap<Place, { readonly start: Place; readonly end: Place }>;

export interface Remark {
  readonly line: number;
  /** Without the comment signs, trimmed. */
  readonly text: string;
}

// ---------------------------------------------------------------------------------------------------- statements

export type Statement =
  | { readonly kind: "expression"; readonly value: Expression; readonly at: Place }
  /** Declares names in the block that holds it. `hoisted`: a function or class declaration, known from the block's start. */
  | {
      readonly kind: "let";
      readonly target: Pattern;
      readonly value: Expression | undefined;
      readonly type?: TypeRef | undefined;
      readonly hoisted?: boolean;
      readonly at: Place;
    }
  /** A module is asked for, and names of it are bound. */
  | {
      readonly kind: "import";
      readonly from: string;
      readonly bindings: readonly ImportBinding[];
      readonly typeOnly?: boolean;
      readonly at: Place;
    }
  /** A name of this module, or a value, becomes visible to others. Python and Go: every top-level name is, without this. */
  | { readonly kind: "export"; readonly name: string; readonly value: Expression; readonly at: Place }
  /** `export * from`, `export * as n from` (as a name), Python `from m import *` is an import with `*`. */
  | { readonly kind: "export-all"; readonly from: string; readonly as: string | undefined; readonly at: Place }
  | {
      readonly kind: "if";
      readonly test: Expression;
      readonly then: readonly Statement[];
      readonly else: readonly Statement[];
      readonly at: Place;
    }
  | Loop
  | { readonly kind: "switch"; readonly subject: Expression; readonly cases: readonly SwitchCase[]; readonly at: Place }
  | {
      readonly kind: "try";
      readonly body: readonly Statement[];
      /** Python has several; TypeScript and JavaScript at most one; Go none (its errors are values, its `recover` a call). */
      readonly catches: readonly Catch[];
      readonly finally: readonly Statement[];
      readonly at: Place;
    }
  | { readonly kind: "throw"; readonly value: Expression | undefined; readonly at: Place }
  /** Go with several results: an `array` expression of kind `tuple`. */
  | { readonly kind: "return"; readonly value: Expression | undefined; readonly at: Place }
  | { readonly kind: "break"; readonly label?: string | undefined; readonly at: Place }
  | { readonly kind: "continue"; readonly label?: string | undefined; readonly at: Place }
  | { readonly kind: "block"; readonly body: readonly Statement[]; readonly at: Place }
  /** Go `defer f()` and `go f()`; the call is in `value`. */
  | { readonly kind: "defer" | "spawn"; readonly value: Expression; readonly at: Place }
  /** Python `with x as y:`: `y` is what entering `x` gives. Lowered to `let` where nothing is lost; this keeps the scope. */
  | {
      readonly kind: "with";
      readonly value: Expression;
      readonly target: Pattern | undefined;
      readonly body: readonly Statement[];
      readonly at: Place;
    }
  /** A place in the file that could not be lowered. The rest was. */
  | { readonly kind: "unread"; readonly why: string; readonly at: Place };

export interface Loop {
  readonly kind: "loop";
  readonly style: "each" | "keys" | "while";
  /** `each` (for…of, Python for, Go range value) and `keys` (for…in): what each turn binds. Go `for k, v := range x`: `each` with an array pattern [k, v] and `over` an `entries` call (see `builtin`); `for x := range c` is `keys`, and over a channel or an iterator function x is what comes out of it. */
  readonly target?: Pattern | undefined;
  readonly over?: Expression | undefined;
  /** `while`: absent means for ever (`for {}`, `while (true)`, `while True`). A `for(;;)`'s start stands before it, its step at the end of `body`. */
  readonly test?: Expression | undefined;
  /** `do … while`: the body comes first. */
  readonly testLast?: boolean;
  readonly body: readonly Statement[];
  /** Python's `else` of a loop. */
  readonly else?: readonly Statement[];
  readonly label?: string | undefined;
  readonly at: Place;
}

export interface SwitchCase {
  /** Any of these; empty for `default`. Python `match` patterns that are not values become `if`s instead. Go type switches: `type` expressions. */
  readonly tests: readonly Expression[];
  readonly body: readonly Statement[];
  /** TypeScript and JavaScript: falls into the next unless it ends in break, return, throw or continue. Go and Python: never. */
  readonly fallsThrough: boolean;
  readonly at: Place;
}

export interface Catch {
  /** What is caught: class names as written, last part; empty for all. */
  readonly types: readonly string[];
  readonly target: Pattern | undefined;
  readonly body: readonly Statement[];
  readonly at: Place;
}

export interface ImportBinding {
  /** The name in the other module; `*` for the module itself, `default` for its default export. Python `from m import *`: both `*`. */
  readonly imported: string;
  readonly local: string;
}

// ---------------------------------------------------------------------------------------------------- expressions

export type Expression =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null | undefined; readonly at: Place }
  /** A string made of parts: template strings, f-strings, `%` and `.format` with a literal, Go's Sprintf with a literal. */
  | { readonly kind: "template"; readonly parts: readonly Expression[]; readonly at: Place }
  | { readonly kind: "regex"; readonly source: string; readonly flags: string; readonly at: Place }
  | { readonly kind: "name"; readonly name: string; readonly at: Place }
  /** JavaScript only; elsewhere the receiver is a parameter. */
  | { readonly kind: "this" | "super"; readonly at: Place }
  | { readonly kind: "member"; readonly object: Expression; readonly name: string; readonly optional?: boolean; readonly at: Place }
  | { readonly kind: "index"; readonly object: Expression; readonly index: Expression; readonly at: Place }
  /** `at` is where the callee's last name stands (`.send` of `producer.send`), so that a finding stands on that line. */
  | {
      readonly kind: "call";
      readonly callee: Expression;
      readonly args: readonly Argument[];
      /** `new C()`. Python and Go have none: calling a class makes one. */
      readonly isNew?: boolean;
      readonly optional?: boolean;
      readonly at: Place;
    }
  /** Something every language has under another name; see the list at `Builtin`. */
  | { readonly kind: "builtin"; readonly name: Builtin; readonly args: readonly Expression[]; readonly at: Place }
  | {
      readonly kind: "object";
      readonly entries: readonly Entry[];
      readonly /** Go: the struct's name; Python: absent */ type?: TypeRef | undefined;
      readonly at: Place;
    }
  | { readonly kind: "array"; readonly style: "list" | "tuple" | "set"; readonly items: readonly Item[]; readonly at: Place }
  | { readonly kind: "function"; readonly fn: FunctionDefinition; readonly at: Place }
  | { readonly kind: "class"; readonly cls: ClassDefinition; readonly at: Place }
  | { readonly kind: "binary"; readonly op: BinaryOperator; readonly left: Expression; readonly right: Expression; readonly at: Place }
  | {
      readonly kind: "logic";
      readonly op: "and" | "or" | "nullish";
      readonly left: Expression;
      readonly right: Expression;
      readonly at: Place;
    }
  | { readonly kind: "not"; readonly value: Expression; readonly at: Place }
  /** `-x`, `+x`, `~x`, `typeof x`, `void x`, `delete x.y`, Go `*p`/`&x` are dropped (the value itself). */
  | { readonly kind: "unary"; readonly op: "-" | "+" | "~" | "typeof" | "void" | "delete"; readonly value: Expression; readonly at: Place }
  | { readonly kind: "conditional"; readonly test: Expression; readonly then: Expression; readonly else: Expression; readonly at: Place }
  /** `op` is absent for `=`; for `+=` it is `+`; for `||=`, `&&=`, `??=` the value is lowered to a `logic`. `declares`: Go `:=`, Python's first assignment in a scope needs none. */
  | {
      readonly kind: "assign";
      readonly target: Pattern;
      readonly value: Expression;
      readonly op?: BinaryOperator | undefined;
      readonly at: Place;
    }
  | { readonly kind: "await"; readonly value: Expression; readonly at: Place }
  | { readonly kind: "yield"; readonly value: Expression | undefined; readonly each?: boolean; readonly at: Place }
  /** `x as T`, `x satisfies T`, `x!`, Go `x.(T)` and conversions `T(x)` of named types. */
  | { readonly kind: "cast"; readonly value: Expression; readonly type: TypeRef | undefined; readonly at: Place }
  /** A type in the place of a value: Go `make(chan T)`, `new(T)`, type switches; Python annotations never. */
  | { readonly kind: "type"; readonly type: TypeRef; readonly at: Place }
  /** Python comprehensions and generator expressions; `key` for dict comprehensions. */
  | {
      readonly kind: "comprehension";
      readonly style: "list" | "set" | "dict" | "generator";
      readonly key?: Expression;
      readonly element: Expression;
      readonly clauses: readonly ComprehensionClause[];
      readonly at: Place;
    }
  | { readonly kind: "sequence"; readonly items: readonly Expression[]; readonly at: Place }
  /** Could not be lowered. `parts` are its subexpressions, so that what flows through is not lost. */
  | { readonly kind: "opaque"; readonly parts: readonly Expression[]; readonly at: Place };

export interface ComprehensionClause {
  readonly target: Pattern;
  readonly over: Expression;
  readonly conditions: readonly Expression[];
}

export interface Argument {
  readonly value: Expression;
  /** Python keyword. */
  readonly name?: string | undefined;
  /** `...xs`, `*xs`, Go `xs...`: a list; `**kw`: a map. */
  readonly spread?: "list" | "map" | undefined;
}

export type Entry =
  | { readonly kind: "property"; readonly key: string; readonly value: Expression; readonly at: Place }
  | { readonly kind: "computed"; readonly key: Expression; readonly value: Expression; readonly at: Place }
  | { readonly kind: "accessor"; readonly key: string; readonly get: FunctionDefinition; readonly at: Place }
  | { readonly kind: "spread"; readonly value: Expression; readonly at: Place };

export type Item = { readonly value: Expression; readonly spread?: boolean };

/** Normalised: `===` is `==`, `!==` and Go/Python `!=`, `is not` are `!=`, Python `is` is `==`, `//` is `/`. */
export type BinaryOperator =
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "in"
  | "not-in"
  | "instanceof"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "**"
  | "&"
  | "|"
  | "^"
  | "<<"
  | ">>";

/** JavaScript's `k in o` and Python's `k in xs` are both `in`; the engine looks at the right side. */

export type Builtin =
  /** (x): how many. `len(x)`; `.length` stays a member. */
  | "length"
  /** (x): pairs of key and value, for a loop's `over`. Go range with two names. */
  | "entries"
  /** (channel): Go `<-ch`. */
  | "receive"
  /** (channel, value): Go `ch <- v`. */
  | "send"
  /** (list, …items): Go `append`. */
  | "append"
  /** (x): Python `str(x)`, Go `string(b)`, `[]byte(s)`. The text itself, in another form. */
  | "text"
  /** (code): Python `exec`, `eval`; JavaScript `eval`, `new Function`. */
  | "evaluate"
  /** (path): `import(path)`, `require(path)`, `importlib.import_module` with something that is not a literal. With a literal it is `module`. */
  | "module"
  /** Ends the process: process.exit, sys.exit, os.Exit, log.Fatal. */
  | "exit";

// ------------------------------------------------------------------------------------------------------- patterns

/** What a value is taken apart into, or written to. */
export type Pattern =
  | { readonly kind: "name"; readonly name: string; readonly type?: TypeRef | undefined; readonly at: Place }
  | { readonly kind: "object"; readonly entries: readonly PatternEntry[]; readonly rest: Pattern | undefined; readonly at: Place }
  /** Also Go's `a, err :=` and Python's tuples. `undefined` is a hole or `_`. */
  | { readonly kind: "array"; readonly items: readonly (Pattern | undefined)[]; readonly rest: Pattern | undefined; readonly at: Place }
  | { readonly kind: "default"; readonly target: Pattern; readonly value: Expression; readonly at: Place }
  /** `x.y = …`, `x[i] = …`. */
  | { readonly kind: "place"; readonly target: Extract<Expression, { kind: "member" | "index" }>; readonly at: Place };

export interface PatternEntry {
  readonly key: string | Expression;
  readonly target: Pattern;
}

// ---------------------------------------------------------------------------------------------- functions, classes

export interface FunctionDefinition {
  /** As it would be called in a stack trace: `publish`, `NoteService.create`; empty when it has none. */
  readonly name: string;
  readonly params: readonly Parameter[];
  readonly body: readonly Statement[];
  readonly async?: boolean;
  readonly generator?: boolean;
  /** `this` is the outer one's. */
  readonly arrow?: boolean;
  readonly decorators?: readonly Decorator[];
  readonly returns?: TypeRef | undefined;
  /** First line of the docstring or doc comment: for reports. */
  readonly at: Place;
  readonly endLine: number;
}

export interface Parameter {
  readonly target: Pattern;
  readonly default?: Expression | undefined;
  readonly type?: TypeRef | undefined;
  /** `rest`: `...xs`, `*args`, Go variadic. `rest-map`: `**kwargs`. `keyword`: Python keyword-only. Absent: positional. */
  readonly style?: "rest" | "rest-map" | "keyword" | undefined;
  readonly decorators?: readonly Decorator[];
}

export interface Decorator {
  /** As an expression: `mcp.tool()` is a call, `mcp.tool` a member. */
  readonly value: Expression;
  readonly at: Place;
}

export interface ClassDefinition {
  readonly name: string;
  /** Python has several. */
  readonly bases: readonly Expression[];
  readonly implements: readonly TypeRef[];
  /** An interface or abstract type: it has no code of its own, and classes that fit it stand for it. Go structs are classes, Go interfaces are this. */
  readonly isInterface?: boolean;
  readonly methods: readonly Method[];
  readonly fields: readonly Field[];
  readonly decorators?: readonly Decorator[];
  readonly at: Place;
}

export interface Method {
  readonly name: string;
  readonly style: "method" | "getter" | "setter" | "constructor";
  /** Python `@staticmethod`, `static`. Python `@classmethod` is static with the class as first parameter (`classMethod`). */
  readonly static?: boolean;
  readonly classMethod?: boolean;
  readonly fn: FunctionDefinition;
}
/**
 * In Python and Go the receiver is the first parameter of `fn`; in JavaScript it is `this`.
 *
 * Go declares methods outside of the type, in any file of the package, and on types that are no structs. They are attached by
 * assignment, before anything runs: `Server.prototype.Publish = function Server.Publish(s, …)`. Interfaces have theirs inside,
 * with a receiver `_` and an empty body. What a struct embeds is both among `bases` (its methods and fields are promoted) and a
 * field under its own name (`s.Base`).
 */

export interface Field {
  readonly name: string;
  readonly static?: boolean;
  readonly type?: TypeRef | undefined;
  readonly value?: Expression | undefined;
  readonly decorators?: readonly Decorator[];
  /** Go struct tags and the like, raw. */
  readonly tag?: string | undefined;
  readonly at: Place;
}

/** A type as written: enough to find a class or a library's type, and to see a closed set of literals. */
export interface TypeRef {
  /** `["kafka", "Producer"]`; for unions, literals and lists a word: `union`, `literal`, `list`, `map`, `function`, `object`; Go also `chan`, `any`, `tuple`. */
  readonly path: readonly string[];
  /** Of generics (`Promise<X>`, `Optional[X]`, `Annotated[X, …]`), unions, lists and maps. Go pointers are dropped; a Go function's are its parameters, then its result. */
  readonly args?: readonly TypeRef[];
  /** `literal`: its value. */
  readonly literal?: string | number | boolean | null;
  /** `Annotated[X, Field(max_length=3)]`: the extras, since pydantic checks them at run time. */
  readonly annotations?: readonly Expression[];
  /** `object`: members of an inline type literal. */
  readonly members?: readonly { readonly name: string; readonly type: TypeRef | undefined }[];
}
/** A named type that is declared by this program (`type Action = "a" | "b"`, an interface with fields, a Go named type): a `let` of a `type` expression, or a class with `isInterface`. */
