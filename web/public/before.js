// Before the page's own script and the first paint.

// zod would try whether it may make functions from text, which the page's security policy refuses and reports.
// oxlint-disable-next-line no-underscore-dangle -- zod's own name for it
globalThis.__zod_globalConfig = { jitless: true };

// The theme this person chose, so that the page never flashes the other one.
try {
  const theme = localStorage.getItem("steward.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused here: the system's theme holds.
}
