// Tabs over one box of content.
import { Tabs as Radix } from "radix-ui";

interface TabsProps {
  label: string;
  tabs: { key: string; title: string; content: React.ReactNode }[];
  /** Which one is open, where the page decides it. */
  open?: string | undefined;
  onOpen?: (key: string) => void;
}

export function Tabs({ label, tabs, open, onOpen }: TabsProps) {
  const first = tabs[0]?.key ?? "";
  const chosen = onOpen ? { value: open ?? first, onValueChange: onOpen } : { defaultValue: first };
  return (
    <Radix.Root {...chosen}>
      <Radix.List aria-label={label} className="mb-3 flex gap-1 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.key}
            value={tab.key}
            className="-mb-px border-b-2 border-transparent px-3 py-2 text-sm font-medium whitespace-nowrap text-ink-soft hover:text-ink focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:text-ink"
          >
            {tab.title}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.key} value={tab.key}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
