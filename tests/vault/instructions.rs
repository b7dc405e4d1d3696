//! Every instruction of the program as it would land, for tests to send or to spoil.

use crate::fixture::{Stage, VaultKeys, salt};
use client::vault::{self as calls, MandateArgs};
use client::{addresses, margin};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{GENESIS_HASH, key};

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

    pub fn vault_create(&self, id: u16, kind: u8, mandate: MandateArgs) -> Instruction {
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
            share_mint: keys.share_mint,
            share_tokens: keys.share_tokens,
        };
        let fee_recipient = key("treasury");
        accounts.instruction(calls::VaultCreateArgs { id, kind, mandate, fee_recipient })
    }

    pub fn deposit(&self, who: usize, amount_atoms: u64) -> Instruction {
        let accounts = calls::Deposit {
            owner: self.actor(who).key(),
            vault: self.vault.vault,
            epoch: self.epoch_key(self.number),
            deposit: self.deposit_key(who, self.number),
            market: self.protocol.market,
            trading_account: self.vault.trading,
            escrow_account: self.vault.escrow,
            mint: self.mint(),
            source: self.wallet(who),
            tokens: self.tokens(),
        };
        accounts.instruction(calls::DepositArgs { amount_atoms })
    }

    pub fn deposit_cancel(&self, who: usize, number: u64) -> Instruction {
        let accounts = calls::DepositCancel {
            owner: self.actor(who).key(),
            vault: self.vault.vault,
            epoch: self.epoch_key(number),
            deposit: self.deposit_key(who, number),
            market: self.protocol.market,
            escrow_account: self.vault.escrow,
            mint: self.mint(),
            destination: self.wallet(who),
            tokens: self.tokens(),
            custody: self.protocol.custody,
            feed: self.protocol.feed,
            ticket: addresses::ticket(&self.tokens(), 1),
        };
        accounts.instruction(calls::DepositCancelArgs { ticket_id: 1 })
    }

    pub fn deposit_claim(&self, who: usize, number: u64) -> Instruction {
        let accounts = calls::DepositClaim {
            owner: self.actor(who).key(),
            vault: self.vault.vault,
            epoch: self.epoch_key(number),
            deposit: self.deposit_key(who, number),
            share_mint: self.vault.share_mint,
            share_tokens: self.vault.share_tokens,
            destination: self.share_wallet(who),
        };
        accounts.instruction()
    }

    pub fn withdraw_request(&self, who: usize, shares: u64) -> Instruction {
        let accounts = calls::WithdrawRequest {
            owner: self.actor(who).key(),
            vault: self.vault.vault,
            epoch: self.epoch_key(self.number),
            withdrawal: self.withdrawal_key(who, self.number),
            share_mint: self.vault.share_mint,
            share_tokens: self.vault.share_tokens,
            source: self.share_wallet(who),
        };
        accounts.instruction(calls::WithdrawRequestArgs { shares })
    }

    pub fn withdraw_cancel(&self, who: usize) -> Instruction {
        let accounts = calls::WithdrawCancel {
            owner: self.actor(who).key(),
            vault: self.vault.vault,
            epoch: self.epoch_key(self.number),
            withdrawal: self.withdrawal_key(who, self.number),
            share_mint: self.vault.share_mint,
            share_tokens: self.vault.share_tokens,
            destination: self.share_wallet(who),
        };
        accounts.instruction()
    }

    pub fn withdraw_claim(&self, who: usize, number: u64) -> Instruction {
        let accounts = calls::WithdrawClaim {
            owner: self.actor(who).key(),
            vault: self.vault.vault,
            epoch: self.epoch_key(number),
            withdrawal: self.withdrawal_key(who, number),
            market: self.protocol.market,
            escrow_account: self.vault.escrow,
            base_mint: self.protocol.base.mint,
            quote_mint: self.protocol.quote.mint,
            base_destination: self.actor(who).base_tokens,
            quote_destination: self.actor(who).quote_tokens,
            base_tokens: self.protocol.base_tokens,
            quote_tokens: self.protocol.quote_tokens,
            custody: self.protocol.custody,
            feed: self.protocol.feed,
            base_ticket: addresses::ticket(&self.protocol.base_tokens, 1),
            quote_ticket: addresses::ticket(&self.protocol.quote_tokens, 1),
        };
        accounts.instruction(calls::WithdrawClaimArgs { ticket_id: 1 })
    }

    pub fn auction_open(&self) -> Instruction {
        let accounts = calls::AuctionOpen {
            vault: self.vault.vault,
            epoch: self.epoch_key(self.number),
            market: self.protocol.market,
            trading_account: self.vault.trading,
            expiry: self.expiry,
            surface: addresses::surface(&self.protocol.feed, self.expiry_unix_s),
            feed: self.protocol.feed,
            custody: self.protocol.custody,
        };
        accounts.instruction()
    }

    pub fn bid_commit(&self, who: usize, lots: u64, price_e6: u64) -> Instruction {
        let accounts = calls::BidCommit {
            bidder: self.actor(who).key(),
            vault: self.vault.vault,
            epoch: self.epoch_key(self.number),
            bid: self.bid_key(who),
            holder: self.actor(who).account,
            market: self.protocol.market,
            escrow_account: self.vault.escrow,
            quote_mint: self.protocol.quote.mint,
            source: self.actor(who).quote_tokens,
            quote_tokens: self.protocol.quote_tokens,
            custody: self.protocol.custody,
        };
        let commitment = self.commitment(who, lots, price_e6);
        accounts.instruction(calls::BidCommitArgs { lots, commitment })
    }

    pub fn bid_reveal(&self, who: usize, price_e6: u64) -> Instruction {
        let accounts =
            calls::BidReveal { vault: self.vault.vault, epoch: self.epoch_key(self.number), bid: self.bid_key(who) };
        accounts.instruction(calls::BidRevealArgs { price_e6, salt: salt(who) })
    }

    pub fn auction_clear(&self) -> Instruction {
        calls::AuctionClear { vault: self.vault.vault, epoch: self.epoch_key(self.number) }.instruction()
    }

    pub fn bid_settle(&self, who: usize) -> Instruction {
        let accounts = calls::BidSettle {
            vault: self.vault.vault,
            epoch: self.epoch_key(self.number),
            bid: self.bid_key(who),
            holder: self.actor(who).account,
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
            epoch: self.epoch_key(self.number),
            bid: self.bid_key(who),
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

    /// The turn of the current epoch.
    pub fn epoch_turn(&mut self) -> Instruction {
        let accounts = calls::EpochTurn {
            payer: self.world.payer(),
            vault: self.vault.vault,
            epoch: self.epoch_key(self.number),
            next_epoch: self.epoch_key(self.number + 1),
            market: self.protocol.market,
            trading_account: self.vault.trading,
            escrow_account: self.vault.escrow,
            expiry: Pubkey::new_from_array(self.epoch().expiry),
            base_mint: self.protocol.base.mint,
            quote_mint: self.protocol.quote.mint,
            share_mint: self.vault.share_mint,
            share_tokens: self.vault.share_tokens,
            feed: self.protocol.feed,
        };
        accounts.instruction()
    }

    pub fn mandate_set(&self, mandate: MandateArgs) -> Instruction {
        let accounts = calls::MandateSet {
            authority: self.deployer.pubkey(),
            config: addresses::config(&calls::ID),
            vault: self.vault.vault,
        };
        accounts.instruction(calls::MandateSetArgs { mandate, fee_recipient: key("treasury") })
    }

    pub fn mandate_apply(&self) -> Instruction {
        calls::MandateApply { vault: self.vault.vault }.instruction()
    }

    pub fn account_settle(&self, account: Pubkey) -> Instruction {
        margin::AccountSettle { market: self.protocol.market, expiry: self.expiry, account }.instruction()
    }
}
