// One row for each form of CommonJS, and for what compilers and bundlers write.
import { describe, expect, it } from "vitest";
import { sketch } from "./sketch.ts";

const FORMS: [source: string, lowered: string][] = [
  ['const a = require("x"), b = 1', "import {* as a} from x; let b = 1;"],
  ['const { a, b: c } = require("x")', "import {a as a, b as c} from x;"],
  ['const { a: { b } } = require("x")', "let {a: {b: b}} = <module>('x');"],
  ['const b = require("x").b', "import {b as b} from x;"],
  [
    'const k_1 = __importStar(require("k")); const l_1 = tslib_1.__importDefault(require("l")); l_1.default.f()',
    "import {* as k_1} from k; import {* as l_1} from l; l_1.default.f();",
  ],
  [
    'var _a = _interopRequireDefault(require("a")), import_b = __toESM(require("b"), 1)',
    "import {* as _a} from a; import {* as import_b} from b;",
  ],
  ['function f() { const a = require("x"); return a }', "hoisted f = fn f() { let a = <module>('x'); return a; };"],
  ['exports.a = 1; module.exports.b = b; exports["c-d"] = 2', "export a = 1; export b = b; export c-d = 2;"],
  ['exports.a = exports.b = void 0; Object.defineProperty(exports, "__esModule", { value: true }); exports.__esModule = true', ""],
  ["exports.f = async () => {}; exports.f(1)", "let exports.f; export f = (exports.f = async arrow f() {}); exports.f(1);"],
  ["exports.a = exports.b = g()", "let exports.a; export a = (exports.a = g()); export b = exports.a;"],
  [
    "function f() { return exports.server.run() } exports.server = new Server()",
    "let exports.server; hoisted f = fn f() { return exports.server.run(); }; export server = (exports.server = new Server());",
  ],
  ["module.exports = { a, b() {} }", "export * = {a: a, b: fn b() {}};"],
  ["module.exports = exports = Foo; module.exports.Bar = Bar", "export * = Foo; export Bar = Bar;"],
  ["exports = module.exports = Foo", "export * = Foo;"],
  [
    "(function (E) { E.A = 1 })(E || (exports.E = E = {}))",
    "let exports.E; fn (E) { (E.A = 1); }((E or (exports.E = (E = {})))); export E = exports.E;",
  ],
  ["function f() { module.exports = 1 }", "let module.exports; hoisted f = fn f() { (module.exports = 1); }; export * = module.exports;"],
  [
    "function f(exports, module) { exports.a = 1; module.exports = 2 }",
    "hoisted f = fn f(exports, module) { (exports.a = 1); (module.exports = 2); };",
  ],
  ['Object.defineProperty(exports, "a", { enumerable: true, get: function () { return x_1.a; } })', "export a = x_1.a;"],
  ['Object.defineProperty(exports, "a", { value: 1 })', "export a = 1;"],
  ['__exportStar(require("./x"), exports); tslib_1.__exportStar(require("./y"), exports)', "export-all ./x; export-all ./y;"],
  [
    "exports.Foo = Foo = __decorate([Injectable(), __param(0, X)], Foo)",
    "export Foo = (Foo = sequence(Injectable()(Foo), __param(0, X)(Foo), Foo));",
  ],
  ['__decorate([Tool("a")], Foo.prototype, "m", null)', "sequence(Tool('a')(Foo.prototype, 'm', null), Foo.prototype);"],
  [
    "function f() { return __awaiter(this, void 0, void 0, function* () { const a = yield b(); return a }) }",
    "hoisted f = fn f() { return async arrow () { let a = await b(); return a; }(); };",
  ],
  ["const f = _asyncToGenerator(function* (a) { yield a })", "let f = async fn f(a) { await a; };"],
  [
    'var require_a = __commonJS({ "a.js"(exports2, module2) { module2.exports = f } }); var a = __toESM(require_a())',
    "let require_a = fn require_a() { let exports2 = {}; let module2 = {exports: exports2}; (module2.exports = f); return module2.exports; }; let a = require_a();",
  ],
  [
    "var require_a = __commonJSMin((exports) => { exports.a = 1 })",
    "let require_a = arrow require_a() { let exports = {}; (exports.a = 1); return exports; };",
  ],
  ['var init_a = __esm({ "a.ts"() { a = 1 } })', "let init_a = fn init_a() { (a = 1); };"],
  [
    "var m = {}; __export(m, { a: () => a, default: () => b }); module.exports = __toCommonJS(m)",
    "let m = {}; (m = {get a arrow a() { return a; }, get default arrow default() { return b; }}); export * = m;",
  ],
  ["_export(exports, { a: function () { return a } })", "export a = a;"],
  ['__reExport(m, require("./x"), module.exports)', "export-all ./x;"],
  ["0 && (module.exports = { a })", ""],
  ['var f = /* @__PURE__ */ __name(() => {}, "publish"); __name2(g, "g")', "let f = arrow publish() {}; g;"],
  [
    'const o = __assign(__assign({}, a), { b }), l = __spreadArray([a], b, true), { ...r } = __rest(c, ["d"])',
    "let o = {...{...{}, ...a}, ...{b: b}}; let l = [...[a], ...b]; let {...r} = c;",
  ],
  [
    'class A { constructor() { __publicField(this, "x", 1); _A_c.set(this, void 0); __classPrivateFieldSet(this, _A_c, d, "f") } m() { return __classPrivateFieldGet(this, _A_c, "f").send() } }',
    "hoisted A = class A { constructor constructor fn A.constructor() { (this.x = 1); _A_c.set(this, undefined); (this.#_A_c = d); } method m fn A.m() { return this.#_A_c.send(); } };",
  ],
  ["((e, t, n) => { n.d(t, { a: () => x }); const x = 1 })", "arrow (e, t, n) { let x = 1; (t.a = x); };"],
  [
    "var Foo = (function () { function Foo() {} Foo.prototype.bar = function () {}; return Foo })()",
    "let Foo = fn () { hoisted Foo = fn Foo() {}; (Foo.prototype.bar = fn Foo.bar() {}); return Foo; }();",
  ],
];

describe("compiled code reads as its source did", () => {
  it.each(FORMS)("%s", (source, lowered) => {
    expect(sketch(source, "a.js")).toBe(lowered);
  });
});
