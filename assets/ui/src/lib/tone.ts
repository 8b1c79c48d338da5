// Which colour says what: one table for every badge, dot and bar.

export type Tone = "good" | "info" | "warn" | "bad" | "idle" | "accent";

const TONES: Record<string, Tone> = {
  // Desktop states
  AVAILABLE: "good",
  STOPPED: "idle",
  STOPPING: "idle",
  STARTING: "info",
  PENDING: "info",
  REBOOTING: "info",
  REBUILDING: "info",
  RESTORING: "info",
  UPDATING: "info",
  MAINTENANCE: "warn",
  ADMIN_MAINTENANCE: "warn",
  IMPAIRED: "bad",
  UNHEALTHY: "bad",
  ERROR: "bad",
  SUSPENDED: "bad",
  TERMINATING: "warn",
  TERMINATED: "idle",
  // Connections
  CONNECTED: "good",
  DISCONNECTED: "idle",
  UNKNOWN: "idle",
  // Directories
  REGISTERED: "good",
  // Scopes and jobs
  waiting: "idle",
  queued: "idle",
  running: "info",
  complete: "good",
  succeeded: "good",
  partial: "warn",
  failed: "bad",
  skipped: "warn",
  interrupted: "warn",
  cancelled: "idle",
  // Plans, their items, and reports
  draft: "info",
  approved: "accent",
  applying: "info",
  stopped: "warn",
  applied: "good",
  partly_applied: "warn",
  expired: "idle",
  planned: "idle",
  intended: "info",
  called: "info",
  verified: "good",
  ready: "good",
  // History
  created: "good",
  changed: "info",
  missing: "warn",
  returned: "good",
  deleted: "bad",
  terminated: "bad",
};

export function toneOf(value: string): Tone {
  return TONES[value] ?? "idle";
}
