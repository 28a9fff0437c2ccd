// Before the first paint: the theme this person chose, so that the page never flashes the other one.
try {
  const theme = localStorage.getItem("steward.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused here: the system's theme holds.
}
