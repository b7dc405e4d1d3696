/** Text that is taken elsewhere: shown whole, and copied by a button. */
export function Copyable({ what, about, text }: { what: string; about: string; text: string }) {
  return (
    <div className="command">
      <span className="field-hint">{about}</span>
      <code tabIndex={0} role="region" aria-label={about}>{text}</code>
      <button type="button" className="button button-plain button-small" aria-label={`Copy the ${what}: ${about}`} onClick={() => void navigator.clipboard?.writeText(text)}>Copy</button>
    </div>
  );
}
