/** Strikes by expiries with live quotes, the smile, and the ticket. */
import { PACKAGE_TEMPLATES, packageOfTemplate, type OptionKind, type PackageLeg, type QuoteSide } from '@bastion/client';
import { useEffect, useMemo, useState } from 'react';
import { useSession, useSnapshot } from '../../app-context';
import { PriceChart } from '../../charts/price';
import { Smile } from '../../charts/smile';
import { date, dayMonth, clockTime, duration, price, units } from '../../chain/format';
import { useStore } from '../../chain/store';
import { Empty, Panel, Pill } from '../../ui/kit';
import { ChainTable } from './chain-table';
import { PackageBuilder } from './package-builder';
import { Ticket } from './ticket';
import { strikesOf } from './series';
import { wantedOrder } from './wanted';

/** An expiry nearer than this is not what people come for first. */
const SOON_S = 7_200n;

export function ChainPage() {
  const session = useSession();
  const snapshot = useSnapshot();
  const book = useStore(session.quotes.store);
  const wanted = useStore(wantedOrder);
  const listed = snapshot.expiries.filter(({ expiryUnixS }) => expiryUnixS > snapshot.unixS);
  const [chosen, setChosen] = useState<bigint>();
  const expiry = listed.find(({ expiryUnixS }) => expiryUnixS === chosen) ?? listed.find(({ expiryUnixS }) => expiryUnixS > snapshot.unixS + SOON_S) ?? listed[0];
  const [legs, setLegs] = useState<readonly PackageLeg[]>(wanted?.legs ?? []);
  const [lots, setLots] = useState(wanted?.lots ?? '');

  // Another page asked for this order: to close a position, say.
  useEffect(() => {
    if (wanted === undefined) return;
    setLegs(wanted.legs);
    setLots(wanted.lots);
    setChosen(wanted.legs[0]?.expiryUnixS);
    wantedOrder.set(undefined);
  }, [wanted]);

  const moment = { spotE6: snapshot.feed.priceE6, unixS: snapshot.unixS };
  const rows = useMemo(
    () => (expiry === undefined ? [] : strikesOf(session.engine, expiry, book, moment)),
    [session.engine, expiry, book, moment.spotE6, moment.unixS],
  );
  const points = useMemo(
    () =>
      rows
        .map(({ strikeE6, call, put }) => {
          // Out of the money is where quotes say most about volatility.
          const side = strikeE6 >= moment.spotE6 ? call : put;
          return { strikeE6, surface: side.surfaceVol, bid: side.bidVol, ask: side.askVol };
        })
        .filter(({ surface, bid, ask }) => surface !== undefined || bid !== undefined || ask !== undefined),
    [rows],
  );

  const pick = (strikeE6: bigint, kind: OptionKind, side: QuoteSide) => {
    if (expiry === undefined) return;
    setLegs([{ expiryUnixS: expiry.expiryUnixS, strikeE6, kind, side, ratio: 1 }]);
    setLots((text) => text || '10');
    if (matchMedia('(max-width: 900px)').matches) document.getElementById('ticket')?.scrollIntoView({ behavior: 'smooth' });
  };
  const template = (name: string) => {
    const found = PACKAGE_TEMPLATES.find((each) => each.name === name);
    const strikes = expiry?.strikesE6 ?? [];
    const centre = [...strikes].sort((left, right) => (distance(left, moment.spotE6) < distance(right, moment.spotE6) ? -1 : 1))[0];
    const made = found && expiry && centre !== undefined ? packageOfTemplate(found, expiry, centre) : undefined;
    if (made !== undefined) {
      setLegs(made);
      setLots((text) => text || '10');
    }
  };

  if (expiry === undefined) {
    return <Empty title="No expiry is listed">Anybody may list one: thirty-two strikes around the price, a call and a put each.</Empty>;
  }
  return (
    <div className="chain-page">
      <div className="chain-main">
        <Panel
          title={`${session.config.symbol} options`}
          aside={
            <span className="row">
              <Pill tone={book.relay === 'open' ? 'good' : book.relay === 'none' ? 'plain' : 'warn'}>
                {book.relay === 'open' ? 'Relay connected' : book.relay === 'none' ? 'Posted quotes only' : 'Relay reconnecting'}
              </Pill>
              <span className="muted">{book.all.length} live quotes</span>
            </span>
          }
        >
          <div className="tabs" role="group" aria-label="Expiry">
            {listed.map(({ expiryUnixS }) => (
              <button key={String(expiryUnixS)} type="button" aria-pressed={expiryUnixS === expiry.expiryUnixS} title={date(expiryUnixS)} onClick={() => setChosen(expiryUnixS)}>
                <b>{expiryUnixS - snapshot.unixS < 86_400n ? clockTime(expiryUnixS) : dayMonth(expiryUnixS)}</b>
                <small>{duration(expiryUnixS - snapshot.unixS)}</small>
              </button>
            ))}
          </div>
          <ChainTable rows={rows} spotE6={moment.spotE6} market={snapshot.market} selected={legs} onPick={pick} />
        </Panel>
        <div className="two">
          <Panel title="Implied volatility" aside={<span className="muted">{expiry.surface ? 'surface posted' : 'no surface'}</span>}>
            {points.length > 1 ? <Smile points={points} /> : <Empty title="No volatility to show">Neither a surface nor a quote gives one for this expiry.</Empty>}
          </Panel>
          <Panel title={`${session.config.symbol} price`} aside={<span className="num">{price(snapshot.feed.priceE6, 4)}</span>}>
            <PriceChart feed={snapshot.feed} />
          </Panel>
        </div>
      </div>
      <aside className="chain-side" id="ticket" aria-label="Order">
        <Ticket legs={legs} lots={lots} onLots={setLots} onLegs={setLegs} />
        <PackageBuilder legs={legs} onLegs={setLegs} onTemplate={template} expiries={listed} lotsText={units(1n, snapshot.market.lotsPerUnit)} />
      </aside>
    </div>
  );
}

const distance = (left: bigint, right: bigint) => (left > right ? left - right : right - left);
