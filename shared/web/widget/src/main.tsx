/** Entry point of the frame. Starts the chat when the embedding page sends `hello`. */
import { render } from "preact";
import { App } from "./App.tsx";
import "./app.css";
import { Chat } from "./chat.ts";
import "./composer.css";
import { connectHost } from "./host.ts";
import { language } from "./i18n/index.ts";
import "./messages.css";

const root = document.getElementById("app");
const site = root?.dataset.site;
let chat: Chat | undefined;

document.documentElement.lang = language;
if (root && site) {
  connectHost({
    hello(page, open, host) {
      chat = new Chat(site, page, root.dataset.color);
      chat.onState(host.post);
      chat.show(open);
      render(<App chat={chat} onClose={() => host.post({ type: "close" })} />, root);
    },
    panel: (open) => chat?.show(open, open),
  });
}
