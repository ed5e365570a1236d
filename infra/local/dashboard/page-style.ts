/** Style of the page: CloudWatch's grid, in a light and a dark scheme. */

const COLORS = [
  ...['#3b6fd4', '#e07b39', '#2f9e63', '#c2456b', '#8257c9'],
  ...['#1f9bb3', '#b58a14', '#7a8794', '#d25fb6', '#5d7f2c'],
];

export const STYLE = `
:root{color-scheme:light dark;--page:#f3f5f7;--card:#fff;--text:#1b232c;--soft:#66727f;--rule:#dfe4e9}
@media(prefers-color-scheme:dark){
:root{--page:#12161b;--card:#1b2129;--text:#e6ebf0;--soft:#94a1ae;--rule:#323b46}}
body{margin:24px auto;max-width:1320px;padding:0 16px;background:var(--page);color:var(--text);
font:14px/1.45 system-ui,sans-serif}
h1{font-size:22px}h2{font-size:17px;margin:32px 0 12px}h3{font-size:16px;margin:0 0 6px}
h4{font-size:13px;margin:0 0 8px}h4 small{font-weight:400;color:var(--soft);margin-left:6px}p{margin:0 0 6px}
.grid{display:grid;grid-template-columns:repeat(24,minmax(0,1fr));grid-auto-rows:minmax(38px,auto);
gap:12px}
.widget{background:var(--card);border:1px solid var(--rule);border-radius:6px;padding:12px;overflow:auto}
svg{width:100%;height:auto;font-size:11px}svg text{fill:var(--soft)}.rule{stroke:var(--rule)}
polyline{fill:none;stroke-width:1.5}
ul{list-style:none;display:flex;flex-wrap:wrap;gap:2px 14px;margin:4px 0 0;padding:0;font-size:12px;
color:var(--soft)}
li i{display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:5px}
.numbers{display:flex;gap:24px;color:var(--soft)}.numbers b{display:block;font-size:26px;
font-weight:600;color:var(--text)}
.empty{color:var(--soft);text-align:center;margin-top:72px}
table{border-collapse:collapse;font-size:13px}td,th{text-align:left;padding:3px 14px 3px 0;
border-bottom:1px solid var(--rule)}th{color:var(--soft);font-weight:500}
.alarms{background:var(--card);border:1px solid var(--rule);border-radius:6px;width:100%}
.alarms td:first-child{padding-left:12px;font-weight:600}
.ALARM td:first-child{color:light-dark(#b3203a,#ff8a9c)}.OK td:first-child{color:light-dark(#1d7a49,#5fd29a)}
@media(max-width:800px){.grid{grid-auto-rows:auto}.widget{grid-area:auto/1/auto/-1!important}}
${COLORS.map(
  (color, index) =>
    `.c${index} polyline{stroke:${color}}.c${index} circle,.c${index} rect{fill:${color}}` +
    `.c${index} i{background:${color}}`,
).join('\n')}`;
