/** Whether the protocol can pay, and what is allowed now: figures from raw accounts. */
import { ACTIONS, PERMISSIONS, breaker, custodyAddress, findAccounts, type Permission } from '@bastion/client';
import { getTokenDecoder } from '@solana-program/token';
import { getBase64Encoder } from '@solana/kit';
import { useSession, useSnapshot } from '../../app-context';
import { date, decimal, duration, short, sol, units, usd } from '../../chain/format';
import { ACTION_NAMES, CAUSES, LEVEL_NAMES, levelsOf } from '../../chain/levels';
import { Empty, Fact, Facts, Loading, Meter, Panel, Pill, Problem, Stat, Table } from '../../ui/kit';
import { usePoll } from '../../ui/use-poll';
import { Sources } from './sources';

const PERIOD_MS = 3_000;
/** Of a ticket's account: its custody. */
const TICKET_CUSTODY_AT = 8;

export default function RiskPage() {
  return (
    <div className="page">
      <Solvency />
      <div className="two">
        <Levels />
        <Sources />
      </div>
      <div className="two">
        <Outflow />
        <Tickets />
      </div>
    </div>
  );
}

function Solvency() {
  const { connection, config, engine } = useSession();
  const snapshot = useSnapshot();
  const { market, custody } = snapshot;
  const { value, failure, again } = usePoll(
    'custody',
    async () => {
      const { value: accounts } = await connection.rpc.getMultipleAccounts([market.baseTokens, market.quoteTokens], { encoding: 'base64', commitment: 'confirmed' }).send();
      return accounts.map((account) => (account ? getTokenDecoder().decode(getBase64Encoder().encode(account.data[0])).amount : 0n));
    },
    PERIOD_MS,
  );
  if (value === undefined) return <Panel title="Solvency">{failure ? <Problem of={failure} onRetry={again} /> : <Loading what="custody" />}</Panel>;
  const [heldBase = 0n, heldQuote = 0n] = value;
  const owedBase = market.baseBalancesAtoms + (custody.vaults[0]?.queue.unpaidAtoms ?? 0n);
  const owedQuote = market.quoteBalancesAtoms + market.insuranceAtoms + market.feesAtoms + market.clearingAtoms + (custody.vaults[1]?.queue.unpaidAtoms ?? 0n);
  // Two reads at two moments may cross a transaction: a shortfall counts, and so does a surplus only as such.
  const covered = heldBase >= owedBase && heldQuote >= owedQuote;
  const cap = custody.limits.openInterestCapLots;
  return (
    <Panel title="Solvency" aside={<Pill tone={covered ? 'good' : 'bad'}>{covered ? 'Every claim is covered by tokens' : 'Tokens are missing'}</Pill>}>
      <div className="stats">
        <Stat label="USDC in custody" value={usd(heldQuote)} note={`owed ${usd(owedQuote)}`} />
        <Stat label={`${config.symbol} in custody`} value={sol(heldBase)} note={`owed ${sol(owedBase)}`} />
        <Stat label="Insurance" value={usd(market.insuranceAtoms)} unit="USDC" note={custody.insuranceMarkUnixS > 0n ? `day’s mark ${usd(custody.insuranceMarkAtoms)}` : 'no mark taken yet'} />
        <Stat label="Market’s fees" value={usd(market.feesAtoms)} unit="USDC" />
        <Stat label="Accounts opened" value={String(market.accountsOpened)} />
      </div>
      <div className="meters">
        <Meter label={`Open interest (${config.symbol})`} value={market.openInterestLots} max={cap} text={`${units(market.openInterestLots, market.lotsPerUnit)} of ${units(cap, market.lotsPerUnit)}`} />
        {engine.permission(levelsOf(engine, snapshot).inForce, 'newRisk') === 'limited' && (
          <Meter label="Taken in the throttle’s hour (lots)" value={market.throttleOpenedLots} max={cap / 20n} text={`${market.throttleOpenedLots} of ${cap / 20n}`} />
        )}
      </div>
    </Panel>
  );
}

const TONES: Readonly<Record<Permission, 'good' | 'warn' | 'bad'>> = { yes: 'good', limited: 'warn', queued: 'warn', no: 'bad' };

function Levels() {
  const { engine } = useSession();
  const snapshot = useSnapshot();
  const { brake, custody, unixS } = snapshot;
  const levels = levelsOf(engine, snapshot);
  const line = (level: number, cause: number, expires: bigint) =>
    level === 0 ? 'nothing is blocked' : `raised by ${CAUSES[cause] ?? 'the breaker'}${expires > unixS ? `, freeze ends in ${duration(expires - unixS)}` : ''}`;
  return (
    <Panel title="Risk level" aside={<Pill tone={levels.inForce === 0 ? 'good' : levels.inForce === 1 ? 'warn' : 'bad'}>{`L${levels.inForce} ${LEVEL_NAMES[levels.inForce]}`}</Pill>}>
      <Facts>
        <Fact label="Protocol">L{levels.protocol} <span className="muted">{line(levels.protocol, brake.cause, brake.expiresUnixS)}</span></Fact>
        <Fact label="This market">L{levels.market} <span className="muted">{line(levels.market, custody.cause, custody.expiresUnixS)}</span></Fact>
        <Fact label="Last heartbeat of a monitor">{brake.heartbeatUnixS > 0n ? `${duration(unixS - brake.heartbeatUnixS)} ago` : 'none yet'}</Fact>
        <Fact label="Guardians">{brake.guardianCount}, {brake.guardianTrips} trips in the present day</Fact>
      </Facts>
      <Table caption="What each level allows" className="matrix">
        <thead>
          <tr>
            <th scope="col">Action</th>
            {LEVEL_NAMES.map((name, level) => (
              <th key={name} scope="col" className={level === levels.inForce ? 'now' : ''} title={name}>L{level}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ACTIONS.map((action) => (
            <tr key={action}>
              <th scope="row">{ACTION_NAMES[action]}</th>
              {LEVEL_NAMES.map((name, level) => {
                const answer = engine.permission(level, action) ?? PERMISSIONS[3];
                return <td key={name} className={`${TONES[answer]} ${level === levels.inForce ? 'now' : ''}`}>{answer}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}

/** What may leave each vault of the custody, and what has left. */
function Outflow() {
  const { config } = useSession();
  const { custody, unixS } = useSnapshot();
  const names = [config.symbol, 'USDC'];
  const decimals = [9, 6];
  return (
    <Panel title="Outflow windows" aside={<span className="muted">{custody.limits.hourBps / 100} % an hour, {custody.limits.dayBps / 100} % a day</span>}>
      <div className="meters">
        {custody.vaults.slice(0, 2).flatMap((vault, at) =>
          (['hour', 'day'] as const).map((period) => {
            const window = vault[period];
            const show = (atoms: bigint) => decimal(atoms, decimals[at] ?? 6, 2);
            return <Meter key={`${at}/${period}`} label={`${names[at]}, present ${period}`} value={window.currentAtoms} max={window.capacityAtoms} text={window.capacityAtoms === 0n ? 'nothing has left yet' : `${show(window.currentAtoms)} of ${show(window.capacityAtoms)}`} />;
          }),
        )}
      </div>
      {custody.pendingUnixS > 0n && (
        <p className="muted">Looser limits wait: {custody.pending.hourBps / 100} % an hour, {custody.pending.dayBps / 100} % a day, {custody.pendingUnixS > unixS ? `in ${duration(custody.pendingUnixS - unixS)}` : 'ready'}.</p>
      )}
    </Panel>
  );
}

function Tickets() {
  const { connection, config } = useSession();
  const snapshot = useSnapshot();
  const { value, failure, again } = usePoll(
    'tickets',
    async () => {
      const named = [{ at: TICKET_CUSTODY_AT, address: await custodyAddress(snapshot.marketAddress) }];
      const found = await findAccounts(connection, breaker.BREAKER_PROGRAM_ADDRESS, breaker.TICKET_DISCRIMINATOR, named);
      return found.map(({ data }) => breaker.getTicketDecoder().decode(data)).sort((left, right) => (left.endAtoms < right.endAtoms ? -1 : 1));
    },
    PERIOD_MS,
  );
  return (
    <Panel title="Queue of withdrawals" aside={value && <span className="muted">{value.length} waiting</span>}>
      {value === undefined ? (
        failure ? <Problem of={failure} onRetry={again} /> : <Loading what="tickets" />
      ) : value.length === 0 ? (
        <Empty title="Nobody waits">Withdrawals are paid at once while they fit the windows above.</Empty>
      ) : (
        <Table caption="Tickets in the order in which they are served">
          <thead><tr><th scope="col">To</th><th scope="col" className="end">Amount</th><th scope="col" className="end">Issued</th></tr></thead>
          <tbody>
            {value.map((ticket) => (
              <tr key={String(ticket.id) + ticket.vault}>
                <th scope="row" className="num" title={ticket.destination}>{short(ticket.destination)}</th>
                <td className="end num">{ticket.vault === 0 ? `${sol(ticket.amountAtoms)} ${config.symbol}` : `${usd(ticket.amountAtoms)} USDC`}</td>
                <td className="end num" title={date(ticket.issuedUnixS)}>{duration(snapshot.unixS - ticket.issuedUnixS)} ago</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}
