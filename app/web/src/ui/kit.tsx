/** The few parts that everything is made of. */
import { explain, type Explanation } from '@bastion/client';
import { useId, type ReactNode } from 'react';

export function Panel({ title, aside, children, className = '' }: { title: ReactNode; aside?: ReactNode; children: ReactNode; className?: string }) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <div className="muted">{children}</div>}
    </div>
  );
}

export function Loading({ what, rows = 3 }: { what: string; rows?: number }) {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">Loading {what}</span>
      {Array.from({ length: rows }, (_, at) => (
        <span key={at} className="skeleton" aria-hidden />
      ))}
    </div>
  );
}

export function Problem({ of, onRetry }: { of: Explanation; onRetry?: () => void }) {
  return (
    <div className="note note-bad" role="alert">
      <strong>{sentence(of.what)}</strong> <span>{of.remedy}</span>
      {of.error && <code className="error-code">{`${of.error.program} ${of.error.name} (${of.error.code})`}</code>}
      {onRetry && (
        <button type="button" className="button button-small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

export const explained = (error: unknown): Explanation => explain(error);

export function Note({ children, tone = 'info' }: { children: ReactNode; tone?: 'info' | 'warn' | 'good' }) {
  return (
    <div className={`note note-${tone}`} role="status">
      {children}
    </div>
  );
}

export function Pill({ children, tone = 'plain', title }: { children: ReactNode; tone?: 'plain' | 'good' | 'warn' | 'bad' | 'info'; title?: string }) {
  return (
    <span className={`pill pill-${tone}`} title={title}>
      {children}
    </span>
  );
}

export function Fact({ label, children, hint }: { label: string; children: ReactNode; hint?: string }) {
  return (
    <div className="fact">
      <dt title={hint}>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Facts({ children, className = '' }: { children: ReactNode; className?: string }) {
  return <dl className={`facts ${className}`}>{children}</dl>;
}

/** A large figure with its name. */
export function Stat({ label, value, unit, note, tone }: { label: string; value: ReactNode; unit?: string; note?: ReactNode; tone?: 'good' | 'bad' | undefined }) {
  return (
    <div className="stat">
      <span className="stat-label">{label}</span>
      <span className={`stat-value ${tone ?? ''}`}>
        {value}
        {unit && <small> {unit}</small>}
      </span>
      {note && <span className="stat-note">{note}</span>}
    </div>
  );
}

export function NumberField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  unit: string;
  hint?: ReactNode;
  error?: string | undefined;
  actions?: ReactNode;
}) {
  const id = useId();
  const { label, value, onChange, unit, hint, error, actions } = props;
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
        {actions}
      </div>
      <div className={`input ${error ? 'input-bad' : ''}`}>
        <input
          id={id}
          inputMode="decimal"
          autoComplete="off"
          value={value}
          placeholder="0"
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-hint`}
          onChange={(event) => onChange(event.target.value)}
        />
        <span className="input-unit">{unit}</span>
      </div>
      <div id={`${id}-hint`} className={error ? 'field-error' : 'field-hint'} aria-live="polite">
        {error ?? hint}
      </div>
    </div>
  );
}

export function Segmented<T extends string>({ label, options, value, onChange }: {
  label: string;
  options: readonly { value: T; text: string; tone?: 'good' | 'bad' }[];
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <div className="segmented" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === value} data-tone={option.tone} onClick={() => onChange(option.value)}>
          {option.text}
        </button>
      ))}
    </div>
  );
}

/** A table that scrolls sideways on narrow screens, by keyboard too. */
export function Table({ caption, children, className = '' }: { caption: string; children: ReactNode; className?: string }) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={caption}>
      <table className={className}>
        <caption className="visually-hidden">{caption}</caption>
        {children}
      </table>
    </div>
  );
}

/** `plain`: being full is no warning. */
export function Meter({ label, value, max, text, tone = 'limit' }: { label: string; value: bigint; max: bigint; text: string; tone?: 'limit' | 'plain' }) {
  const share = max > 0n ? Math.min(100, Number((value * 1000n) / max) / 10) : 0;
  return (
    <div className="meter" role="meter" aria-label={label} aria-valuenow={share} aria-valuemin={0} aria-valuemax={100} aria-valuetext={text}>
      <div className="meter-head">
        <span>{label}</span>
        <span className="num">{text}</span>
      </div>
      <div className="meter-track">
        <span className={`meter-fill ${tone === 'plain' ? '' : share > 90 ? 'bad' : share > 70 ? 'warn' : ''}`} style={{ width: `${share}%` }} />
      </div>
    </div>
  );
}
