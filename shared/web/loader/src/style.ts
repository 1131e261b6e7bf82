/**
 * Styles of the button and its panel. `!important` in `:host` overrides all rules of the page; rules of the page do not
 * apply inside the shadow root. Lengths are in px, because the page sets the size of a rem.
 */
export const style = `
:host{all:initial!important;position:fixed!important;inset:auto!important;z-index:2147483000!important;display:block!important;color-scheme:light dark!important}
button{all:unset;position:fixed;bottom:20px;right:20px;width:56px;height:56px;border-radius:50%;display:grid;place-items:center;cursor:pointer;background:var(--accent);color:var(--ink);box-shadow:0 4px 16px #0004,0 1px 3px #0003}
button:focus-visible{outline:3px solid var(--ink);outline-offset:-5px;box-shadow:0 0 0 3px var(--accent)}
svg{width:28px;height:28px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.open svg:first-child,svg+svg,b:empty,.open b{display:none}
.open svg+svg{display:block}
b{position:absolute;top:-4px;right:-4px;min-width:10px;height:22px;padding:0 6px;border-radius:11px;background:#c2261b;color:#fff;font:600 12px/22px system-ui,sans-serif;text-align:center;box-shadow:0 0 0 2px #fff}
section{position:fixed;bottom:88px;right:20px;width:380px;height:600px;max-height:calc(100vh - 108px);border-radius:16px;overflow:hidden;visibility:hidden;opacity:0;background:#fff;color:#1d252c;box-shadow:0 12px 48px #0004,0 2px 8px #0002}
.open section{visibility:visible;opacity:1}
.left button,.left section{right:auto;left:20px}
iframe{position:absolute;inset:0;width:100%;height:100%;border:0;opacity:0;color-scheme:light dark}
.ready iframe{opacity:1}
p{margin:0;padding:40% 32px 0;font:15px/1.5 system-ui,sans-serif;text-align:center}
@media(prefers-color-scheme:dark){section{background:#181d22;color:#e3e7ea}}
@media(max-width:480px){section,.left section{inset:var(--top,0) 0 auto;width:100%;height:var(--height,100dvh);max-height:none;border-radius:0}.ready.open button{display:none}}
@media(prefers-reduced-motion:no-preference){section{transform:translateY(12px);transition:transform .18s ease-out,opacity .18s,visibility .18s}.open section{transform:none}}
@media print{:host{display:none!important}}
`;
