// Short messages that say how something ended.
import { useSyncExternalStore } from "react";
import { asApiError } from "../api/problem";

export interface Toast {
  id: number;
  tone: "good" | "bad" | "info";
  title: string;
  detail?: string | undefined;
}

let toasts: readonly Toast[] = [];
let last = 0;
const watchers = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const watcher of watchers) watcher();
}

export function toast(tone: Toast["tone"], title: string, detail?: string): void {
  const id = ++last;
  set([...toasts.slice(-3), { id, tone, title, detail }]);
  // Errors stay until read; the rest leave by themselves.
  if (tone !== "bad") setTimeout(() => dismiss(id), 6000);
}

export function toastError(title: string, error: unknown): void {
  const problem = asApiError(error);
  toast("bad", title, [problem.title, problem.detail].filter(Boolean).join(". "));
}

export function dismiss(id: number): void {
  set(toasts.filter((one) => one.id !== id));
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
}
