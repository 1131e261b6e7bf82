// Runs before the first paint: the page must not flash in the other colour scheme. A file of its own because
// the content security policy allows no inline script.
(() => {
  let wanted = "auto";
  try {
    wanted = localStorage.getItem("recado.scheme") || "auto";
  } catch {
    // Storage is blocked: the system's scheme it is.
  }
  const dark = wanted === "dark" || (wanted !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
