// How numbers, times and ages are written.

const NUMBER = new Intl.NumberFormat("en");

export function formatNumber(value: number): string {
  return NUMBER.format(value);
}

/** `1 desktop`, `1,204 desktops`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

const DATE_TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** In the reader's own time zone, `21 Nov 2026, 09:14`. */
export function formatTime(iso: string): string {
  return DATE_TIME.format(new Date(iso));
}

/** The same moment as everyone else would write it down. */
export function formatUtc(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const STEPS: readonly [limit: number, unit: string, seconds: number][] = [
  [90, "second", 1],
  [90 * 60, "minute", 60],
  [36 * 3600, "hour", 3600],
  [60 * 86_400, "day", 86_400],
  [730 * 86_400, "month", 30.44 * 86_400],
  [Infinity, "year", 365.25 * 86_400],
];

function inWords(seconds: number): string {
  for (const [limit, unit, size] of STEPS) {
    if (seconds < limit) {
      const count = Math.max(1, Math.round(seconds / size));
      return `${count} ${unit}${count === 1 ? "" : "s"}`;
    }
  }
  return "";
}

/** `4 minutes ago`, `in 2 hours`, `just now`. */
export function formatAge(iso: string, now: number): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  if (Math.abs(seconds) < 10) return "just now";
  return seconds > 0 ? `${inWords(seconds)} ago` : `in ${inWords(-seconds)}`;
}

/** `0.4 s`, `12 s`, `3 min 05 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const rest = Math.round(seconds % 60);
  const minutes = Math.floor(seconds / 60) + (rest === 60 ? 1 : 0);
  return `${minutes} min ${String(rest === 60 ? 0 : rest).padStart(2, "0")} s`;
}

/** Names that AWS writes in one word or with a dot, as people know them. */
const NAMES: Record<string, string> = {
  POWERPRO: "PowerPro",
  GRAPHICSPRO: "GraphicsPro",
  GENERALPURPOSE: "GeneralPurpose",
  WINDOWS: "Windows",
  SERVER: "Server",
  AMAZON: "Amazon",
  LINUX: "Linux",
  UBUNTU: "Ubuntu",
  RHEL: "RHEL",
  ROCKY: "Rocky",
  BYOL: "BYOL",
  AD: "AD",
  MICROSOFT: "Microsoft",
  IAM: "IAM",
};
const SYSTEM = /^(WINDOWS|AMAZON|UBUNTU|RHEL|ROCKY)_/;
const SIZED = /^(GRAPHICS|GRAPHICSPRO|GENERALPURPOSE)_/;

/** `ALWAYS_ON` → `Always on`, `GRAPHICS_G4DN` → `Graphics.g4dn`; what is not upper case is left alone. */
export function formatConstant(text: string): string {
  if (text !== text.toUpperCase()) return text;
  const [first = "", ...rest] = text.split("_");
  const capital = NAMES[first] ?? first.charAt(0) + first.slice(1).toLowerCase();
  if (SIZED.test(text)) return [capital, ...rest.map((word) => word.toLowerCase())].join(".");
  const words = rest.map((word) => NAMES[word] ?? word.toLowerCase());
  const joined = [capital, ...words].join(" ");
  // Versions: `UBUNTU_22_04`.
  return SYSTEM.test(text) ? joined.replace(/(\d+) (\d+)$/, "$1.$2") : joined;
}

/** Words of the server that stand in the middle of its sentences, at the beginning of a line. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `user_volume_gib` → `User volume gib`. */
export function formatField(field: string): string {
  const known = FIELDS[field];
  if (known !== undefined) return known;
  const words = field.replaceAll("_", " ").replaceAll(".", " · ");
  return capital(words);
}

const FIELDS: Record<string, string> = {
  ip_address: "IP address",
  ipv6_address: "IPv6 address",
  user_volume_gib: "User volume (GiB)",
  root_volume_gib: "Root volume (GiB)",
  user_name: "User",
  workspace_id: "WorkSpace id",
  account_name: "Account",
  organization_name: "Organization",
  bundle_id: "Bundle",
  directory_id: "Directory",
  subnet_id: "Subnet",
  auto_stop_timeout_minutes: "Auto-stop after (minutes)",
  // Of forms.
  "password.current": "Current password",
  password: "Password",
  role_arn: "Role",
  role_name: "Role name",
  external_id: "External id",
  endpoint_url: "Endpoint",
  organization_id: "Organization",
  organization_ids: "Organizations",
  sync_schedule: "Schedule",
  "sync_schedule.jitter_seconds": "Spread",
};

/** What a sync lists, by the collector's name. */
export function formatListing(resourceType: string): string {
  const words = resourceType.replaceAll("_", " ");
  if (resourceType === "workspaces") return "WorkSpaces";
  return capital(words);
}

const ALERTS: Record<string, string> = {
  credentials: "Credentials",
  workspaces_shrank: "Far fewer WorkSpaces than before",
  directories_shrank: "Far fewer directories than before",
  bundles_shrank: "Far fewer bundles than before",
};

export function formatAlert(kind: string): string {
  return ALERTS[kind] ?? formatField(kind);
}

/** A message of ours about an account that has no name but its id: the id once. */
export function idOnce(message: string): string {
  return message.replace(/\b(\d{12}) \(\1\)/g, "$1");
}

/** A value of the history, short enough for a line. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "string") return value;
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value) && value.length === 0) return "none";
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(", ");
  return JSON.stringify(value);
}
