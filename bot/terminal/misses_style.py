"""How the page of misses looks."""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #f6f6f4; --card: #fff; --ink: #1c1c1a; --soft: #5f5f5a; --line: #d9d9d4;
  --right: #1a7f45; --right-ground: #dcf3e4; --wrong: #b3452b; --bar: #7d9fd3; --less: #d98a75;
  --badge: #fbe6df;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161718; --card: #202224; --ink: #e8e8e4; --soft: #a2a29c; --line: #3a3c3f;
    --right: #5cc98b; --right-ground: #1d4a33; --wrong: #ef9078; --bar: #4f73ad; --less: #a85a45;
    --badge: #4a2b22;
  }
}
* { box-sizing: border-box }
body {
  margin: 0 auto; padding: 1rem; max-width: 75rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0 }
h2 { font-size: 1.15rem; line-height: 1.35; margin: .4rem 0 .8rem }
h3 { font-size: .8rem; margin: 0; letter-spacing: .02em }
header p, footer p { color: var(--soft); margin: .3rem 0 }
header strong { color: var(--ink) }
input[name=kind] { position: absolute; opacity: 0; pointer-events: none }
label {
  display: inline-block; margin: 0 .25rem .4rem 0; padding: .25rem .7rem; font-size: .9rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem; cursor: pointer;
}
label b { color: var(--soft); font-variant-numeric: tabular-nums }
input:checked + label { background: var(--ink); border-color: var(--ink); color: var(--ground) }
input:checked + label b { color: inherit }
input:disabled + label { opacity: .5; cursor: default }
input:focus-visible + label { outline: 2px solid var(--bar); outline-offset: 2px }
#k0:checked ~ main article:not(.k0) { display: none }
#k1:checked ~ main article:not(.k1) { display: none }
#k2:checked ~ main article:not(.k2) { display: none }
#k3:checked ~ main article:not(.k3) { display: none }
#k4:checked ~ main article:not(.k4) { display: none }
article {
  margin: 1rem 0; padding: 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; content-visibility: auto; contain-intrinsic-size: auto 40rem;
}
.kinds { margin: 0; color: var(--soft); font-size: .85rem }
.kind {
  display: inline-block; margin-right: .4rem; padding: 0 .55rem; border-radius: .3rem;
  background: var(--badge); color: var(--ink); font-weight: 600;
}
.number { color: var(--soft); font-weight: 400; margin-right: .2rem }
.passages { display: grid; gap: .6rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)) }
section { padding: .2rem 0 .2rem .8rem; border-left: 4px solid var(--wrong); min-width: 0 }
section.right { border-color: var(--right) }
.right h3, th.right { color: var(--right) }
.wrong h3, th.wrong { color: var(--wrong) }
.cite { margin: .1rem 0 .4rem; color: var(--soft); font-size: .85rem }
.cite a { color: inherit }
.text { margin: .3rem 0; white-space: pre-line; font-size: .92rem }
mark { background: var(--right-ground); color: inherit; border-radius: .2rem; padding: 0 .1rem }
em { font-style: normal; text-decoration: underline; text-decoration-color: var(--bar);
  text-decoration-thickness: 2px; text-underline-offset: 3px }
summary { cursor: pointer; color: var(--soft); font-size: .85rem }
.wide { overflow-x: auto; margin-top: .8rem }
table {
  width: 100%; table-layout: fixed; border-collapse: collapse; font-size: .82rem;
  font-variant-numeric: tabular-nums;
}
th, td { padding: .15rem .4rem; text-align: left; vertical-align: top }
thead th:first-child { width: 12.5rem }
th[scope=row] { font-weight: 400; color: var(--soft) }
td i { display: block; height: .45rem; margin-top: .25rem; min-width: 1px; background: var(--bar);
  border-radius: 1px }
td.less i { background: var(--less) }
.sum th, .sum td { border-top: 1px solid var(--line); font-weight: 700; color: var(--ink) }
tbody + tbody::before { content: ""; display: block; height: .5rem }
.held { color: var(--right) }
.lacks { color: var(--soft) }
@media (max-width: 40rem) {
  body { padding: .6rem; font-size: 15px }
  article { padding: .7rem }
  th, td { padding: .15rem .25rem }
  thead th:first-child { width: 6.5rem }
  table { min-width: 21rem }
}
"""
