// The words of advice: what kinds of it are called, and AWS's constants inside the server's sentences.
import { formatConstant } from "./format";

export const ADVICE_KINDS = [
  { key: "running_mode", title: "Running mode", lead: "Pay by the hour or by the month" },
  { key: "timeout", title: "Stop sooner", lead: "Shorter time until it stops by itself" },
  { key: "too_large", title: "Too large", lead: "A smaller compute type does" },
  { key: "too_small", title: "Too small", lead: "A larger compute type is needed" },
  { key: "idle", title: "Idle", lead: "Used before, not any more" },
  { key: "never_used", title: "Never used", lead: "Nobody ever connected" },
  { key: "orphaned", title: "Orphaned", lead: "Its user is gone from the directory" },
] as const;

export const CONFIDENCES = [
  { key: "high", title: "High" },
  { key: "medium", title: "Medium" },
  { key: "low", title: "Low" },
] as const;

const CONSTANT = /\b(ALWAYS_ON|AUTO_STOP|MANUAL|VALUE|STANDARD|PERFORMANCE|POWER|POWERPRO|GRAPHICS|GRAPHICSPRO|(?:GRAPHICS|GENERALPURPOSE)_\w+)\b/g;

/** `Switch to ALWAYS_ON` → `Switch to Always on`. */
export function inPlainWords(text: string): string {
  return text.replace(CONSTANT, (constant) => formatConstant(constant));
}

export function kindTitle(kind: string): string {
  return ADVICE_KINDS.find((one) => one.key === kind)?.title ?? kind.replaceAll("_", " ");
}
