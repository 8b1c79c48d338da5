// What an answer leaves out of its question, and other things to know.
import { Info } from "lucide-react";

export function Notes({ notes }: { notes: string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul aria-label="Notes" className="flex flex-col gap-1 text-sm">
      {notes.map((note) => (
        <li key={note} className="flex gap-2">
          <Info aria-hidden className="mt-[3px] size-4 shrink-0 text-info" />
          <span className="min-w-0 break-words">{note}</span>
        </li>
      ))}
    </ul>
  );
}
