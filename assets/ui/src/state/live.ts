// Brings what the event stream says into the answers that pages hold, and knows whether the
// stream is up.
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { listen, type StreamState } from "../api/events";
import { isOver, jobQuery, meQuery, syncRunQuery } from "../api/queries";
import type { EventBody, Job, ScopeRun, SyncRunDetail } from "../api/types";

/** Rows may change hundreds of times a second in a sync; lists read again this often at most. */
const SETTLE_MS = 1500;

let state: StreamState = "connecting";
const watchers = new Set<() => void>();

function setState(next: StreamState): void {
  if (next === state) return;
  state = next;
  for (const watcher of watchers) watcher();
}

export function useStreamState(): StreamState {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => state,
  );
}

export function startLive(client: QueryClient, onEnded: () => void): () => void {
  const stale = settle((names) => {
    for (const name of names) void client.invalidateQueries({ queryKey: [name] });
  });
  let wasLost = false;
  const stop = listen({
    onEvent: (event) => apply(client, event, stale.add),
    onEnded,
    onState: (next) => {
      setState(next);
      if (next === "lost") wasLost = true;
      if (next === "open" && wasLost) {
        // What happened meanwhile was missed.
        wasLost = false;
        void client.invalidateQueries();
      }
    },
  });
  return () => {
    stop();
    stale.cancel();
    setState("connecting");
  };
}

export function apply(client: QueryClient, event: EventBody, stale: (name: string) => void): void {
  switch (event.type) {
    case "job":
      keepJob(client, event.data);
      stale("jobs");
      if (isOver(event.data.state)) stale("sync_history");
      break;
    case "sync_scope":
      keepScope(client, event.data);
      break;
    case "alert":
      stale("workspaces");
      break;
    case "changed":
      event.data.names.forEach(stale);
      break;
    case "database":
      client.setQueryData(meQuery.queryKey, (me) =>
        me && {
          ...me,
          read_only: event.data.writable ? null : { reason: event.data.reason ?? "The reason is not known" },
        },
      );
      break;
  }
}

function keepJob(client: QueryClient, job: Job): void {
  client.setQueryData(jobQuery(job.id).queryKey, job);
}

function keepScope(client: QueryClient, scope: ScopeRun): void {
  client.setQueryData(syncRunQuery(scope.run_id).queryKey, (detail) => detail && withScope(detail, scope));
}

const identity = (scope: ScopeRun) =>
  [scope.account_id, scope.region ?? "", scope.resource_type].join("/");

/** The run with one scope replaced or added. */
export function withScope(detail: SyncRunDetail, scope: ScopeRun): SyncRunDetail {
  const at = detail.scopes.findIndex((known) => identity(known) === identity(scope));
  const scopes = at < 0 ? [...detail.scopes, scope] : detail.scopes.with(at, scope);
  return { ...detail, scopes };
}

/** Collects names and hands them on together, so that a burst of events is one refresh. */
function settle(flush: (names: Set<string>) => void) {
  let names = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    add: (name: string) => {
      names.add(name);
      timer ??= setTimeout(() => {
        timer = undefined;
        const all = names;
        names = new Set();
        flush(all);
      }, SETTLE_MS);
    },
    cancel: () => clearTimeout(timer),
  };
}
