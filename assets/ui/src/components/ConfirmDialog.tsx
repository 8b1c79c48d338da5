// Asks before something that cannot be undone; the person types what is about to go.
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
  children: React.ReactNode;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Dialog open={props.open} onClose={props.onClose} title={props.title}>
      <ConfirmForm {...props} />
    </Dialog>
  );
}

function ConfirmForm({ onClose, onConfirm, phrase, action, busy, error, children }: ConfirmDialogProps) {
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
        {error ? <ProblemNotice error={error} /> : null}
      </div>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="danger" busy={busy} disabled={phrase !== undefined && typed.trim() !== phrase}>
          {action}
        </Button>
      </DialogActions>
    </form>
  );
}
