/** Finds text that a reader cannot see whole. */
import type { Page } from "playwright-core";

/** Regions that may scroll sideways: code, and rows of tabs and of navigation on a phone. */
const sideways = "pre, code, [role=tablist], nav";

/**
 * What people wrote may be cut with an ellipsis, and so may a text whose whole is in a title. Texts of the catalogues may
 * not: for them there must be room.
 */
const written = "bdi, [dir=auto], code, [title], [data-written]";

/**
 * Texts that their box, a box around it or the window cuts off, placeholders that their field cuts off, and regions that
 * scroll sideways. Measured as painted: the rectangles of each text against the boxes around it that hide what is outside.
 */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(
    ([sideways, written]) => {
      const slack = 1.5; // px: glyphs and line boxes are not whole pixels
      const found = new Set<string>();
      const nameOf = (element: Element) =>
        `${element.tagName.toLowerCase()}${element.className && typeof element.className === "string" ? `.${element.className.split(" ").join(".")}` : ""}`;
      const shown = (element: Element) =>
        element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
        // Texts for screen readers, and the link that is out of sight until it has the focus.
        !element.closest('.visually-hidden, [class*="VisuallyHidden"], [href="#main"]:not(:focus)');
      const report = (how: string, text: string, element: Element) =>
        found.add(`${how}: "${text.trim().slice(0, 60)}" in ${nameOf(element)}`);

      const check = (text: Text) => {
        const own = text.parentElement;
        if (!own || !shown(own) || own.closest("script, style, svg")) return;
        const range = document.createRange();
        range.selectNodeContents(text);
        const rects = [...range.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
        if (rects.length === 0) return;
        let left = Math.min(...rects.map((rect) => rect.left));
        let right = Math.max(...rects.map((rect) => rect.right));
        const top = Math.min(...rects.map((rect) => rect.top));
        const bottom = Math.max(...rects.map((rect) => rect.bottom));
        for (let box: Element | null = own; box && box !== document.body; box = box.parentElement) {
          const style = getComputedStyle(box);
          const { overflowX, overflowY, position } = style;
          const scrolls = /auto|scroll/.test(overflowX + overflowY);
          if (overflowX !== "visible" || overflowY !== "visible") {
            const frame = box.getBoundingClientRect();
            const outX = overflowX !== "visible" && (left < frame.left - slack || right > frame.right + slack);
            const outY = /hidden|clip/.test(overflowY) && (top < frame.top - slack || bottom > frame.bottom + slack);
            if (/auto|scroll/.test(overflowX) && outX) {
              if (!box.closest(sideways)) report("scrolls sideways", text.data, box);
            } else if (outX || outY) {
              const onPurpose = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
              const ofPeople = own.closest(written) || box.closest(written) || box.querySelector("bdi, [dir=auto]");
              if (!(onPurpose && ofPeople)) report("cut off", text.data, box);
            }
            // Outside of this box nothing of it is painted.
            left = Math.max(left, Math.min(frame.left, right));
            right = Math.min(right, Math.max(frame.right, left));
            // What is scrolled away is not cut off by the boxes around the region.
            if (scrolls) return;
          }
          if (position === "fixed") break;
        }
        if (left < -slack || right > innerWidth + slack) report("beyond the window", text.data, own);
      };
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if ((node as Text).data.trim() !== "") check(node as Text);
      }

      const pen = document.createElement("canvas").getContext("2d");
      for (const field of document.querySelectorAll<HTMLInputElement>("input[placeholder]")) {
        if (!pen || !shown(field) || field.value !== "") continue;
        const style = getComputedStyle(field);
        pen.font = style.font;
        const room = field.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
        if (pen.measureText(field.placeholder).width > room + slack)
          report("placeholder cut off", field.placeholder, field);
      }
      if (document.documentElement.scrollWidth > innerWidth)
        report("page scrolls sideways", location.pathname, document.body);
      return [...found];
    },
    [sideways, written] as const,
  );
}
