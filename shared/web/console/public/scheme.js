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
