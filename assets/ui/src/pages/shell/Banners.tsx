// What everyone should know about this installation right now.
import clsx from "clsx";
import { FlaskConical, LockOpen, TriangleAlert, Unplug } from "lucide-react";
import { useEffect, useState } from "react";
import { useMe } from "../../state/access";
import { useStreamState } from "../../state/live";

/** A reconnect usually takes a second; only a longer loss is worth a banner. */
const PATIENCE_MS = 4000;

export function Banners() {
  const me = useMe();
  const lost = useLost();
  return (
    <>
      {me.read_only && (
        <Banner className="bg-bad-soft text-bad" icon={TriangleAlert}>
          <strong>Read only.</strong> The database cannot be written: {me.read_only.reason}. Pages keep working; changes and
          syncs wait until this is over.
        </Banner>
      )}
      {me.insecure_http && (
        <Banner className="bg-warn-soft text-warn" icon={LockOpen}>
          <strong>Not encrypted.</strong> This server is reached over plain http; passwords can be read on the way. Start it
          with <code>--tls-cert</code> and <code>--tls-key</code>.
        </Banner>
      )}
      {lost && (
        <Banner className="bg-idle-soft text-idle" icon={Unplug}>
          <strong>Live updates are interrupted.</strong> Trying again; numbers may be out of date until then.
        </Banner>
      )}
    </>
  );
}

/** Stays in view on every page: nobody may take these numbers for real ones. Always 2rem high. */
export function DemoBanner() {
  return (
    <div role="status" className="sticky top-0 z-40 flex h-8 items-center gap-2.5 bg-accent px-4 text-[13px] text-on-accent sm:px-6 lg:px-8">
      <FlaskConical aria-hidden className="size-4 shrink-0" />
      <p className="truncate">
        <strong>Demo data</strong> from a simulated AWS.
        <span className="hidden sm:inline"> No real account is touched.</span>
      </p>
    </div>
  );
}

function useLost(): boolean {
  const state = useStreamState();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(state === "lost"), state === "lost" ? PATIENCE_MS : 0);
    return () => clearTimeout(timer);
  }, [state]);
  return shown;
}

interface BannerProps {
  icon: typeof Unplug;
  className: string;
  children: React.ReactNode;
}

function Banner({ icon: Icon, className, children }: BannerProps) {
  return (
    <div role="status" className={clsx("flex items-start gap-2.5 px-4 py-2 text-[13px] sm:px-6 lg:px-8", className)}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <p>{children}</p>
    </div>
  );
}
