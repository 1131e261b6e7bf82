/** The chat in its frame. It waits for the page around it to say who it is. */
import { render } from "preact";
import { App } from "./App.tsx";
import "./app.css";
import { Chat } from "./chat.ts";
import "./composer.css";
import { meet } from "./host.ts";
import { language } from "./i18n/index.ts";
import "./messages.css";

const root = document.getElementById("app");
const site = root?.dataset.site;
let chat: Chat | undefined;

document.documentElement.lang = language;
if (root && site) {
  meet({
    hello(page, open, host) {
      chat = new Chat(site, page);
      chat.report(host.say);
      chat.show(open);
      render(<App chat={chat} onClose={() => host.say({ type: "close" })} />, root);
    },
    panel: (open) => chat?.show(open, open),
  });
}
