//! What can happen. An action says everything about itself in numbers, so that a list of them can be replayed, shortened and read.

/// A margin account, by owner and subaccount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub owner: u8,
    pub sub: u8,
}

/// One of the market's two tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Base,
    Quote,
}

impl Token {
    pub const fn of(quote: bool) -> Self {
        if quote { Self::Quote } else { Self::Base }
    }

    /// Its place in a custody.
    pub const fn vault(self) -> usize {
        match self {
            Self::Base => 0,
            Self::Quote => 1,
        }
    }
}

/// A leg as a maker writes it, good or bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Among the expiries listed in this life so far.
    pub expiry: u8,
    pub strike_e6: u64,
    pub put: bool,
    pub sells: bool,
    pub price_e6: u64,
    pub ratio: u16,
}

/// What is wrong with a quote's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    None,
    Program,
    Cluster,
    Market,
    Maker,
    Domain,
    Reserved,
    LegCount,
    Side,
}

impl Flaw {
    pub const ALL: [Self; 9] = [
        Self::None,
        Self::Program,
        Self::Cluster,
        Self::Market,
        Self::Maker,
        Self::Domain,
        Self::Reserved,
        Self::LegCount,
        Self::Side,
    ];
}

/// Proofs that raise a level, and what takes it down again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    Volatility,
    Deviation,
    Severity,
    OpenInterest,
    Insurance,
    Invariant,
    Heartbeat,
    Restart,
}

impl Proof {
    pub const ALL: [Self; 8] = [
        Self::Volatility,
        Self::Deviation,
        Self::Severity,
        Self::OpenInterest,
        Self::Insurance,
        Self::Invariant,
        Self::Heartbeat,
        Self::Restart,
    ];
}

/// What is asked of a market's terms; the others stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub taker_bps: u16,
    pub maker_bps: u16,
    pub tick_e6: u64,
    pub net_short_im_e9: u32,
    pub multiplier_e9: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Time passes, and slots.
    Wait {
        seconds: i64,
        slots: u64,
    },
    /// The sources in `mask` publish, and somebody refreshes the feed. `follow`: as if the average had had the time to follow.
    Price {
        price_e6: u64,
        mask: u8,
        follow: bool,
    },
    /// Surfaces of every expiry that has not passed, as the oracle's publishers would post them.
    Surfaces {
        a_e9: i64,
    },
    /// The oracle's settlement of an expiry that has passed.
    Settlement {
        expiry: u8,
        price_e6: u64,
    },
    /// The cluster restarts.
    Restart,

    List {
        days: u8,
    },
    Open {
        slot: Slot,
    },
    Close {
        slot: Slot,
        signer: u8,
    },
    Deposit {
        from: u8,
        slot: Slot,
        token: Token,
        atoms: u64,
    },
    Withdraw {
        slot: Slot,
        signer: u8,
        token: Token,
        atoms: u64,
        ticket: u64,
    },
    Transfer {
        from: Slot,
        to: Slot,
        token: Token,
        atoms: u64,
    },
    Delegate {
        slot: Slot,
        signer: u8,
        to: Option<u8>,
        rights: u8,
    },
    Mode {
        slot: Slot,
        mode: u8,
    },
    Bump {
        slot: Slot,
        signer: u8,
        floor: u64,
    },
    /// A maker writes and signs a quote; nothing happens on chain.
    Quote {
        id: u16,
        maker: Slot,
        signer: u8,
        nonce: u64,
        max: u64,
        min: u64,
        life: u64,
        legs: Vec<Leg>,
        flaw: Flaw,
    },
    Post {
        quote: u16,
        signer: u8,
    },
    Cancel {
        quote: u16,
        signer: u8,
    },
    Fill {
        quote: u16,
        posted: bool,
        taker: Slot,
        signer: u8,
        packages: u64,
        nonce_shift: u64,
    },
    StateClose {
        quote: u16,
    },
    ExpirySettle {
        expiry: u8,
    },
    AccountSettle {
        slot: Slot,
        expiry: u8,
    },
    Write {
        writer: Slot,
        holder: Slot,
        expiry: u8,
        strike_e6: u64,
        lots: u64,
    },
    Version,
    View {
        slot: Slot,
    },
    Sweep {
        right: bool,
        atoms: u64,
        ticket: u64,
    },
    ExpiryClose {
        expiry: u8,
    },
    AuthoritySet {
        right: bool,
    },

    GuardianRaise {
        guardian: u8,
        level: u8,
    },
    MarketRaise {
        guardian: u8,
        level: u8,
    },
    Trip {
        proof: Proof,
    },
    Relax,
    MarketRelax,
    LevelRelax {
        level: u8,
        right: bool,
    },
    MarketLevelRelax {
        level: u8,
        right: bool,
    },
    LevelSet {
        level: u8,
        right: bool,
    },
    Heartbeat {
        monitor: u8,
    },
    InsuranceMark,
    GuardiansSet {
        count: u8,
        right: bool,
    },
    MonitorsSet {
        count: u8,
        right: bool,
    },
    LimitsSet {
        hour_bps: u16,
        day_bps: u16,
        cap_lots: u64,
        right: bool,
    },
    LimitsApply,
    Claim {
        ticket: u16,
    },
    /// A withdrawal that waits is taken back into its account.
    Return {
        slot: Slot,
        signer: u8,
        ticket: u16,
    },

    Refresh {
        slot: Slot,
    },
    BaseBid {
        slot: Slot,
        bidder: Slot,
        signer: u8,
        atoms: u64,
        limit_e6: u64,
    },
    LiquidationStart {
        slot: Slot,
        opener: Slot,
    },
    LiquidationBid {
        slot: Slot,
        bidder: Slot,
        signer: u8,
        fraction_e9: u32,
        limit_atoms: i64,
    },
    LiquidationFinish {
        slot: Slot,
    },
    Stake {
        owner: u8,
        atoms: u64,
    },
    Unstake {
        owner: u8,
        signer: u8,
        shares: u64,
    },
    StakeClaim {
        owner: u8,
        signer: u8,
        ticket: u64,
    },
    /// The fund pays what insurance cannot.
    Draw {
        slot: Slot,
        ticket: u64,
    },
    Haircut {
        slot: Slot,
    },

    WrapOpen {
        expiry: u8,
        strike_e6: u64,
        put: bool,
    },
    Wrap {
        slot: Slot,
        signer: u8,
        series: u16,
        lots: u64,
    },
    Unwrap {
        slot: Slot,
        signer: u8,
        series: u16,
        lots: u64,
    },
    Redeem {
        owner: u8,
        series: u16,
        lots: u64,
        ticket: u64,
    },
    WrapClose {
        series: u16,
    },
    /// A holder destroys tokens, which nobody can keep anybody from.
    Burn {
        owner: u8,
        series: u16,
        lots: u64,
    },
    WriteWrapped {
        writer: u8,
        series: u16,
        to: u8,
        lots: u64,
    },
    /// A holder gets an account for a series' tokens, where he has none.
    WalletOpen {
        owner: u8,
        series: u16,
    },
    /// A holder closes it: what he has bid for cannot be minted there any more.
    WalletClose {
        owner: u8,
        series: u16,
    },

    Terms {
        right: bool,
        terms: Terms,
    },
    TermsApply,
    Delist {
        right: bool,
    },

    Vault {
        vault: u8,
        action: VaultAction,
    },
    /// In two worlds that nobody else sees, the bids of a vault that is live are settled in opposite orders: nobody's result may differ.
    Reordered {
        vault: u8,
    },
    /// In a world that nobody else sees, a week passes and strangers take the vault to its next epoch.
    Rescued {
        vault: u8,
    },
}

/// What is done to one vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultAction {
    Deposit {
        owner: u8,
        atoms: u64,
    },
    DepositCancel {
        owner: u8,
        epoch: u64,
        ticket: u64,
    },
    DepositClaim {
        owner: u8,
        epoch: u64,
    },
    Leave {
        owner: u8,
        shares: u64,
    },
    Stay {
        owner: u8,
    },
    LeaveClaim {
        owner: u8,
        epoch: u64,
        ticket: u64,
    },
    FeeClaim {
        by: u8,
    },
    Mandate {
        right: bool,
        discount_bps: u16,
        performance_bps: u16,
        cover_bps: u16,
    },
    MandateApply,
    AuctionOpen {
        expiry: u8,
    },
    /// `tokens`: for options as tokens in the bidder's wallet, not as lots in his account.
    Commit {
        bidder: Slot,
        lots: u64,
        price_e6: u64,
        tokens: bool,
    },
    Reveal {
        owner: u8,
        price_e6: u64,
    },
    Clear,
    /// `wrapped`: by the instruction that delivers tokens.
    Settle {
        owner: u8,
        wrapped: bool,
    },
    Refund {
        owner: u8,
        epoch: u64,
        ticket: u64,
    },
    Turn,
}
