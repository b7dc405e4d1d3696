use super::{Status, VaultStatus, json, write, yield_e6};
use abi::vault::{EPOCH_LIVE, EPOCH_SETTLED, Epoch, Vault};
use bytemuck::Zeroable;
use risk::vault::VaultKind;
use solana_pubkey::Pubkey;

fn epoch(number: u64, share_price_e12: u64) -> Epoch {
    Epoch {
        number: number.into(),
        state: if share_price_e12 == 0 { EPOCH_LIVE } else { EPOCH_SETTLED },
        share_price_e12: share_price_e12.into(),
        strike_e6: 110_000_000.into(),
        sold_lots: 35.into(),
        offered_lots: 35.into(),
        premium_atoms: 4_200_000.into(),
        ..Epoch::zeroed()
    }
}

#[test]
fn yields_are_of_epochs_that_have_turned() {
    let (first, second, live) = (epoch(0, 1_000_000_000), epoch(1, 1_012_500_000), epoch(2, 0));
    assert_eq!(yield_e6(&first, &second), Some(12_500));
    assert_eq!(yield_e6(&second, &first), Some(-12_345));
    assert_eq!((yield_e6(&second, &live), yield_e6(&live, &second)), (None, None));
}

#[test]
fn vaults_show_their_epochs_and_queue() {
    let mut current = epoch(2, 0);
    current.deposit_atoms = 1_500_000_000.into();
    let vault = VaultStatus {
        address: Pubkey::new_from_array([7; 32]),
        symbol: "SOL/USDC".to_owned(),
        vault: Vault { share_decimals: 12, shares: 3_000_000_000_000.into(), ..Vault::zeroed() },
        kind: Some(VaultKind::CoveredCall),
        decimals: 9,
        base_decimals: 9,
        quote_decimals: 6,
        at_risk_base_atoms: 3_000_000_000,
        at_risk_quote_atoms: 5,
        epochs: vec![epoch(0, 1_000_000_000), epoch(1, 1_012_500_000), current],
    };
    let status = Status { url: "here".to_owned(), unix_s: 0, vaults: vec![vault] };
    let text = write(&status).expect("text");
    for part in [
        "covered-call vault 0 of SOL/USDC",
        "shares 3 of",
        "1.5 in",
        "at risk 3 of base and 0.000005 of quote",
        "4.200000",
        "1.2500 %",
        "35 of 35",
        "110",
        "live",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    let found = json(&status);
    assert_eq!(found["vaults"][0]["epochs"][1]["yield_e6"], 12_500);
    assert_eq!(found["vaults"][0]["epochs"][2]["deposit_atoms"], 1_500_000_000u64);
    let nobody = Status { vaults: vec![], ..status };
    assert!(write(&nobody).expect("text").contains("no vaults"));
}
