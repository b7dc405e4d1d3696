/** What has just been confirmed, for a few seconds. */
import { short } from '../chain/format';
import { Store, useStore } from '../chain/store';

type Toast = { id: number; text: string; signature: string };
const SHOWN_MS = 8_000;
const toasts = new Store<readonly Toast[]>([]);
let count = 0;

export function toast(text: string, signature: string): void {
  count += 1;
  const id = count;
  toasts.set([...toasts.get(), { id, text, signature }]);
  setTimeout(() => toasts.set(toasts.get().filter((held) => held.id !== id)), SHOWN_MS);
}

/** In the strip at the page's end, whose place is kept for them: they cover nothing and move nothing. The latest comes first. */
export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {[...shown].reverse().map(({ id, text, signature }) => (
        <div key={id} className="toast">
          <span>{text}</span>
          <span className="muted num" title={signature}>{short(signature)}</span>
        </div>
      ))}
    </div>
  );
}
