/** Several legs taken whole or not at all: from a template, or leg by leg. */
import { PACKAGE_TEMPLATES, type PackageLeg } from '@bastion/client';
import { useId } from 'react';
import { dayMonth, clockTime, strike } from '../../chain/format';
import type { ExpiryView } from '../../chain/snapshot';
import { Panel, Segmented } from '../../ui/kit';

export function PackageBuilder({ legs, onLegs, onTemplate, expiries, lotsText }: {
  legs: readonly PackageLeg[];
  onLegs: (legs: readonly PackageLeg[]) => void;
  onTemplate: (name: string) => void;
  expiries: readonly ExpiryView[];
  /** What one lot is. */
  lotsText: string;
}) {
  const change = (at: number, to: Partial<PackageLeg>) => onLegs(legs.map((leg, index) => (index === at ? { ...leg, ...to } : leg)));
  const add = () => {
    const last = legs.at(-1);
    const expiry = expiries.find(({ expiryUnixS }) => expiryUnixS === last?.expiryUnixS) ?? expiries[0];
    const next = expiry?.strikesE6.find((each) => each > (last?.strikeE6 ?? 0n)) ?? expiry?.strikesE6[0];
    if (expiry === undefined || next === undefined) return;
    onLegs([...legs, { expiryUnixS: expiry.expiryUnixS, strikeE6: next, kind: last?.kind ?? 'call', side: 'buy', ratio: 1 }]);
  };
  return (
    <Panel title="Package">
      <div className="chips" role="group" aria-label="Templates">
        {PACKAGE_TEMPLATES.map(({ name, about }) => (
          <button key={name} type="button" className="chip" title={about} onClick={() => onTemplate(name)}>
            {name}
          </button>
        ))}
      </div>
      {legs.length > 0 && (
        <ol className="legs">
          {legs.map((leg, at) => (
            <Leg key={at} at={at} leg={leg} expiries={expiries} onChange={(to) => change(at, to)} onRemove={() => onLegs(legs.filter((_, index) => index !== at))} />
          ))}
        </ol>
      )}
      <div className="row">
        <button type="button" className="button button-plain button-small" onClick={add}>Add a leg</button>
        {legs.length > 0 && (
          <button type="button" className="button button-plain button-small" onClick={() => onLegs([])}>Clear</button>
        )}
      </div>
      <p className="field-hint">A ratio counts lots of {lotsText} in one package.</p>
    </Panel>
  );
}

function Leg({ at, leg, expiries, onChange, onRemove }: {
  at: number;
  leg: PackageLeg;
  expiries: readonly ExpiryView[];
  onChange: (to: Partial<PackageLeg>) => void;
  onRemove: () => void;
}) {
  const id = useId();
  const strikes = expiries.find(({ expiryUnixS }) => expiryUnixS === leg.expiryUnixS)?.strikesE6 ?? [leg.strikeE6];
  return (
    <li className="leg" aria-label={`Leg ${at + 1}`}>
      <Segmented label="Side" value={leg.side} onChange={(side) => onChange({ side })} options={[{ value: 'buy', text: 'Buy', tone: 'good' }, { value: 'sell', text: 'Sell', tone: 'bad' }]} />
      <input id={`${id}-ratio`} className="ratio num" aria-label="Ratio" inputMode="numeric" value={leg.ratio} onChange={(event) => onChange({ ratio: Number(event.target.value.replace(/\D/g, '')) })} />
      <select aria-label="Expiry" value={String(leg.expiryUnixS)} onChange={(event) => onChange({ expiryUnixS: BigInt(event.target.value) })}>
        {expiries.map(({ expiryUnixS }) => (
          <option key={String(expiryUnixS)} value={String(expiryUnixS)}>{`${dayMonth(expiryUnixS)} ${clockTime(expiryUnixS)}`}</option>
        ))}
      </select>
      <select aria-label="Strike" value={String(leg.strikeE6)} onChange={(event) => onChange({ strikeE6: BigInt(event.target.value) })}>
        {(strikes.includes(leg.strikeE6) ? strikes : [leg.strikeE6, ...strikes]).map((each) => (
          <option key={String(each)} value={String(each)}>{strike(each)}</option>
        ))}
      </select>
      <select aria-label="Kind" value={leg.kind} onChange={(event) => onChange({ kind: event.target.value === 'call' ? 'call' : 'put' })}>
        <option value="call">call</option>
        <option value="put">put</option>
      </select>
      <button type="button" className="icon-button" aria-label={`Remove leg ${at + 1}`} onClick={onRemove}>×</button>
    </li>
  );
}
