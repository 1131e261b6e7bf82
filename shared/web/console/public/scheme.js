// Runs before the first paint, so that the page does not flash in the other colour scheme. A separate file, as the content
// security policy blocks inline scripts.
(() => {
  let wanted = "auto";
  try {
    wanted = localStorage.getItem("recado.scheme") || "auto";
  } catch {
    // Storage is blocked: use the system's scheme.
  }
  const dark = wanted === "dark" || (wanted !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();

// Without its files the console cannot say that they are missing. The page is loaded again when the server answers.
(() => {
  const words = {
    en: "Can't reach Recado. Retrying…",
    es: "No se puede conectar con Recado. Reintentando…",
    pt: "Não foi possível conectar ao Recado. Tentando de novo…",
  };
  let told = false;
  const tell = () => {
    if (told) return;
    told = true;
    const language = (navigator.languages || []).map((one) => one.slice(0, 2)).find((one) => one in words);
    const line = document.createElement("p");
    line.setAttribute("role", "alert");
    line.style.cssText =
      "margin:0;padding:40vh 24px 0;font:15px system-ui,sans-serif;text-align:center;color:light-dark(#1d252c,#e3e7ea)";
    line.textContent = words[language || "es"];
    document.body.replaceChildren(line);
    const again = () =>
      fetch("/", { cache: "no-store" }).then(
        (response) => (response.ok ? location.reload() : setTimeout(again, 5_000)),
        () => setTimeout(again, 5_000),
      );
    setTimeout(again, 5_000);
  };
  addEventListener("recado:missing", tell);
  addEventListener(
    "error",
    ({ target }) => target instanceof HTMLScriptElement && target.type === "module" && tell(),
    true,
  );
})();
