//! Breaker levels and the action matrix.

/// How far the protocol is braked. Each level blocks all that the one below it blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Nothing is blocked.
    Normal = 0,
    /// New risk is limited in size and rate.
    Throttle = 1,
    /// Positions may only shrink.
    CloseOnly = 2,
    /// As `CloseOnly`, and withdrawals are queued.
    Frozen = 3,
    /// Only settlement prices are recorded, while accounts are migrated.
    Migrating = 4,
}

impl Level {
    pub const ALL: [Self; 5] = [Self::Normal, Self::Throttle, Self::CloseOnly, Self::Frozen, Self::Migrating];

    /// The level stored as `byte`, or `None` for a byte that no version wrote.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Normal),
            1 => Some(Self::Throttle),
            2 => Some(Self::CloseOnly),
            3 => Some(Self::Frozen),
            4 => Some(Self::Migrating),
            _ => None,
        }
    }

    /// The byte that stores this level.
    pub const fn byte(self) -> u8 {
        self as u8
    }
}

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Action {
    /// Open or enlarge a position.
    NewRisk = 0,
    /// Open a vault's auction, bid in it, or sell at its end.
    Auction = 1,
    /// List a market or an expiry.
    Listing = 2,
    /// Shrink a position without flipping it.
    ReduceRisk = 3,
    /// Take back an order, a quote or a bid.
    Cancel = 4,
    Deposit = 5,
    Withdraw = 6,
    /// Settle and redeem an expired series.
    Settle = 7,
    /// Bid for a liquidation.
    Liquidate = 8,
    /// Refresh a feed or record a settlement price.
    PriceRecord = 9,
}

impl Action {
    pub const ALL: [Self; 10] = [
        Self::NewRisk,
        Self::Auction,
        Self::Listing,
        Self::ReduceRisk,
        Self::Cancel,
        Self::Deposit,
        Self::Withdraw,
        Self::Settle,
        Self::Liquidate,
        Self::PriceRecord,
    ];
}

/// The matrix's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    Allowed,
    /// Allowed within the market's throttle of size and rate.
    Limited,
    /// Taken into the queue, not refused.
    Queued,
    Refused,
}

/// The action matrix: what `action` meets at `level`.
pub const fn permission(level: Level, action: Action) -> Permission {
    use Permission::{Allowed, Limited, Queued, Refused};
    // INVARIANT(G-9): every exit is open at L0..L3; only its speed differs.
    match (level, action) {
        (_, Action::PriceRecord) => Allowed,
        (Level::Migrating, _) => Refused,
        (Level::Normal, _) => Allowed,
        (Level::Throttle, Action::NewRisk | Action::Auction) => Limited,
        (Level::CloseOnly | Level::Frozen, Action::NewRisk | Action::Auction | Action::Listing) => Refused,
        (Level::Frozen, Action::Withdraw) => Queued,
        (Level::Throttle | Level::CloseOnly | Level::Frozen, _) => Allowed,
    }
}

/// Whether `action` may happen now at `level`; something that is only queued may not.
pub const fn allows(level: Level, action: Action) -> bool {
    matches!(permission(level, action), Permission::Allowed | Permission::Limited)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_RISK: [Action; 3] = [Action::NewRisk, Action::Auction, Action::Listing];

    #[test]
    fn level_survives_its_byte_and_unknown_bytes_are_none() {
        for byte in u8::MIN..=u8::MAX {
            match Level::from_byte(byte) {
                Some(level) => assert_eq!(level.byte(), byte),
                None => assert!(byte > 4),
            }
        }
    }

    #[test]
    fn higher_level_never_allows_what_a_lower_one_refuses() {
        for action in Action::ALL {
            for pair in Level::ALL.windows(2) {
                assert!(allows(pair[0], action) || !allows(pair[1], action), "{pair:?} {action:?}");
            }
        }
    }

    #[test]
    fn new_risk_ends_at_close_only() {
        for action in NEW_RISK {
            assert!(allows(Level::Throttle, action));
            assert!(!allows(Level::CloseOnly, action));
        }
        assert_eq!(permission(Level::Throttle, Action::NewRisk), Permission::Limited);
    }

    #[test]
    fn exits_stay_open_below_migrating() {
        for level in Level::ALL.into_iter().filter(|level| *level < Level::Migrating) {
            for action in Action::ALL.into_iter().filter(|action| !NEW_RISK.contains(action)) {
                assert_ne!(permission(level, action), Permission::Refused, "{level:?} {action:?}");
            }
        }
        assert_eq!(permission(Level::Frozen, Action::Withdraw), Permission::Queued);
        assert!(!allows(Level::Frozen, Action::Withdraw));
    }

    #[test]
    fn migrating_leaves_only_price_recording() {
        for action in Action::ALL {
            assert_eq!(allows(Level::Migrating, action), action == Action::PriceRecord, "{action:?}");
        }
    }
}
