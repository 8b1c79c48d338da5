// Light, dark, or as the system says. The choice is kept in this browser; index.html applies it
// before the first paint.
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const KEY = "stocktake-theme";
const watchers = new Set<() => void>();
const prefersDark = () => matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme {
  try {
    const text = localStorage.getItem(KEY);
    return text === "light" || text === "dark" ? text : "system";
  } catch {
    // Storage is switched off in this browser: the system's choice it is.
    return "system";
  }
}

function paint(): void {
  const theme = stored();
  const dark = theme === "dark" || (theme === "system" && prefersDark().matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

export function setTheme(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Nothing to remember it in; the page keeps the system's choice.
  }
  paint();
  for (const watcher of watchers) watcher();
}

export function followSystemTheme(): void {
  prefersDark().addEventListener("change", paint);
}

export function useTheme(): Theme {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, stored);
}
