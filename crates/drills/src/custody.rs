//! What leaves the vaults: a whale's exit, and code that would take everything.

use crate::arena::{Arena, GUARDIANS, HOUR_BPS, guardians_set};
use crate::drills::{Played, Row};
use crate::ground::Since;
use crate::hostile::{self, Vault};
use crate::probe::{claim, name, probe, ticket, tried};
use crate::trips::{self, prove};
use abi::margin::Market;
use policy::Level;
use std::time::Duration;
use testkit::{SOL, USDC, keypair};

const BPS: u64 = 10_000;
/// What the queue may take to come to a ticket.
const SERVED_S: i64 = 150;
const POLL: Duration = Duration::from_millis(300);

impl Played {
    /// A whale asks for more than the hour's window in one transaction.
    pub fn outflow_burst(&mut self, arena: &mut Arena) {
        let drill = "outflow in one transaction";
        let quote = Vault { market: 0, quote: true };
        let held = quote.held(arena);
        let window = held / BPS * u64::from(HOUR_BPS);
        let market = &arena.markets[0];
        let (mint, whale) = (market.protocol.quote.mint, market.whale.keypair.insecure_clone());
        let asked = [(1, window - 20_000 * USDC), (2, 21_000 * USDC), (3, 5_000 * USDC), (4, 5_000 * USDC)];
        let withdraws: Vec<_> = asked
            .iter()
            .map(|(number, amount)| market.protocol.withdraw_ticket(&market.whale, mint, *amount, *number))
            .collect();
        let answer = tried(arena, &withdraws, &[&whale]);
        let paid = held - quote.held(arena);
        let queued: Vec<u64> =
            asked.iter().map(|(number, _)| *number).filter(|number| ticket(arena, *number).is_some()).collect();
        self.expect(answer == "yes", || format!("{drill}: {answer}"));
        self.expect(paid == asked[0].1 && paid <= window, || {
            format!("{drill}: {paid} atoms were paid, the window is {window}")
        });
        self.expect(queued == [2, 3, 4], || format!("{drill}: tickets {queued:?}"));
        self.expect_level(arena, drill, 0, Level::Normal);
        self.waiting.tickets = queued;
        let outcome = format!(
            "no trip: {} of {} USDC paid, the rest queued in {} tickets; the hour's window is {}",
            paid / USDC,
            asked.iter().map(|(_, amount)| amount / USDC).sum::<u64>(),
            self.waiting.tickets.len(),
            window / USDC
        );
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: None, works: None });
    }

    /// The same of the base vault, a little in every slot.
    pub fn outflow_drip(&mut self, arena: &mut Arena) {
        let drill = "outflow over slots";
        let base = Vault { market: 0, quote: false };
        let held = base.held(arena);
        let window = held / BPS * u64::from(HOUR_BPS);
        let market = &arena.markets[0];
        let (mint, whale) = (market.protocol.base.mint, market.whale.keypair.insecure_clone());
        let withdraws: Vec<_> =
            (1..=15).map(|number| market.protocol.withdraw_ticket(&market.whale, mint, 10 * SOL, number)).collect();
        let from = arena.world.clock().slot;
        for withdraw in withdraws {
            let answer = tried(arena, &[withdraw], &[&whale]);
            self.expect(answer == "yes", || format!("{drill}: {answer}"));
        }
        let slots = arena.world.clock().slot - from;
        let paid = held - base.held(arena);
        self.expect(paid <= window, || format!("{drill}: {paid} atoms were paid, the window is {window}"));
        self.expect_level(arena, drill, 0, Level::Normal);
        let outcome = format!(
            "no trip: {} of 150 SOL paid over {slots} slots, the rest queued; the hour's window is {}",
            paid / SOL,
            window / SOL
        );
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: None, works: None });
        // By now the line has come to the first ticket of the burst.
        let claimed = self.claim_soon(arena);
        self.expect(claimed == "paid", || format!("{drill}: a served ticket: {claimed}"));
    }

    /// Claims the oldest ticket once it is served.
    pub fn claim_soon(&mut self, arena: &mut Arena) -> String {
        let since = Since::now(&mut arena.world);
        loop {
            let answer = claim(arena, &mut self.waiting);
            if answer != "TicketNotServed" || since.is_over(&mut arena.world, SERVED_S) {
                return answer;
            }
            std::thread::sleep(POLL);
        }
    }

    /// The worst upgrade there is, against every vault there is.
    pub fn hostile_margin(&mut self, arena: &mut Arena) {
        let drill = "hostile margin program";
        let deployer = arena.deployer();
        let armed = tried(arena, &[guardians_set(&deployer)], &[&deployer]);
        self.expect(armed == "yes", || format!("{drill}: re-arming the guardians: {armed}"));
        let wallets = Vault::ALL.map(|vault| wallet(arena, vault, "loot"));
        let held = Vault::ALL.map(|vault| vault.held(arena));
        hostile::deploy(arena, "hostile");
        // The second market's books are forged first, so that no sum of theirs shows the theft.
        let books = arena.markets[1].protocol.market;
        let honest = arena.world.account(&books).expect("a market").data;
        let forged = forge_books(arena, 1);
        self.expect(forged == "yes", || format!("{drill}: forging the books: {forged}"));
        let from = arena.world.clock().slot;
        let mut number = 50_000;
        for (vault, wallet) in Vault::ALL.into_iter().zip(wallets) {
            // As much as there is, again and again, by halves: what does not fit a window becomes a ticket, so the thief asks first.
            for share in [10, 20, 40, 80, 160] {
                number += 1;
                let held = vault.held(arena);
                let steal = hostile::steal(arena, vault, wallet, held / share, number);
                let _ = arena.world.send(&[steal], &[]);
            }
        }
        // One market's books show it: anybody may prove that. The other's do not: a guardian freezes it.
        let proved = prove(arena, &trips::trip_invariant(arena, 0));
        let hidden = tried(arena, &[trips::trip_invariant(arena, 1)], &[]);
        let guardian = keypair(GUARDIANS[1]);
        let raised = tried(arena, &[trips::market_raise(arena, GUARDIANS[1], 1, Level::Frozen)], &[&guardian]);
        let slots = arena.world.clock().slot - from;
        self.expect(proved.is_ok(), || format!("{drill}: trip_invariant was never taken: {proved:?}"));
        self.expect(hidden == "InvariantHolds", || format!("{drill}: forged books: {hidden}"));
        self.expect(raised == "yes", || format!("{drill}: a guardian's freeze: {raised}"));
        self.expect_level(arena, drill, 0, Level::Frozen);
        self.expect_level(arena, drill, 1, Level::Frozen);
        let frozen = Vault::ALL.map(|vault| vault.held(arena));
        for (vault, wallet) in Vault::ALL.into_iter().zip(wallets) {
            number += 1;
            let held = vault.held(arena);
            let steal = hostile::steal(arena, vault, wallet, held / 2, number);
            let after = arena.world.send(&[steal], &[]).err().map(|failure| name(&failure));
            self.expect(after.is_none(), || format!("{drill}: a release under the freeze is queued, not {after:?}"));
            let claimed = self.claim_stolen(arena, vault, wallet, number);
            let held_back = ["TicketHeld", "TicketNotServed"].contains(&claimed.as_str());
            self.expect(held_back, || format!("{drill}: a thief's ticket: {claimed}"));
        }
        let mut shares = vec![];
        for ((at, vault), held) in Vault::ALL.into_iter().enumerate().zip(held) {
            let left = vault.held(arena);
            let stolen = held - left;
            let window = held.div_ceil(BPS) * u64::from(HOUR_BPS);
            // The very figure: no vault lost more than one hour's window, and nothing since the freeze. Where others wait, nothing at all.
            self.expect(stolen <= window, || {
                format!("{drill}: {stolen} of {held} left {vault:?}, the window is {window}")
            });
            self.expect(left == frozen[at], || format!("{drill}: {vault:?} paid under the freeze"));
            shares.push(stolen.saturating_mul(1_000) / held);
        }
        self.expect(shares.iter().any(|share| *share > 0), || format!("{drill}: nothing was stolen: no attack at all"));
        let mended = self.mend(arena, &honest);
        let most = shares.iter().max().copied().unwrap_or_default();
        let outcome = format!(
            "each vault lost at most {}.{} %, one window, and none after the freeze; after the mend: {mended}",
            most / 10,
            most % 10
        );
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: Some(slots), works: None });
    }

    pub fn claim_stolen(
        &mut self,
        arena: &mut Arena,
        vault: Vault,
        wallet: solana_pubkey::Pubkey,
        number: u64,
    ) -> String {
        let tokens = vault.tokens(arena);
        let claim = client::breaker::TicketClaim {
            custody: arena.markets[vault.market].protocol.custody,
            brake: client::addresses::brake(),
            ticket: client::addresses::ticket(&tokens, number),
            payer: arena.world.payer(),
            tokens,
            mint: vault.mint(arena),
            destination: wallet,
        };
        tried(arena, &[claim.instruction()], &[])
    }

    /// The books as they were, and margin's own code again: people get out, through the queue.
    pub fn mend(&mut self, arena: &mut Arena, honest: &[u8]) -> String {
        let books = arena.markets[1].protocol.market;
        let parts: Vec<_> =
            honest.chunks(200).enumerate().map(|(at, bytes)| hostile::forge(books, at * 200, bytes)).collect();
        for part in parts {
            let restored = tried(arena, &[part], &[]);
            self.expect(restored == "yes", || format!("restoring the books: {restored}"));
        }
        hostile::deploy(arena, "mended");
        let works = probe(arena, &mut self.waiting);
        let out = [
            ("a deposit", &works.deposit, "yes"),
            ("a withdrawal", &works.withdraw, "queued"),
            ("closing", &works.close, "yes"),
        ];
        for (exit, answer, wanted) in out {
            self.expect(answer == wanted, || format!("hostile margin program: {exit} after the mend: {answer}"));
        }
        format!("deposit {}, close {}, withdrawal {}", works.deposit, works.close, works.withdraw)
    }
}

/// Sets every sum of a market's books to zero.
pub fn forge_books(arena: &mut Arena, market: usize) -> String {
    let address = arena.markets[market].protocol.market;
    let mut data = arena.world.account(&address).expect("a market").data;
    let before = data.clone();
    let books: &mut Market = abi::read_mut(&mut data).expect("a market");
    books.quote_balances_atoms = 0.into();
    books.base_balances_atoms = 0.into();
    books.insurance_atoms = 0.into();
    books.fees_atoms = 0.into();
    books.clearing_atoms = 0.into();
    let changed = before.iter().zip(&data).enumerate().filter(|(_, (old, new))| old != new);
    let forges: Vec<_> = changed.map(|(at, (_, new))| hostile::forge(address, at, &[*new])).collect();
    forges
        .chunks(10)
        .map(|chunk| tried(arena, chunk, &[]))
        .find(|answer| answer != "yes")
        .unwrap_or_else(|| "yes".to_owned())
}

/// A wallet of the thief's for a vault's token.
pub fn wallet(arena: &mut Arena, vault: Vault, label: &str) -> solana_pubkey::Pubkey {
    let Arena { world, markets, .. } = arena;
    let protocol = &markets[vault.market].protocol;
    let token = if vault.quote { &protocol.quote } else { &protocol.base };
    token.account(world, &testkit::key("thief"), label, 0)
}
