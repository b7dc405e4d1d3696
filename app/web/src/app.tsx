/** The frame: opening the session, navigation, what is wrong with the network, and the page. */
import type { Explanation } from '@bastion/client';
import { lazy, Suspense, useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { SessionContext, useLive, useSession, useWallet } from './app-context';
import { configLoad } from './chain/config';
import { levelsOf, LEVEL_NAMES, CAUSES } from './chain/levels';
import { price } from './chain/format';
import { FRESH_MS, Session } from './chain/session';
import { ChainPage } from './pages/chain/chain-page';
import { Empty, explained, Loading, Pill, Problem } from './ui/kit';
import { Toasts } from './ui/toasts';
import { ThemeButton } from './ui/theme';
import { burnerRegister } from './wallet/burner';
import { WalletButton, WalletDialog } from './wallet/wallet-menu';
import { walletsFollow } from './wallet/wallets';

type Page = { path: string; name: string; View: ComponentType };

/** The first page comes with the frame; the others when they are opened. */
const PAGES: readonly Page[] = [
  { path: 'chain', name: 'Chain', View: ChainPage },
  { path: 'portfolio', name: 'Portfolio', View: lazy(() => import('./pages/portfolio/portfolio-page')) },
  { path: 'vaults', name: 'Vaults', View: lazy(() => import('./pages/vaults/vaults-page')) },
  { path: 'risk', name: 'Risk', View: lazy(() => import('./pages/risk/risk-page')) },
  { path: 'governance', name: 'Governance', View: lazy(() => import('./pages/governance/governance-page')) },
];

const RETRY_MS = 3_000;

export function App() {
  const [session, setSession] = useState<Session>();
  const [failure, setFailure] = useState<Explanation>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = async () => {
      try {
        const config = await configLoad();
        const opened = await Session.open(config);
        if (config.faucetUrl !== undefined) await burnerRegister();
        walletsFollow();
        setFailure(undefined);
        setSession(opened);
      } catch (error) {
        setFailure(explained(error));
        timer = setTimeout(() => void open(), RETRY_MS);
      }
    };
    void open();
    return () => clearTimeout(timer);
  }, []);
  if (session === undefined) {
    return (
      <main className="boot">
        <h1>Bastion</h1>
        {failure ? <Problem of={failure} /> : <Loading what="the network" />}
      </main>
    );
  }
  return (
    <SessionContext value={session}>
      <Frame />
    </SessionContext>
  );
}

function useHash(): string {
  const read = () => location.hash.replace(/^#\/?/, '').split('/')[0] || 'chain';
  const [hash, setHash] = useState(read);
  useEffect(() => {
    const change = () => setHash(read());
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  return hash;
}

function Frame() {
  const session = useSession();
  const wallet = useWallet();
  const path = useHash();
  const page = PAGES.find((each) => each.path === path) ?? PAGES[0]!;
  useEffect(() => session.ownerSet(wallet?.owner), [session, wallet?.owner]);
  useEffect(() => {
    document.title = `${page.name} · Bastion`;
  }, [page.name]);
  return (
    <>
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>
        Skip to the page
      </a>
      <header className="top">
        <a className="brand" href="#/chain">
          <img src="./favicon.svg" alt="" width={26} height={26} />
          Bastion
        </a>
        <nav aria-label="Pages">
          {PAGES.map((each) => (
            <a key={each.path} href={`#/${each.path}`} aria-current={each === page ? 'page' : undefined}>
              {each.name}
            </a>
          ))}
        </nav>
        <div className="top-end">
          <MarketPills />
          <ThemeButton />
          <WalletButton />
        </div>
      </header>
      <NetworkState />
      <main id="main" tabIndex={-1}>
        <h1 className="visually-hidden">{page.name}</h1>
        <Suspense fallback={<Loading what={page.name} rows={5} />}>
          <MarketGate>
            <page.View key={page.path} />
          </MarketGate>
        </Suspense>
      </main>
      <footer className="foot">
        <span className="foot-name">{session.config.name}</span>
        <Toasts />
        <span className="foot-words">Unaudited software on a test network.<span className="wide-only"> Prices and terms come from the chain; this page holds nothing.</span></span>
      </footer>
      <WalletDialog />
    </>
  );
}

function MarketPills() {
  const session = useSession();
  const { snapshot } = useLive();
  if (snapshot === undefined) return <Pill>{session.config.name}</Pill>;
  const { inForce, market, protocol } = levelsOf(session.engine, snapshot);
  const cause = CAUSES[market > protocol ? snapshot.custody.cause : snapshot.brake.cause];
  return (
    <>
      <span className="spot" title="Price of the oracle’s feed">
        {session.config.symbol} <b className="num">{price(snapshot.feed.priceE6)}</b>
      </span>
      <Pill tone={inForce === 0 ? 'good' : inForce === 1 ? 'warn' : 'bad'} title={inForce > 0 ? `Raised by ${cause ?? 'the breaker'}` : 'Nothing is blocked'}>
        <span className="wide-only">Risk level </span>L{inForce} {LEVEL_NAMES[inForce]}
      </Pill>
    </>
  );
}

/** What people must know before they trust what they see. */
function NetworkState() {
  const session = useSession();
  const { failure, snapshot } = useLive();
  const faulty = session.programs.filter((program) => program.fault !== undefined);
  const age = snapshot ? Math.round((Date.now() - snapshot.readAtMs) / 1000) : undefined;
  return (
    <div className="network-state">
      {failure && (
        <div className="note note-bad" role="alert">
          <strong>{failure.what}.</strong> {age !== undefined && age * 1000 < FRESH_MS * 4 ? `What you see is ${age} s old; nothing can be sent.` : 'Nothing can be sent.'} {failure.remedy}
        </div>
      )}
      {faulty.length > 0 && (
        <div className="note note-bad" role="alert">
          <strong>Programs are not what they should be; nothing can be sent.</strong> {faulty.map(({ name, fault }) => `${name}: ${fault}`).join('; ')}.
        </div>
      )}
    </div>
  );
}

function MarketGate({ children }: { children: ReactNode }) {
  const session = useSession();
  const { snapshot, asked, failure } = useLive();
  if (snapshot !== undefined) return children;
  if (!asked) return <Loading what="the market" rows={6} />;
  if (failure !== undefined) return <Empty title="The market could not be read">It appears here as soon as the node answers.</Empty>;
  return <Empty title={`No ${session.config.symbol} market is listed on this network yet`}>It appears here as soon as it is.</Empty>;
}
