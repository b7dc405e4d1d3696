//! What the oracle would have written: surfaces and settlements, put where readers look for them.

use crate::World;
use abi::oracle::{SETTLEMENT_FINAL, Settlement, Surface};
use abi::{Layout, ids};
use client::addresses;
use solana_account::Account;
use solana_pubkey::Pubkey;

const LAMPORTS: u64 = 10_000_000;

/// Puts a surface at its address, which it returns, posted now: total variance 0.029 at the money for 30 days.
pub fn surface_write(world: &mut World, feed: &Pubkey, expiry_unix_s: i64) -> Pubkey {
    surface_write_level(world, feed, expiry_unix_s, 20_000_000);
    addresses::surface(feed, expiry_unix_s)
}

/// As [`surface_write`], with another level of variance (SVI's `a`).
pub fn surface_write_level(world: &mut World, feed: &Pubkey, expiry_unix_s: i64, a_e9: i64) {
    let now = world.unix_s();
    put::<Surface>(world, &addresses::surface(feed, expiry_unix_s), |surface| {
        (surface.version, surface.min_reader) = (1, 1);
        surface.feed = feed.to_bytes();
        surface.expiry_unix_s = expiry_unix_s.into();
        surface.reference_s = (30 * 86_400).into();
        (surface.a_e9, surface.b_e9, surface.rho_e9) = (a_e9.into(), 60_000_000.into(), (-300_000_000).into());
        (surface.m_e9, surface.sigma_e9, surface.rate_e9) = (0.into(), 150_000_000.into(), 50_000_000.into());
        surface.posted_unix_s = now.into();
    });
}

/// Puts a final settlement at its address, which it returns.
pub fn settlement_write(world: &mut World, feed: &Pubkey, expiry_unix_s: i64, price_e6: u64) -> Pubkey {
    let address = addresses::settlement(feed, expiry_unix_s);
    put::<Settlement>(world, &address, |settlement| {
        (settlement.version, settlement.min_reader, settlement.buckets_used) = (1, 1, 30);
        settlement.state = SETTLEMENT_FINAL;
        settlement.feed = feed.to_bytes();
        settlement.expiry_unix_s = expiry_unix_s.into();
        settlement.price_e6 = price_e6.into();
    });
    address
}

fn put<T: Layout>(world: &mut World, address: &Pubkey, fill: impl FnOnce(&mut T)) {
    let mut data = vec![0; T::SPACE];
    data[..abi::DISCRIMINATOR_LEN].copy_from_slice(&T::DISCRIMINATOR);
    fill(abi::read_mut::<T>(&mut data).expect("an account of this layout"));
    world.set_account(address, Account { lamports: LAMPORTS, data, owner: ids::ORACLE.into(), ..Account::default() });
}
