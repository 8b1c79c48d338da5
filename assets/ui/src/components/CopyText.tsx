// Text that people carry elsewhere: ids beside a copy button, and whole documents.
import { Check, Copy, Download } from "lucide-react";
import { useState } from "react";
import { download } from "../lib/download";
import { copied } from "../state/clipboard";
import { Button, IconButton } from "./Button";

function useCopy(text: string): [done: boolean, copy: () => void] {
  const [done, setDone] = useState(false);
  const copy = async () => {
    if (!(await copied(text))) return;
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  };
  return [done, () => void copy()];
}

export function CopyId({ text }: { text: string }) {
  const [done, copy] = useCopy(text);
  return (
    <span className="inline-flex max-w-full items-center gap-0.5">
      <code className="min-w-0 font-mono text-[13px] break-all">{text}</code>
      <IconButton label={done ? "Copied" : `Copy ${text}`} className="-my-1.5 size-7 [&_svg]:size-3.5!" onClick={copy}>
        {done ? <Check className="text-good" /> : <Copy />}
      </IconButton>
    </span>
  );
}

export function CopyButton({ text }: { text: string }) {
  const [done, copy] = useCopy(text);
  return (
    <Button small kind="quiet" onClick={copy}>
      {done ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden />}
      {done ? "Copied" : "Copy"}
    </Button>
  );
}

export function CopyDocument({ text, fileName }: { text: string; fileName: string }) {
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-sunken">
      <div className="flex items-center justify-between gap-2 border-b border-line px-3 py-1.5">
        <code className="truncate font-mono text-xs text-ink-faint">{fileName}</code>
        <span className="flex gap-1">
          <Button small kind="quiet" onClick={() => download(text, fileName, "text/plain")}>
            <Download aria-hidden /> Download
          </Button>
          <CopyButton text={text} />
        </span>
      </div>
      {/* Scrollable, so the keyboard has to be able to reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} className="max-h-80 overflow-auto p-3 font-mono text-xs leading-relaxed">
        {text}
      </pre>
    </div>
  );
}
