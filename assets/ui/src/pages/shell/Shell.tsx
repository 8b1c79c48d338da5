// What surrounds every page behind the login.
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouter } from "@tanstack/react-router";
import clsx from "clsx";
import { Menu as MenuIcon, X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useEffect, useState } from "react";
import { IconButton } from "../../components/Button";
import { useMe } from "../../state/access";
import { startLive, useStreamState } from "../../state/live";
import { leaveEndedSession } from "../../state/session";
import { Banners, DemoBanner } from "./Banners";
import { Brand, Mark } from "./Brand";
import { Navigation } from "./Navigation";
import { OrganizationSwitcher } from "./OrganizationSwitcher";
import { UserMenu } from "./UserMenu";

export function Shell() {
  const client = useQueryClient();
  const router = useRouter();
  const { demo } = useMe();
  useEffect(() => startLive(client, () => void leaveEndedSession(router, client)), [client, router]);
  return (
    <div className={clsx("flex min-h-dvh flex-col", demo && "[--above:2rem]")}>
      <a
        href="#content"
        className="sr-only z-50 rounded-lg bg-raised px-4 py-2 font-medium shadow-raised focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to content
      </a>
      {demo && <DemoBanner />}
      <Banners />
      <div className="flex flex-1">
        <aside className="sticky top-[var(--above,0px)] hidden h-[calc(100dvh-var(--above,0px))] w-60 shrink-0 flex-col gap-5 border-r border-line bg-panel px-3 py-4 lg:flex">
          <Link to="/" aria-label="stocktake, to the dashboard" className="rounded-lg px-2">
            <Brand />
          </Link>
          <OrganizationSwitcher />
          <Navigation />
          <Version />
        </aside>
        <div className="flex min-w-0 flex-1 flex-col">
          <TopBar />
          <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
            <Outlet />
          </main>
        </div>
      </div>
    </div>
  );
}

function TopBar() {
  return (
    <header className="sticky top-[var(--above,0px)] z-30 flex h-14 items-center gap-2 border-b border-line bg-panel/95 px-3 backdrop-blur sm:px-6 lg:h-12 lg:border-0 lg:bg-transparent lg:px-8 lg:backdrop-blur-none">
      <Drawer />
      <Link to="/" aria-label="stocktake, to the dashboard" className="rounded-lg lg:hidden">
        <Mark />
      </Link>
      <div className="flex-1" />
      <LiveMark />
      <UserMenu />
    </header>
  );
}

function Drawer() {
  const [open, setOpen] = useState(false);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <IconButton label="Open the menu" className="lg:hidden">
          <MenuIcon />
        </IconButton>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/45 lg:hidden" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-50 flex w-[min(300px,86vw)] flex-col gap-5 overflow-y-auto border-r border-line bg-panel px-3 py-4 shadow-raised animate-slide-in lg:hidden"
        >
          <div className="flex items-center justify-between pl-2">
            <Dialog.Title>
              <Brand />
            </Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close the menu">
                <X />
              </IconButton>
            </Dialog.Close>
          </div>
          <OrganizationSwitcher />
          <Navigation onChoose={() => setOpen(false)} />
          <Version />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function LiveMark() {
  const state = useStreamState();
  const words = { open: "Live", connecting: "Connecting", lost: "Reconnecting" }[state];
  const dot = { open: "bg-good", connecting: "bg-idle", lost: "bg-warn" }[state];
  return (
    <span
      className="mr-1 inline-flex items-center gap-1.5 text-[13px] text-ink-faint"
      title={state === "open" ? "Changes appear by themselves" : "Changes appear once the connection is back"}
    >
      <span aria-hidden className={`size-1.5 rounded-full ${dot}`} />
      {words}
    </span>
  );
}

function Version() {
  const me = useMe();
  return <p className="mt-auto px-3 text-xs text-ink-faint">stocktake {me.version}</p>;
}
