// The clipboard, and what is said where it may not be used.
import { toast } from "./toasts";

/** Whether `text` was copied; a refusal is said here. */
export async function copied(text: string): Promise<boolean> {
  try {
    // Browsers refuse this on plain http off this machine.
    if (!window.isSecureContext) throw new Error("insecure context");
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast("info", "Copying is not allowed here", "Select the text and copy it by hand.");
    return false;
  }
}
