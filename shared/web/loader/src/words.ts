/** The few words of the button, in the language of the page or else of the browser. */
export interface Words {
  title: string;
  open: string;
  close: string;
  unread: (n: number) => string;
  failed: string;
}

const en: Words = {
  title: "Chat",
  open: "Open chat",
  close: "Close chat",
  unread: (n) => `Open chat, unread messages: ${n}`,
  failed: "The chat does not answer.",
};

const words: Record<string, Words> = {
  en,
  es: {
    title: "Chat",
    open: "Abrir el chat",
    close: "Cerrar el chat",
    unread: (n) => `Abrir el chat, mensajes sin leer: ${n}`,
    failed: "El chat no responde.",
  },
  pt: {
    title: "Chat",
    open: "Abrir o chat",
    close: "Fechar o chat",
    unread: (n) => `Abrir o chat, mensagens não lidas: ${n}`,
    failed: "O chat não responde.",
  },
};

export function wordsFor(...tags: string[]): Words {
  for (const tag of tags) {
    const known = words[tag.slice(0, 2).toLowerCase()];
    if (known) return known;
  }
  return en;
}
