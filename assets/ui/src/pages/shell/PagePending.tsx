// While a page's code or answer is on its way.
import { SkeletonPanel } from "../../components/States";

export function PagePending() {
  return (
    <div className="mx-auto grid w-full max-w-[1400px] gap-4 px-4 py-7 sm:px-6 lg:px-8">
      <SkeletonPanel />
      <SkeletonPanel />
    </div>
  );
}
