// The theme that was chosen before, set before anything is drawn.
"use strict";
try {
  const theme = localStorage.getItem("ws-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // without storage the system's theme is shown
}
document.documentElement.classList.add("js");
