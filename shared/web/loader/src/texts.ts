/** The button's texts, in the language of the page or else of the browser. */
export interface Texts {
  title: string;
  open: string;
  close: string;
  unread: (n: number) => string;
  failed: string;
}

const en: Texts = {
  title: "Chat",
  open: "Open chat",
  close: "Close chat",
  unread: (n) => `Open chat, ${n} unread message${n > 1 ? "s" : ""}`,
  failed: "Chat is not available.",
};

const texts: Record<string, Texts> = {
  en,
  es: {
    title: "Chat",
    open: "Abrir chat",
    close: "Cerrar chat",
    unread: (n) => `Abrir chat, ${n} mensaje${n > 1 ? "s" : ""} sin leer`,
    failed: "El chat no está disponible.",
  },
  pt: {
    title: "Chat",
    open: "Abrir chat",
    close: "Fechar chat",
    unread: (n) => `Abrir chat, ${n} ${n > 1 ? "mensagens não lidas" : "mensagem não lida"}`,
    failed: "O chat não está disponível.",
  },
};

export function textsFor(...tags: string[]): Texts {
  for (const tag of tags) {
    const known = texts[tag.slice(0, 2).toLowerCase()];
    if (known) return known;
  }
  return en;
}
