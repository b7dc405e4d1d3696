//! Preimages: the accounts of a snapshot as they were, kept by whoever wants to be able to write them back.

use super::{
    Desk,
    desk::{decision, stage},
    markets::{Recorded, number, recorded_of, remaining},
};
use crate::{Error, deploy::buffer_fill};
use abi::governor::Rollout;
use client::{WithRemaining, addresses, governor as calls};
use policy::{proposal::Moment, rollout::Stage};
use serde::{Deserialize, Serialize};
use solana_pubkey::Pubkey;
use std::path::Path;

/// What was kept of a market: its accounts by page, each with the length of its data, in the order of the page's file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    market: String,
    pages: Vec<Vec<(String, usize)>>,
}

/// One account of a page: where it is, what it was, and what it is now; nothing where failed code closed it.
struct Image<'a> {
    address: Pubkey,
    was: &'a [u8],
    is: Option<Vec<u8>>,
}

impl Desk<'_> {
    /// Keeps a frozen market and its accounts: a file for each page, one for the market, and a list of them.
    pub(super) fn preimages_keep(&self, market: &Recorded, snapshot: &Pubkey) -> Result<(), Error> {
        if self.preimages.is_none() {
            return Ok(());
        }
        let mut kept = Kept { market: market.address.to_string(), pages: Vec::with_capacity(market.pages.len()) };
        for (at, accounts) in market.pages.iter().enumerate() {
            let data = accounts.iter().map(|address| self.data(address)).collect::<Result<Vec<_>, _>>()?;
            self.keep(&page_file(snapshot, at), &data.concat())?;
            kept.pages.push(accounts.iter().map(ToString::to_string).zip(data.iter().map(Vec::len)).collect());
        }
        self.keep(&market_file(snapshot), &self.data(&market.address)?)?;
        // Last: a list stands for files that are all there.
        self.keep(&list_file(snapshot), &serde_json::to_vec_pretty(&kept).unwrap_or_default())
    }

    /// The addresses of a market's pages as they were recorded, if `execute` kept them: an account that failed code closed, or made
    /// into something else, is found nowhere else.
    pub(super) fn pages_kept(&self, snapshot: &Pubkey) -> Result<Option<Vec<Vec<Pubkey>>>, Error> {
        if self.preimages.is_none() {
            return Ok(None);
        }
        let address = |(text, _): &(String, usize)| self.address_kept(text);
        let pages = self.list_kept(snapshot)?.pages;
        pages.iter().map(|page| page.iter().map(address).collect()).collect::<Result<_, _>>().map(Some)
    }

    fn list_kept(&self, snapshot: &Pubkey) -> Result<Kept, Error> {
        let list = self.kept(&list_file(snapshot))?;
        serde_json::from_slice(&list).map_err(|error| self.not_kept(error.to_string()))
    }

    fn address_kept(&self, text: &str) -> Result<Pubkey, Error> {
        text.parse().map_err(|_| self.not_kept(format!("`{text}` is no address")))
    }

    /// Writes back every account that is not what it was, under the code from before the upgrade, and creates again what was closed.
    /// Whatever the files hold, the governor takes only what has the digests that it recorded.
    pub fn restore_accounts(&self, id: u64) -> Result<(), Error> {
        let proposal = self.open(id)?;
        let program = Pubkey::from(decision(&proposal)?.upgrade().ok_or(Error::NotUpgrade { id })?.program);
        let rollout = self.held(id, &program)?;
        match stage(&rollout)? {
            Stage::RolledBack => {}
            at => return Err(Error::RolloutElsewhere { id, stage: at.name() }),
        }
        let next = Moment { slot: rollout.executed_slot.get().saturating_add(1), unix_s: 0 };
        self.wait("the slot after the restored code", &next)?;
        self.ledger_restore(&rollout, &program)?;
        for market in recorded_of(self.connection, &program)? {
            let snapshot = addresses::snapshot(&self.governor, &market.address, rollout.attempt.get());
            self.market_restore(&market, &program, &snapshot)?;
            for (at, accounts) in self.list_kept(&snapshot)?.pages.iter().enumerate() {
                self.page_restore(accounts, at, &program, &rollout, &snapshot)?;
            }
        }
        Ok(())
    }

    fn page_restore(
        &self,
        accounts: &[(String, usize)],
        at: usize,
        program: &Pubkey,
        rollout: &Rollout,
        snapshot: &Pubkey,
    ) -> Result<(), Error> {
        let kept = self.kept(&page_file(snapshot, at))?;
        let images = self.images(accounts, &kept)?;
        if images.iter().all(|image| !image.differs()) {
            return Ok(());
        }
        let name = format!("preimage of page {at} in attempt {}", rollout.attempt.get());
        let preimage = buffer_fill(self.connection, self.signer, &name, &kept, self.progress)?;
        let page: Vec<_> = images.iter().map(|image| image.address).collect();
        for (place, image) in images.iter().enumerate().filter(|(_, image)| image.differs()) {
            let restore = calls::AccountRestore {
                payer: self.payer(),
                council: addresses::council(&self.governor),
                rollout: addresses::rollout(&self.governor, program),
                snapshot: *snapshot,
                page: addresses::page(&self.governor, snapshot, number(at)),
                preimage,
                governor_authority: addresses::authority(&self.governor),
            };
            let args = calls::AccountRestoreArgs { place: u8::try_from(place).unwrap_or(u8::MAX) };
            let mut metas = remaining(&page);
            if let Some(meta) = metas.get_mut(place) {
                meta.is_writable = true;
            }
            let call = restore.instruction_of(self.governor, args).with_remaining(metas);
            self.send(&format!("account {} is what it was", image.address), &[call])?;
        }
        Ok(())
    }

    /// The accounts of a page beside what was kept of them.
    fn images<'k>(&self, accounts: &[(String, usize)], kept: &'k [u8]) -> Result<Vec<Image<'k>>, Error> {
        let mut rest = kept;
        let mut images = Vec::with_capacity(accounts.len());
        for (text, len) in accounts {
            let address = self.address_kept(text)?;
            let short = || self.not_kept(format!("a page ends within account {address}"));
            let was;
            (was, rest) = rest.split_at_checked(*len).ok_or_else(short)?;
            let is = self.connection.account(&address)?.map(|(_, data)| data);
            images.push(Image { address, was, is });
        }
        Ok(images)
    }

    fn market_restore(&self, market: &Recorded, program: &Pubkey, snapshot: &Pubkey) -> Result<(), Error> {
        let image = self.kept(&market_file(snapshot))?;
        if self.data(&market.address)? == image {
            return Ok(());
        }
        let name = format!("preimage of market {}", market.address);
        let preimage = buffer_fill(self.connection, self.signer, &name, &image, self.progress)?;
        let restore = calls::MarketRestore {
            payer: self.payer(),
            council: addresses::council(&self.governor),
            rollout: addresses::rollout(&self.governor, program),
            snapshot: *snapshot,
            market: market.address,
            preimage,
            governor_authority: addresses::authority(&self.governor),
        };
        self.send(&format!("market {} is what it was", market.address), &[restore.instruction_of(self.governor)])
    }

    pub(super) fn data(&self, address: &Pubkey) -> Result<Vec<u8>, Error> {
        Ok(self.connection.account(address)?.ok_or(Error::AccountMissing { address: *address })?.1)
    }

    pub(super) fn keep(&self, file: &str, bytes: &[u8]) -> Result<(), Error> {
        let folder = self.preimages.ok_or(Error::PreimagesUnnamed)?;
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let path = folder.join(file);
        std::fs::write(&path, bytes).map_err(Error::file(path))
    }

    pub(super) fn kept(&self, file: &str) -> Result<Vec<u8>, Error> {
        let path = self.preimages.ok_or(Error::PreimagesUnnamed)?.join(file);
        std::fs::read(&path).map_err(Error::file(path))
    }

    fn not_kept(&self, reason: String) -> Error {
        Error::PreimagesOther { path: self.preimages.unwrap_or(Path::new("")).to_owned(), reason }
    }
}

impl Image<'_> {
    fn differs(&self) -> bool {
        self.is.as_deref() != Some(self.was)
    }
}

fn page_file(snapshot: &Pubkey, page: usize) -> String {
    format!("{snapshot}-page-{page}.bin")
}

fn market_file(snapshot: &Pubkey) -> String {
    format!("{snapshot}-market.bin")
}

fn list_file(snapshot: &Pubkey) -> String {
    format!("{snapshot}.json")
}
