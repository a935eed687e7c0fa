// The look of the HTML report: light and dark by what the reader's system says, down to the width of a phone, and on
// paper. Nothing here comes out of an audit.

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --ink: #1c2128; --quiet: #57606a; --line: #d9dee4; --code: #f3f5f8; --marked: #fff3d6;
  --link: #0b5cad; --critical: #b91c1c; --high: #b4430b; --medium: #8a6100; --low: #0b6aa2; --note: #57606a;
  --a: #15803d; --b: #0f766e; --c: #8a6100; --d: #b4430b; --f: #b91c1c; --na: #57606a; --on: #ffffff;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1116; --card: #161b22; --ink: #e6e9ee; --quiet: #9aa4b0; --line: #2b323b; --code: #0e131a; --marked: #3a2f12;
    --link: #74b3f7; --critical: #ff8078; --high: #ff9e64; --medium: #e8c14b; --low: #6cc0f5; --note: #9aa4b0;
    --a: #4fc978; --b: #4cc9bd; --c: #e8c14b; --d: #ff9e64; --f: #ff8078; --na: #9aa4b0; --on: #0e1116;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
main, header > div, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
a { color: var(--link); text-underline-offset: .15em; }
h1, h2, h3, p, ol, ul, pre, dl { margin: 0; }
code, pre, .mono { font-family: var(--mono); font-size: .86em; }
.quiet { color: var(--quiet); }
header { background: var(--card); border-bottom: 1px solid var(--line); padding: 2.25rem 0 2rem; }
.verdict { display: grid; grid-template-columns: auto 1fr; gap: 1.5rem; align-items: center; }
.letter { display: grid; place-content: center; min-width: 6.5rem; height: 6.5rem; padding: 0 1rem; border-radius: 1.25rem; background: var(--grade); color: var(--on); font-size: 3.5rem; font-weight: 750; line-height: 1; text-align: center; }
.letter small { display: block; margin-top: .45rem; font-size: .85rem; font-weight: 600; }
.verdict h1 { font-size: 1.6rem; line-height: 1.25; letter-spacing: -.015em; }
.verdict .over { color: var(--quiet); font-size: .9rem; font-weight: 600; }
.verdict p:last-child { margin-top: .35rem; font-size: 1.05rem; }
.grade-a { --grade: var(--a); } .grade-b { --grade: var(--b); } .grade-c { --grade: var(--c); } .grade-d { --grade: var(--d); } .grade-f { --grade: var(--f); } .grade-na { --grade: var(--na); }
.axes { display: grid; grid-template-columns: repeat(5, 1fr); gap: .75rem; margin: 1.75rem 0 0; padding: 0; list-style: none; }
.axes li { border: 1px solid var(--line); border-radius: .75rem; padding: .8rem .9rem; }
.axes .name { display: block; font-size: .88rem; font-weight: 600; }
.axes .score { display: flex; align-items: baseline; gap: .45rem; margin: .15rem 0 .4rem; }
.axes b { color: var(--grade); font-size: 1.5rem; line-height: 1.2; }
.axes svg { display: block; width: 100%; height: 6px; border-radius: 3px; }
.axes .track { fill: var(--line); } .axes .fill { fill: var(--grade); }
.axes .count { display: block; margin-top: .4rem; font-size: .82rem; color: var(--quiet); }
#filters { position: sticky; top: 0; z-index: 1; background: var(--ground); border-bottom: 1px solid var(--line); }
#filters > div { max-width: 62rem; margin: 0 auto; padding: .7rem 1.25rem; display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; }
#filters button { font: inherit; font-size: .86rem; padding: .2rem .75rem; border: 1px solid var(--line); border-radius: 999px; background: var(--card); color: var(--ink); cursor: pointer; }
#filters button[aria-pressed="true"] { background: var(--ink); border-color: var(--ink); color: var(--ground); }
#filters button:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
#filters .gap { width: 1px; align-self: stretch; margin: 0 .3rem; background: var(--line); }
#shown { margin-left: auto; font-size: .86rem; color: var(--quiet); }
section { margin: 2.25rem 0; }
section > h2 { font-size: 1.15rem; margin-bottom: .9rem; letter-spacing: -.01em; }
.severity > h2 { color: var(--tone); text-transform: capitalize; }
.severity > h2 span { color: var(--quiet); font-weight: 400; text-transform: none; }
.is-critical { --tone: var(--critical); } .is-high { --tone: var(--high); } .is-medium { --tone: var(--medium); } .is-low { --tone: var(--low); } .is-note { --tone: var(--note); }
article { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--tone); border-radius: .75rem; padding: 1.25rem 1.4rem; margin-bottom: 1rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: .85rem; }
article h3 { font-size: 1.12rem; line-height: 1.35; }
.facts { display: flex; flex-wrap: wrap; gap: .1rem .9rem; font-size: .88rem; color: var(--quiet); }
.frame { overflow-x: auto; border: 1px solid var(--line); border-radius: .55rem; background: var(--code); padding: .5rem 0; line-height: 1.6; tab-size: 2; }
.frame span { display: block; width: max-content; min-width: 100%; padding: 0 .9rem 0 0; white-space: pre; }
.frame i { display: inline-block; width: 4.2rem; padding-right: 1rem; margin-right: .5rem; text-align: right; font-style: normal; color: var(--quiet); user-select: none; }
.frame .here { background: var(--marked); box-shadow: inset 3px 0 var(--tone); }
.frame mark { background: none; color: inherit; text-decoration: underline wavy var(--tone) 1.5px; text-underline-offset: .25em; font-weight: 700; }
.steps { list-style: none; padding: 0; }
.steps li { position: relative; padding: 0 0 .7rem 1.5rem; }
.steps li::before { content: ""; position: absolute; left: .2rem; top: .5rem; width: .6rem; height: .6rem; border-radius: 50%; background: var(--card); border: 2px solid var(--tone); }
.steps li:not(:last-child)::after { content: ""; position: absolute; left: .56rem; top: 1.3rem; bottom: -.3rem; width: 1px; background: var(--line); }
.steps li:last-child { padding-bottom: 0; } .steps li:last-child::before { background: var(--tone); }
.steps code { color: var(--quiet); display: block; white-space: pre-wrap; }
h4 { margin: 0 0 .45rem; font-size: .9rem; }
.notes { padding-left: 1.1rem; }
.fix { border-radius: .55rem; background: color-mix(in srgb, var(--a) 9%, transparent); padding: .7rem .9rem; }
.fix b { color: var(--a); }
.standards { font-size: .82rem; color: var(--quiet); display: flex; flex-wrap: wrap; gap: .1rem .8rem; border-top: 1px solid var(--line); padding-top: .7rem; }
.standards .mono { margin-left: auto; }
.rows { list-style: none; padding: .25rem 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
.rows li { padding: .6rem 0; } .rows li + li { border-top: 1px solid var(--line); }
.empty { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 2.25rem; text-align: center; font-size: 1.1rem; }
footer { padding-top: 0; padding-bottom: 3rem; font-size: .86rem; color: var(--quiet); }
@media (max-width: 46rem) {
  header { padding: 1.25rem 0; }
  main, header > div, footer, #filters > div { padding-left: 1rem; padding-right: 1rem; }
  .verdict { gap: 1rem; } .letter { min-width: 4.5rem; height: 4.5rem; padding: 0 .6rem; border-radius: 1rem; font-size: 2.4rem; } .letter small { font-size: .7rem; margin-top: .25rem; }
  .verdict h1 { font-size: 1.25rem; } .verdict p:last-child { font-size: .97rem; }
  .axes { grid-template-columns: 1fr; gap: .4rem; margin-top: 1.2rem; }
  .axes li { display: grid; grid-template-columns: 1fr auto; align-items: center; gap: .1rem .75rem; padding: .55rem .8rem; }
  .axes .score { margin: 0; flex-direction: row-reverse; } .axes b { font-size: 1.15rem; } .axes svg, .axes .count { grid-column: 1 / -1; } .axes .count { margin: 0; }
  article { padding: 1rem; } .frame i { width: 2.9rem; padding-right: .6rem; } #filters { position: static; } .standards .mono { margin-left: 0; }
}
@media print {
  :root { --ground: #fff; --card: #fff; --ink: #000; --quiet: #444; --line: #bbb; --code: #fff; --marked: #eee; color-scheme: light; }
  #filters { display: none; } body { font-size: 10pt; } article { break-inside: avoid; } .frame { overflow: visible; } .frame span { width: auto; white-space: pre-wrap; }
  .letter { background: none; color: var(--grade); border: 3px solid var(--grade); }
}
`;

/** Without it everything is shown; with it, what the pressed buttons ask for. */
export const SCRIPT = `
const bar = document.getElementById("filters");
const findings = [...document.querySelectorAll("article[data-severity]")];
const chosen = { severity: new Set(), axis: new Set() };
const show = () => {
  for (const finding of findings)
    finding.hidden = Object.keys(chosen).some((key) => chosen[key].size > 0 && !chosen[key].has(finding.dataset[key]));
  for (const section of document.querySelectorAll("section.severity"))
    section.hidden = section.querySelector("article:not([hidden])") === null;
  document.getElementById("shown").textContent = findings.filter(({ hidden }) => !hidden).length + " of " + findings.length + " shown";
};
if (bar !== null) {
  bar.hidden = false;
  bar.addEventListener("click", ({ target }) => {
    const { key, value } = target.dataset;
    if (key === undefined) return;
    const pressed = target.getAttribute("aria-pressed") !== "true";
    target.setAttribute("aria-pressed", String(pressed));
    chosen[key][pressed ? "add" : "delete"](value);
    show();
  });
  show();
}
`;
