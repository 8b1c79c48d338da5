// Asks before something that cannot be undone, or that matters; the person types what is about to go.
import { useState } from "react";
import { Button } from "./Button";
import { Dialog, DialogActions } from "./Dialog";
import { TextField } from "./Field";
import { ProblemNotice } from "./Notice";

interface ConfirmDialogProps {
  open: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  /** What has to be typed; absent where a plain question will do. */
  phrase?: string;
  action: string;
  busy: boolean;
  error: unknown;
  /** Nothing is lost by it. */
  harmless?: boolean;
  /** How the way out is called, where "Cancel" would be taken for something else. */
  dismiss?: string;
  /** Says what went wrong where the usual notice is not enough. */
  problem?: React.ReactNode;
  children: React.ReactNode;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Dialog open={props.open} onClose={props.onClose} title={props.title}>
      <ConfirmForm {...props} />
    </Dialog>
  );
}

function ConfirmForm({ onClose, onConfirm, phrase, action, busy, error, harmless = false, dismiss = "Cancel", problem, children }: ConfirmDialogProps) {
  const [typed, setTyped] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onConfirm();
      }}
    >
      <div className="flex flex-col gap-4 text-sm text-ink-soft">
        <div>{children}</div>
        {phrase !== undefined && (
          <TextField
            label={`Type ${phrase} to confirm`}
            value={typed}
            mono
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        {error ? (problem ?? <ProblemNotice error={error} />) : null}
      </div>
      <DialogActions>
        <Button onClick={onClose}>{dismiss}</Button>
        <Button type="submit" kind={harmless ? "primary" : "danger"} busy={busy} disabled={phrase !== undefined && typed.trim() !== phrase}>
          {action}
        </Button>
      </DialogActions>
    </form>
  );
}
