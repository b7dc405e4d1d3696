//! Every instruction of the program as it would land, for tests to send or to spoil.

use crate::fixture::{Stage, VaultKeys};
use client::vault::{self as calls, MandateArgs};
use client::{addresses, margin};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::GENESIS_HASH;

impl Stage {
    pub fn config_init(&self) -> Instruction {
        let accounts = calls::ConfigInit {
            payer: self.world.payer(),
            upgrade_authority: self.deployer.pubkey(),
            program_data: addresses::program_data(&calls::ID),
            config: addresses::config(&calls::ID),
        };
        let authority = self.deployer.pubkey();
        accounts.instruction(calls::ConfigInitArgs { genesis_hash: GENESIS_HASH, authority })
    }

    pub fn vault_create(&self, id: u16, mandate: MandateArgs) -> Instruction {
        let keys = VaultKeys::of(&self.protocol.market, id);
        let accounts = calls::VaultCreate {
            payer: self.world.payer(),
            config: addresses::config(&calls::ID),
            authority: self.deployer.pubkey(),
            market: self.protocol.market,
            vault: keys.vault,
            epoch: addresses::epoch(&keys.vault, 0),
            trading_account: keys.trading,
            escrow_account: keys.escrow,
        };
        accounts.instruction(calls::VaultCreateArgs { id, mandate })
    }

    pub fn deposit(&self, who: usize, number: u64, amount_atoms: u64) -> Instruction {
        let accounts = calls::Deposit {
            owner: self.actor(who).key(),
            vault: self.vault.vault,
            epoch: self.epoch_key(number),
            deposit: self.deposit_key(who, number),
            market: self.protocol.market,
            trading_account: self.vault.trading,
            base_mint: self.protocol.base.mint,
            source: self.actor(who).base_tokens,
            base_tokens: self.protocol.base_tokens,
        };
        accounts.instruction(calls::DepositArgs { amount_atoms })
    }

    pub fn deposit_cancel(&self, who: usize) -> Instruction {
        let accounts = calls::DepositCancel {
            owner: self.actor(who).key(),
            vault: self.vault.vault,
            epoch: self.epoch_key(0),
            deposit: self.deposit_key(who, 0),
            market: self.protocol.market,
            trading_account: self.vault.trading,
            base_mint: self.protocol.base.mint,
            destination: self.actor(who).base_tokens,
            base_tokens: self.protocol.base_tokens,
            custody: self.protocol.custody,
            feed: self.protocol.feed,
            ticket: addresses::ticket(&self.protocol.base_tokens, 1),
        };
        accounts.instruction(calls::DepositCancelArgs { ticket_id: 1 })
    }

    pub fn auction_open(&self) -> Instruction {
        let accounts = calls::AuctionOpen {
            vault: self.vault.vault,
            epoch: self.epoch_key(0),
            market: self.protocol.market,
            expiry: self.expiry,
            feed: self.protocol.feed,
            custody: self.protocol.custody,
        };
        accounts.instruction()
    }

    pub fn bid_place(&self, who: usize, lots: u64, price_e6: u64) -> Instruction {
        let accounts = calls::BidPlace {
            bidder: self.actor(who).key(),
            vault: self.vault.vault,
            epoch: self.epoch_key(0),
            bid: self.bid_key(who, 0),
            holder: self.actor(who).account,
            market: self.protocol.market,
            escrow_account: self.vault.escrow,
            quote_mint: self.protocol.quote.mint,
            source: self.actor(who).quote_tokens,
            quote_tokens: self.protocol.quote_tokens,
            custody: self.protocol.custody,
        };
        accounts.instruction(calls::BidPlaceArgs { lots, price_e6 })
    }

    /// The clear that sells to `best`.
    pub fn auction_clear(&self, best: Option<usize>) -> Instruction {
        let accounts = calls::AuctionClear {
            vault: self.vault.vault,
            epoch: self.epoch_key(0),
            best_bid: best.map(|who| self.bid_key(who, 0)),
            holder: best.map(|who| self.actor(who).account),
            market: self.protocol.market,
            trading_account: self.vault.trading,
            escrow_account: self.vault.escrow,
            expiry: self.expiry,
            quote_mint: self.protocol.quote.mint,
            feed: self.protocol.feed,
            custody: self.protocol.custody,
        };
        accounts.instruction()
    }

    pub fn bid_refund(&self, who: usize) -> Instruction {
        let accounts = calls::BidRefund {
            vault: self.vault.vault,
            epoch: self.epoch_key(0),
            bid: self.bid_key(who, 0),
            bidder: self.actor(who).key(),
            market: self.protocol.market,
            escrow_account: self.vault.escrow,
            quote_mint: self.protocol.quote.mint,
            destination: self.actor(who).quote_tokens,
            quote_tokens: self.protocol.quote_tokens,
            custody: self.protocol.custody,
            feed: self.protocol.feed,
            payer: self.world.payer(),
            ticket: addresses::ticket(&self.protocol.quote_tokens, 1),
        };
        accounts.instruction(calls::BidRefundArgs { ticket_id: 1 })
    }

    pub fn epoch_settle(&self) -> Instruction {
        let accounts = calls::EpochSettle {
            payer: self.world.payer(),
            vault: self.vault.vault,
            epoch: self.epoch_key(0),
            next_epoch: self.epoch_key(1),
            market: self.protocol.market,
            trading_account: self.vault.trading,
            escrow_account: self.vault.escrow,
            base_mint: self.protocol.base.mint,
            quote_mint: self.protocol.quote.mint,
            feed: self.protocol.feed,
        };
        accounts.instruction()
    }

    pub fn claim(&self, who: usize) -> Instruction {
        let accounts = calls::Claim {
            owner: self.actor(who).key(),
            vault: self.vault.vault,
            epoch: self.epoch_key(0),
            deposit: self.deposit_key(who, 0),
            market: self.protocol.market,
            escrow_account: self.vault.escrow,
            base_mint: self.protocol.base.mint,
            quote_mint: self.protocol.quote.mint,
            base_destination: self.actor(who).base_tokens,
            quote_destination: self.quote_wallet(who),
            base_tokens: self.protocol.base_tokens,
            quote_tokens: self.protocol.quote_tokens,
            custody: self.protocol.custody,
            feed: self.protocol.feed,
            base_ticket: addresses::ticket(&self.protocol.base_tokens, 1),
            quote_ticket: addresses::ticket(&self.protocol.quote_tokens, 1),
        };
        accounts.instruction(calls::ClaimArgs { ticket_id: 1 })
    }

    pub fn quote_wallet(&self, who: usize) -> Pubkey {
        self.actor(who).quote_tokens
    }

    pub fn account_settle(&self, account: Pubkey) -> Instruction {
        margin::AccountSettle { market: self.protocol.market, expiry: self.expiry, account }.instruction()
    }
}
