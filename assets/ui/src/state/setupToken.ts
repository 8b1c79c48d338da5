// The set-up link's token as the address has it now: a link pasted into an open set-up page changes
// the fragment only, which loads nothing anew.
import { useSyncExternalStore } from "react";
import { setupToken } from "../lib/setupToken";

function watch(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

export function useSetupToken(): string | undefined {
  return useSyncExternalStore(watch, () => setupToken(window.location.hash));
}
