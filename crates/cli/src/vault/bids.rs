//! One bidder at one vault: a sealed bid, its opening, and what comes of it, as lots in a margin account or as tokens in a wallet.

use super::desk::{Desk, Sent, TOKEN, TOKEN_2022};
use crate::{
    Connection, Error, decimal,
    status::{program_accounts, single},
    time::utc,
};
use abi::margin::{KIND_CALL, KIND_PUT, Wrapped};
use abi::vault::bid_message;
use abi::vault::{BID_COMMITTED, BID_REVEALED, BID_SETTLED, Bid, DELIVERY_TOKENS, EPOCH_AUCTION, EPOCH_LIVE, Epoch};
use client::{addresses, margin, vault as calls};
use risk::vault::{VaultKind, escrow_ceil};
use sha2::{Digest, Sha256};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use units::PriceE6;

/// What the bidder's key signs for a bid's salt. No transaction begins so, and no other message of the protocol.
const SALT_DOMAIN: &[u8] = b"bastion vault bid salt";

/// A bid's salt, which only its bidder's key can compute, and computes again whenever it is needed: nothing has to be kept.
/// Ed25519 signatures are deterministic (RFC 8032), and nobody has seen this one.
fn salt(bidder: &Keypair, bid: &Pubkey) -> [u8; 32] {
    let message = [SALT_DOMAIN, bid.as_ref()].concat();
    Sha256::digest(bidder.sign_message(&message)).into()
}

fn commitment(bid: &Pubkey, lots: u64, price_e6: u64, salt: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(bid_message(&bid.to_bytes(), lots, price_e6, salt)).into()
}

fn refused<T>(reason: String) -> Result<T, Error> {
    Err(Error::Refused { reason })
}

/// A series as tokens, and whether somebody has opened it.
struct Series {
    wrapped: Pubkey,
    mint: Pubkey,
    is_open: bool,
}

impl Desk<'_> {
    fn current(&self) -> Result<&Epoch, Error> {
        let number = self.vault.vault.epoch.get();
        let found = self.vault.epochs.iter().find(|epoch| epoch.number.get() == number);
        found.ok_or_else(|| Error::Refused { reason: format!("epoch {number} of the vault cannot be read") })
    }

    fn option_kind(&self) -> u8 {
        if self.vault.kind.is_some_and(VaultKind::holds_base) { KIND_CALL } else { KIND_PUT }
    }

    fn series(&self, epoch: &Epoch) -> (Pubkey, Pubkey) {
        let wrapped = addresses::wrapped(&Self::key(&epoch.expiry), epoch.strike_e6.get(), self.option_kind());
        (wrapped, addresses::wrapped_mint(&wrapped))
    }

    /// Commits a bid. `as_tokens`: what it buys comes as tokens, to the wallet that this opens, with the series where nobody has yet.
    pub fn bid(
        &self,
        connection: &Connection,
        bidder: &Keypair,
        (lots, price_e6): (u64, u64),
        as_tokens: bool,
    ) -> Result<Sent, Error> {
        let series = if as_tokens {
            let (wrapped, mint) = self.series(self.current()?);
            let found = single::<Wrapped>(connection, "Wrapped", &wrapped)?;
            Some(Series { wrapped, mint, is_open: found.is_some() })
        } else {
            None
        };
        self.sealed(bidder, (lots, price_e6), series.as_ref())
    }

    fn sealed(&self, bidder: &Keypair, (lots, price_e6): (u64, u64), series: Option<&Series>) -> Result<Sent, Error> {
        let (state, epoch) = (&self.vault.vault, self.current()?);
        if epoch.state != EPOCH_AUCTION {
            return refused(format!("epoch {} has no auction that is open", epoch.number.get()));
        }
        let bounds = epoch.reserve_price_e6.get()..=epoch.escrow_price_e6.get();
        if !bounds.contains(&price_e6) {
            let [least, most] = [bounds.start(), bounds.end()].map(|price| decimal::trimmed((*price).into(), 6));
            return refused(format!(
                "a bid at {} could never be opened, and would lose its bond: prices are {least} to {most}",
                decimal::trimmed(price_e6.into(), 6)
            ));
        }
        if series.is_some() && epoch.hedge_strike_e6.get() > 0 {
            return refused("a spread is two options and comes as lots only: bid without --as-tokens".to_owned());
        }
        let price = PriceE6(epoch.escrow_price_e6.get());
        let Some(escrow) = escrow_ceil(price, lots, self.market.lots_per_unit.get()) else {
            return refused(format!("{lots} lots are more than an escrow can cover"));
        };
        let (market, epoch_key) = (Self::key(&state.market), self.epoch(state.epoch.get()));
        let bid = addresses::bid(&epoch_key, &self.owner);
        let quote_mint = Self::key(&self.market.quote_mint);
        let holder = series.map_or_else(
            || addresses::margin_account(&market, &self.owner, 0),
            |series| self.wallet(&series.mint, &TOKEN_2022),
        );
        let accounts = calls::BidCommit {
            bidder: self.owner,
            vault: self.vault.address,
            epoch: epoch_key,
            bid,
            holder,
            market,
            escrow_account: Self::key(&state.escrow_account),
            quote_mint,
            source: self.wallet(&quote_mint, &TOKEN),
            quote_tokens: addresses::tokens(&market, &quote_mint),
            custody: Self::key(&self.market.custody),
        };
        let commitment = commitment(&bid, lots, price_e6, &salt(bidder, &bid));
        let mut instructions = vec![];
        if let Some(series) = series {
            if !series.is_open {
                let (expiry, wrapped) = (Self::key(&epoch.expiry), series.wrapped);
                let open = margin::WrappedOpen { payer: self.owner, market, expiry, wrapped, mint: series.mint };
                let (strike_e6, kind) = (epoch.strike_e6.get(), self.option_kind());
                instructions.push(open.instruction(margin::WrappedOpenArgs { strike_e6, kind }));
            }
            instructions.push(self.wallet_open(&series.mint, &TOKEN_2022));
        }
        instructions.push(accounts.instruction(calls::BidCommitArgs { lots, commitment }));
        let what = format!(
            "epoch {}: a bid for {lots} lots as {} is sealed, {} of quote in escrow; open it from {} to {} with `reveal {}`",
            epoch.number.get(),
            if series.is_some() { "tokens" } else { "lots" },
            decimal::trimmed(escrow.into(), self.market.quote_decimals.into()),
            utc(epoch.commit_ends_unix_s.get()),
            utc(epoch.reveal_ends_unix_s.get()),
            decimal::trimmed(price_e6.into(), 6),
        );
        Ok((what, instructions))
    }

    /// Opens the bid of the current epoch, if this is the price that it was sealed with.
    pub fn reveal(&self, connection: &Connection, bidder: &Keypair, price_e6: u64) -> Result<Sent, Error> {
        let address = addresses::bid(&self.epoch(self.vault.vault.epoch.get()), &self.owner);
        let bid = single::<Bid>(connection, "Bid", &address)?.ok_or(Error::AccountMissing { address })?;
        self.opened(bidder, address, &bid, price_e6)
    }

    fn opened(&self, bidder: &Keypair, address: Pubkey, bid: &Bid, price_e6: u64) -> Result<Sent, Error> {
        let (number, salt) = (self.vault.vault.epoch.get(), salt(bidder, &address));
        let (lots, price) = (bid.lots.get(), decimal::trimmed(price_e6.into(), 6));
        if bid.state == BID_COMMITTED && commitment(&address, lots, price_e6, &salt) != bid.commitment {
            return refused(format!("the bid for {lots} lots was not sealed with {price} by `bastion vault bid`"));
        }
        let accounts = calls::BidReveal { vault: self.vault.address, epoch: self.epoch(number), bid: address };
        let what = format!("epoch {number}: the bid for {lots} lots is open, at {price}");
        Ok((what, vec![accounts.instruction(calls::BidRevealArgs { price_e6, salt })]))
    }

    /// Settles and refunds every bid of the owner's that can be, which anybody may: keepers do.
    pub fn settles(&self, connection: &Connection, now_unix_s: i64, ticket_id: u64) -> Result<Vec<Sent>, Error> {
        let mut sent = vec![];
        for (address, bid) in program_accounts::<Bid>(connection, "Bid", &abi::ids::VAULT)? {
            let is_of = |epoch: &&Epoch| self.epoch(epoch.number.get()).to_bytes() == bid.epoch;
            let own = bid.bidder == self.owner.to_bytes();
            if let Some(epoch) = self.vault.epochs.iter().find(is_of).filter(|_| own) {
                sent.extend(self.settled(address, &bid, epoch, now_unix_s, ticket_id));
            }
        }
        sent.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(sent)
    }

    fn settled(&self, bid: Pubkey, of: &Bid, epoch: &Epoch, now_unix_s: i64, ticket_id: u64) -> Option<Sent> {
        if of.state != BID_SETTLED && epoch.state != EPOCH_LIVE {
            return None;
        }
        let mut instructions = vec![self.wallet_open(&Self::key(&self.market.quote_mint), &TOKEN)];
        if of.state != BID_SETTLED {
            instructions.push(self.bid_settle(bid, of, epoch, now_unix_s));
        }
        let (market, quote_mint) = (Self::key(&self.vault.vault.market), Self::key(&self.market.quote_mint));
        let quote_tokens = addresses::tokens(&market, &quote_mint);
        let refund = calls::BidRefund {
            vault: self.vault.address,
            epoch: self.epoch(epoch.number.get()),
            bid,
            bidder: self.owner,
            market,
            escrow_account: Self::key(&self.vault.vault.escrow_account),
            quote_mint,
            destination: self.wallet(&quote_mint, &TOKEN),
            quote_tokens,
            custody: Self::key(&self.market.custody),
            feed: Self::key(&self.market.feed),
            payer: self.owner,
            ticket: addresses::ticket(&quote_tokens, ticket_id),
        };
        instructions.push(refund.instruction(calls::BidRefundArgs { ticket_id }));
        let (number, lots) = (epoch.number.get(), of.lots.get());
        Some((format!("epoch {number}: the bid for {lots} lots is settled and refunded"), instructions))
    }

    fn bid_settle(&self, bid: Pubkey, of: &Bid, epoch: &Epoch, now_unix_s: i64) -> Instruction {
        let (state, expiry) = (&self.vault.vault, Self::key(&epoch.expiry));
        let (vault, epoch_key) = (self.vault.address, self.epoch(epoch.number.get()));
        let (market, holder) = (Self::key(&state.market), Self::key(&of.holder));
        let [trading_account, escrow_account] = [&state.trading_account, &state.escrow_account].map(Self::key);
        let [quote_mint, feed, custody] =
            [&self.market.quote_mint, &self.market.feed, &self.market.custody].map(Self::key);
        // Before the expiry a bid for tokens that was opened is delivered; in any other case nothing is.
        let is_live = of.state == BID_REVEALED && now_unix_s < epoch.expiry_unix_s.get();
        if of.delivery == DELIVERY_TOKENS && is_live {
            let (wrapped, mint) = self.series(epoch);
            let accounts = calls::BidSettleWrapped {
                vault,
                epoch: epoch_key,
                bid,
                holder,
                market,
                trading_account,
                escrow_account,
                expiry,
                wrapped,
                mint,
                quote_mint,
                feed,
                custody,
            };
            return accounts.instruction();
        }
        let accounts = calls::BidSettle {
            vault,
            epoch: epoch_key,
            bid,
            holder,
            market,
            trading_account,
            escrow_account,
            expiry,
            quote_mint,
            feed,
            custody,
        };
        accounts.instruction()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::VaultStatus;
    use abi::margin::Market;
    use abi::vault::Vault;
    use bytemuck::Zeroable;

    const RESERVE: u64 = 1_500_000;
    const MOST: u64 = 7_500_000;

    fn vault(kind: VaultKind, epoch: Epoch) -> VaultStatus {
        VaultStatus {
            address: Pubkey::new_from_array([7; 32]),
            symbol: "SOL/USDC".to_owned(),
            vault: Vault::zeroed(),
            kind: Some(kind),
            decimals: 9,
            base_decimals: 9,
            quote_decimals: 6,
            at_risk_base_atoms: 0,
            at_risk_quote_atoms: 0,
            epochs: vec![epoch],
        }
    }

    fn auction() -> Epoch {
        let (reserve_price_e6, escrow_price_e6) = (RESERVE.into(), MOST.into());
        let (strike_e6, expiry_unix_s) = (110_000_000.into(), 1_000.into());
        Epoch { state: EPOCH_AUCTION, reserve_price_e6, escrow_price_e6, strike_e6, expiry_unix_s, ..Epoch::zeroed() }
    }

    fn market() -> Market {
        Market { lots_per_unit: 10.into(), quote_decimals: 6, ..Market::zeroed() }
    }

    fn tokens(desk: &Desk<'_>, epoch: &Epoch) -> Series {
        let (wrapped, mint) = desk.series(epoch);
        Series { wrapped, mint, is_open: false }
    }

    /// Each instruction's first byte: its number in its program.
    fn numbers(sent: &Sent) -> Vec<u8> {
        sent.1.iter().map(|instruction| instruction.data[0]).collect()
    }

    fn reason(found: Result<Sent, Error>) -> String {
        found.expect_err("a refusal").to_string()
    }

    #[test]
    fn bid_is_sealed_with_what_the_same_key_opens_it_with() {
        let (vault, bidder) = (vault(VaultKind::CoveredCall, auction()), Keypair::new_from_array([1; 32]));
        let desk = Desk { vault: &vault, market: market(), owner: bidder.pubkey() };
        let sent = desk.sealed(&bidder, (20, RESERVE), None).expect("a bid");
        assert!(
            sent.0.starts_with("epoch 0: a bid for 20 lots as lots is sealed, 15 of quote in escrow"),
            "{}",
            sent.0
        );
        let (address, data) = (sent.1[0].accounts[3].pubkey, &sent.1[0].data);
        assert_eq!(data[..9], [[11].as_slice(), &20u64.to_le_bytes()].concat());
        let commitment = data[9..].try_into().expect("32 bytes");
        let bid = Bid { lots: 20.into(), commitment, ..Bid::zeroed() };
        let opened = desk.opened(&bidder, address, &bid, RESERVE).expect("the price");
        let (price, salt) = opened.1[0].data[1..].split_at(8);
        assert_eq!(price, RESERVE.to_le_bytes());
        let message = bid_message(&address.to_bytes(), 20, RESERVE, salt.try_into().expect("32 bytes"));
        assert_eq!(commitment, <[u8; 32]>::from(Sha256::digest(message)));
        let other = Keypair::new_from_array([2; 32]);
        for found in [desk.opened(&bidder, address, &bid, RESERVE + 1), desk.opened(&other, address, &bid, RESERVE)] {
            assert!(reason(found).contains("was not sealed with 1.5"));
        }
    }

    #[test]
    fn bid_that_could_never_be_opened_is_refused_before_anything_is_sent() {
        let bidder = Keypair::new_from_array([1; 32]);
        let status = vault(VaultKind::CoveredCall, auction());
        let desk = Desk { vault: &status, market: market(), owner: bidder.pubkey() };
        for price in [RESERVE - 1, MOST + 1] {
            assert!(reason(desk.sealed(&bidder, (20, price), None)).contains("prices are 1.5 to 7.5"));
        }
        assert!(desk.sealed(&bidder, (20, MOST), None).is_ok());
        let closed = vault(VaultKind::CoveredCall, Epoch { state: EPOCH_LIVE, ..auction() });
        let desk = Desk { vault: &closed, ..desk };
        assert!(reason(desk.sealed(&bidder, (20, MOST), None)).contains("no auction that is open"));
        let spread = vault(VaultKind::PutSpread, Epoch { hedge_strike_e6: 90_000_000.into(), ..auction() });
        let desk = Desk { vault: &spread, ..desk };
        let series = tokens(&desk, &spread.epochs[0]);
        assert!(reason(desk.sealed(&bidder, (20, MOST), Some(&series))).contains("without --as-tokens"));
        assert!(desk.sealed(&bidder, (20, MOST), None).is_ok());
    }

    #[test]
    fn bid_for_tokens_opens_series_and_wallet_and_names_the_wallet() {
        let bidder = Keypair::new_from_array([1; 32]);
        for kind in [VaultKind::CoveredCall, VaultKind::CashSecuredPut] {
            let status = vault(kind, auction());
            let desk = Desk { vault: &status, market: market(), owner: bidder.pubkey() };
            let mut series = tokens(&desk, &status.epochs[0]);
            let sent = desk.sealed(&bidder, (20, RESERVE), Some(&series)).expect("a bid");
            assert_eq!(numbers(&sent), [margin::WrappedOpen::DISCRIMINATOR[0], 1, calls::BidCommit::DISCRIMINATOR[0]]);
            let option_kind = if kind == VaultKind::CoveredCall { KIND_CALL } else { KIND_PUT };
            assert_eq!(series.wrapped, addresses::wrapped(&Pubkey::default(), 110_000_000, option_kind));
            assert_eq!(sent.1[2].accounts[4].pubkey, addresses::wallet(&bidder.pubkey(), &series.mint, &TOKEN_2022));
            series.is_open = true;
            assert_eq!(numbers(&desk.sealed(&bidder, (20, RESERVE), Some(&series)).expect("a bid")), [1, 11]);
        }
    }

    #[test]
    fn bid_for_tokens_is_settled_by_the_instruction_that_delivers_it_and_else_by_the_other() {
        let bidder = Keypair::new_from_array([1; 32]);
        let epoch = Epoch { state: EPOCH_LIVE, ..auction() };
        let status = vault(VaultKind::CoveredCall, epoch);
        let desk = Desk { vault: &status, market: market(), owner: bidder.pubkey() };
        let bid = |state: u8, delivery: u8| Bid { state, delivery, ..Bid::zeroed() };
        let settled = |bid: &Bid, epoch: &Epoch, now| {
            desk.settled(Pubkey::default(), bid, epoch, now, 1).map(|sent| numbers(&sent))
        };
        let refund = calls::BidRefund::DISCRIMINATOR[0];
        let (lots, tokens) = (calls::BidSettle::DISCRIMINATOR[0], calls::BidSettleWrapped::DISCRIMINATOR[0]);
        assert_eq!(settled(&bid(BID_REVEALED, DELIVERY_TOKENS), &epoch, 999), Some(vec![1, tokens, refund]));
        assert_eq!(settled(&bid(BID_REVEALED, DELIVERY_TOKENS), &epoch, 1_000), Some(vec![1, lots, refund]));
        assert_eq!(settled(&bid(BID_COMMITTED, DELIVERY_TOKENS), &epoch, 999), Some(vec![1, lots, refund]));
        assert_eq!(settled(&bid(BID_REVEALED, 0), &epoch, 999), Some(vec![1, lots, refund]));
        assert_eq!(settled(&bid(BID_SETTLED, 0), &epoch, 999), Some(vec![1, refund]));
        assert_eq!(settled(&bid(BID_REVEALED, 0), &auction(), 999), None);
        let past = Epoch { state: abi::vault::EPOCH_SETTLED, ..epoch };
        assert_eq!(settled(&bid(BID_SETTLED, 0), &past, 999), Some(vec![1, refund]));
    }
}
