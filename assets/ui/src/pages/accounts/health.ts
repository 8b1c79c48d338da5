// The one judgement on how an account is doing.
import type { Account } from "../../api/types";
import type { Tone } from "../../lib/tone";

export function accountHealth(account: Pick<Account, "enabled" | "last_sync_status" | "last_sync_at">): {
  tone: Tone;
  words: string;
} {
  if (!account.enabled) return { tone: "idle", words: "Switched off" };
  switch (account.last_sync_status) {
    case null:
    case undefined:
      return { tone: "idle", words: "Not synced yet" };
    case "complete":
      return { tone: "good", words: "Healthy" };
    case "waiting":
    case "running":
      return { tone: "info", words: "Syncing" };
    case "partial":
      return { tone: "warn", words: "Partly synced" };
    case "interrupted":
      return { tone: "warn", words: "Interrupted" };
    default:
      return { tone: "bad", words: "Failing" };
  }
}
