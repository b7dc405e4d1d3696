use crate::fixture::error;
use abi::margin::Expiry;
use abi::oracle::{Board, Feed, Surface};
use client::{addresses, oracle as calls};
use solana_account::Account;
use solana_instruction::error::InstructionError;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Protocol, Substitutions, USDC, World, key, keypair};

pub const SPOT: u64 = 150 * USDC;
const DAY_S: i64 = 86_400;
/// Strikes that the cost bar is stated for.
pub const STRIKES: usize = 16;
const UNITS_MAX: u64 = 120_000;

/// A market with two expiries, a board of two of three publishers, and what they post.
pub struct Desk {
    pub world: World,
    pub protocol: Protocol,
    publishers: [Keypair; 3],
    pub near: i64,
    pub far: i64,
}

/// About 50 % a year at the forward a week out, scaled to `seconds`; `parts` in a hundred more or less of it.
fn fit(expiry_unix_s: i64, seconds: i64, parts: i64) -> calls::SurfacePostArgs {
    let scaled = |week: i64| week * seconds / (7 * DAY_S) * (100 + parts) / 100;
    calls::SurfacePostArgs {
        expiry_unix_s,
        a_e9: scaled(1_000_000),
        b_e9: scaled(20_000_000),
        rho_e9: -300_000_000,
        m_e9: 10_000_000,
        sigma_e9: 200_000_000,
        reference_s: seconds.unsigned_abs(),
        rate_e9: 0,
    }
}

impl Desk {
    pub fn new() -> Self {
        let mut world = World::new();
        let protocol = Protocol::new(&mut world, SPOT);
        let publishers = ["publisher 0", "publisher 1", "publisher 2"].map(keypair);
        let create = calls::BoardCreate {
            payer: world.payer(),
            authority: protocol.deployer.pubkey(),
            config: addresses::config(&calls::ID),
            feed: protocol.feed,
            board: addresses::board(&protocol.feed),
        };
        let named = publishers.iter().map(|publisher| publisher.pubkey()).collect();
        let create = create.instruction(calls::BoardCreateArgs { threshold: 2, move_bps: 1_000, publishers: named });
        world.ok(&[create], &[&protocol.deployer]);
        let (near, far) = (protocol.expiry_unix_s(&mut world, 7), protocol.expiry_unix_s(&mut world, 14));
        for expiry_unix_s in [near, far] {
            let expiry = protocol.expiry(&mut world, expiry_unix_s);
            world.edit::<Expiry>(&expiry, |expiry| {
                expiry.strike_count = STRIKES as u8;
                for (at, strike) in expiry.strikes_e6.iter_mut().enumerate() {
                    *strike = if at < STRIKES { (110 + 5 * at as u64) * USDC } else { 0 }.into();
                }
            });
        }
        Self { world, protocol, publishers, near, far }
    }

    /// The post of `args` with these accounts behind the named ones: neighbours, then signers.
    fn post_with(&self, args: calls::SurfacePostArgs, neighbours: &[Pubkey], signers: &[Pubkey]) -> Instruction {
        let (feed, expiry_unix_s) = (self.protocol.feed, args.expiry_unix_s);
        let accounts = calls::SurfacePost {
            payer: self.world.payer(),
            feed,
            board: addresses::board(&feed),
            market: self.protocol.market,
            expiry: addresses::expiry(&self.protocol.market, expiry_unix_s),
            surface: addresses::surface(&feed, expiry_unix_s),
        };
        let mut post = accounts.instruction(args);
        post.accounts.extend(neighbours.iter().map(|key| AccountMeta::new_readonly(*key, false)));
        post.accounts.extend(signers.iter().map(|key| AccountMeta::new_readonly(*key, true)));
        post
    }

    fn post(&self, args: calls::SurfacePostArgs, neighbours: &[Pubkey]) -> Instruction {
        self.post_with(args, neighbours, &[self.publishers[0].pubkey(), self.publishers[2].pubkey()])
    }

    pub fn posted(&mut self, args: calls::SurfacePostArgs, neighbours: &[Pubkey]) -> u64 {
        let post = self.post(args, neighbours);
        let outcome = self.world.ok(&[post], &[&self.publishers[0], &self.publishers[2]]);
        outcome.units_of(&calls::ID)
    }

    fn refused(&mut self, args: calls::SurfacePostArgs, neighbours: &[Pubkey], name: &str) {
        let post = self.post(args, neighbours);
        self.world.fail(&[post], &[&self.publishers[0], &self.publishers[2]], error(name));
    }

    /// The fit of `expiry_unix_s` as of now.
    fn fit(&mut self, expiry_unix_s: i64, parts: i64) -> calls::SurfacePostArgs {
        fit(expiry_unix_s, expiry_unix_s - self.world.unix_s(), parts)
    }

    pub fn surface_address(&self, expiry_unix_s: i64) -> Pubkey {
        addresses::surface(&self.protocol.feed, expiry_unix_s)
    }

    pub fn surface(&mut self, expiry_unix_s: i64) -> Surface {
        let address = self.surface_address(expiry_unix_s);
        self.world.read(abi::ids::ORACLE, &address)
    }

    pub fn wait_s(&mut self, seconds: i64) {
        self.world.advance_s(seconds);
        self.protocol.price(&mut self.world, SPOT);
    }
}

#[test]
fn surface_post_of_the_first_surface_stores_it_and_lists_the_expiry() {
    let mut desk = Desk::new();
    let args = desk.fit(desk.near, 0);
    desk.posted(args.clone(), &[]);
    let (clock, surface) = (desk.world.clock(), desk.surface(desk.near));
    assert_eq!(
        (surface.version, surface.min_reader, surface.signed_by.get(), surface.revision.get()),
        (1, 1, 0b101, 1)
    );
    assert_eq!((surface.feed, surface.expiry_unix_s.get()), (desk.protocol.feed.to_bytes(), desk.near));
    assert_eq!((surface.a_e9.get(), surface.b_e9.get(), surface.rho_e9.get()), (args.a_e9, args.b_e9, args.rho_e9));
    assert_eq!((surface.m_e9.get(), surface.sigma_e9.get(), surface.rate_e9.get()), (args.m_e9, args.sigma_e9, 0));
    assert_eq!(surface.reference_s.get(), args.reference_s);
    assert_eq!((surface.posted_unix_s.get(), surface.posted_slot.get()), (clock.unix_timestamp, clock.slot));
    let address = addresses::board(&desk.protocol.feed);
    let board: Board = desk.world.read(abi::ids::ORACLE, &address);
    assert_eq!((board.surface_count, board.expiries_unix_s[0].get()), (1, desk.near));
}

/// All that can be checked at once: a surface that stands, and one on the other side; and one between two.
#[test]
fn surface_post_with_sixteen_strikes_stays_within_its_units() {
    let mut desk = Desk::new();
    let (near, far) = (desk.near, desk.far);
    let middle = desk.protocol.expiry_unix_s(&mut desk.world, 8);
    let expiry = desk.protocol.expiry(&mut desk.world, middle);
    let address = addresses::expiry(&desk.protocol.market, near);
    let listed: Expiry = desk.world.read(abi::ids::MARGIN, &address);
    desk.world.edit::<Expiry>(&expiry, |expiry| {
        (expiry.strike_count, expiry.strikes_e6) = (listed.strike_count, listed.strikes_e6);
    });
    let [near_surface, far_surface] = [near, far].map(|expiry| desk.surface_address(expiry));
    let args = desk.fit(near, 0);
    desk.posted(args, &[]);
    let args = desk.fit(far, 0);
    desk.posted(args, &[near_surface]);
    let args = desk.fit(middle, 0);
    desk.posted(args, &[near_surface, far_surface]);
    desk.wait_s(60);
    let args = desk.fit(middle, 5);
    let units = desk.posted(args, &[near_surface, far_surface]);
    println!("surface_post, 16 strikes, both neighbours and a standing surface: {units} units");
    assert!(units <= UNITS_MAX, "{units}");
}

#[test]
fn surface_post_by_too_few_or_others_fails_by_name() {
    let mut desk = Desk::new();
    let [a, b, c] = [0, 1, 2].map(|at| desk.publishers[at].pubkey());
    let stranger = keypair("stranger");
    let args = desk.fit(desk.near, 0);
    let cases: [(&[Pubkey], &str); 5] = [
        (&[], "PublishersTooFew"),
        (&[a], "PublishersTooFew"),
        (&[b, b], "PublisherDoubled"),
        (&[a, stranger.pubkey()], "NotPublisher"),
        (&[a, c, stranger.pubkey()], "NotPublisher"),
    ];
    for (signers, name) in cases {
        let post = desk.post_with(args.clone(), &[], signers);
        let keys: Vec<_> =
            desk.publishers.iter().chain([&stranger]).filter(|key| signers.contains(&key.pubkey())).collect();
        desk.world.fail(&[post], &keys, error(name));
    }
    let mut unsigned = desk.post(args.clone(), &[]);
    unsigned.accounts.last_mut().expect("a publisher").is_signer = false;
    desk.world.fail(&[unsigned], &[&desk.publishers[0]], error("PublisherNotSigner"));
    let all = desk.post_with(args, &[], &[c, a, b]);
    let [a, b, c] = &desk.publishers;
    desk.world.ok(&[all], &[a, b, c]);
    assert_eq!(desk.surface(desk.near).signed_by.get(), 0b111);
}

#[test]
fn surface_post_of_bad_parameters_fails_by_name() {
    let mut desk = Desk::new();
    let good = desk.fit(desk.near, 0);
    let base = || good.clone();
    let cases = [
        (calls::SurfacePostArgs { b_e9: -1, ..base() }, "SurfaceSlopeOutOfRange"),
        (calls::SurfacePostArgs { rho_e9: 1_000_000_000, ..base() }, "SurfaceCorrelationOutOfRange"),
        (calls::SurfacePostArgs { sigma_e9: 0, ..base() }, "SurfaceWidthOutOfRange"),
        (calls::SurfacePostArgs { m_e9: i64::MIN, ..base() }, "SurfaceLevelOutOfRange"),
        (calls::SurfacePostArgs { a_e9: -10_000_000, ..base() }, "SurfaceNegativeVariance"),
        (calls::SurfacePostArgs { b_e9: 1_900_000_000, ..base() }, "SurfaceWingTooSteep"),
        (
            calls::SurfacePostArgs {
                a_e9: 0,
                b_e9: 800_000_000,
                rho_e9: 0,
                m_e9: 200_000_000,
                sigma_e9: 1_000_000,
                ..base()
            },
            "SurfaceButterfly",
        ),
        (calls::SurfacePostArgs { reference_s: base().reference_s + 61, ..base() }, "SurfaceReferenceOff"),
        (calls::SurfacePostArgs { reference_s: 0, ..base() }, "SurfaceReferenceOff"),
        (calls::SurfacePostArgs { rate_e9: 300_000_001, ..base() }, "SurfaceRateOutOfRange"),
        (calls::SurfacePostArgs { rate_e9: i64::MIN, ..base() }, "SurfaceRateOutOfRange"),
    ];
    for (args, name) in cases {
        desk.refused(args, &[], name);
    }
}

#[test]
fn surface_post_that_moves_too_fast_fails_by_name() {
    let mut desk = Desk::new();
    let args = desk.fit(desk.near, 0);
    desk.posted(args, &[]);
    desk.wait_s(30);
    // Five percent of total volatility in half a minute, so 10 % of variance and a little.
    let args = desk.fit(desk.near, 11);
    desk.refused(args, &[], "SurfaceVolMovesTooFast");
    let args = calls::SurfacePostArgs { rate_e9: 5_000_001, ..desk.fit(desk.near, 0) };
    desk.refused(args, &[], "SurfaceRateMovesTooFast");
    let args = calls::SurfacePostArgs { rate_e9: -5_000_000, ..desk.fit(desk.near, 9) };
    desk.posted(args, &[]);
    assert_eq!((desk.surface(desk.near).revision.get(), desk.surface(desk.near).rate_e9.get()), (2, -5_000_000));
}

#[test]
fn surface_post_far_from_realised_volatility_fails_vol_outside_band() {
    let mut desk = Desk::new();
    let feed = desk.protocol.feed;
    // 300 % realised: a surface at 50 % is more than four times off.
    let realise = |desk: &mut Desk, variance_e12: u64, samples: u32| {
        desk.world.edit::<Feed>(&feed, |feed| {
            (feed.variance_24h_e12, feed.variance_samples) = (variance_e12.into(), samples.into());
        });
    };
    realise(&mut desk, 9_000_000_000_000, 60);
    let args = desk.fit(desk.near, 0);
    desk.refused(args.clone(), &[], "SurfaceVolOutsideBand");
    realise(&mut desk, 9_000_000_000_000, 59);
    desk.posted(args, &[]);
}

#[test]
fn surface_post_with_a_neighbour_left_out_or_forged_fails_by_name() {
    let mut desk = Desk::new();
    let (near, far) = (desk.near, desk.far);
    let near_surface = desk.surface_address(near);
    let args = desk.fit(near, 0);
    desk.posted(args, &[]);
    let args = desk.fit(far, 0);
    let none = desk.post_with(args.clone(), &[], &[]);
    desk.world.fail(&[none], &[], error("NeighbourMissing"));
    // The first publisher stands where the neighbour belongs.
    desk.refused(args.clone(), &[], "NeighbourMismatch");
    let mut forged = desk.world.account(&near_surface).expect("a surface");
    forged.owner = key("a program");
    desk.world.set_account(&key("forged"), forged);
    desk.refused(args.clone(), &[key("forged")], "NeighbourMismatch");
    desk.posted(args, &[near_surface]);
    // From the other side it is the far one that must be there.
    desk.wait_s(10);
    let args = desk.fit(near, 0);
    desk.refused(args.clone(), &[], "NeighbourMismatch");
    // Its own surface is written to, so it cannot stand in for another.
    let own = desk.post(args.clone(), &[near_surface]);
    desk.world.fail(&[own], &[&desk.publishers[0], &desk.publishers[2]], 2040);
    desk.posted(args, &[desk.surface_address(far)]);
}

#[test]
fn surface_post_that_crosses_a_fresh_neighbour_fails_surface_calendar() {
    let mut desk = Desk::new();
    let (near, far) = (desk.near, desk.far);
    let near_surface = desk.surface_address(near);
    let args = desk.fit(near, 0);
    desk.posted(args, &[]);
    // Less total variance at twice the time.
    let args = desk.fit(far, -60);
    desk.refused(args, &[near_surface], "SurfaceCalendar");
    // Nobody may rely on a neighbour that is stale, so nothing is checked against it.
    desk.wait_s(1_201);
    let args = desk.fit(far, -60);
    desk.posted(args, &[near_surface]);
}

#[test]
fn surface_post_without_a_price_fails_feed_unreliable() {
    let mut desk = Desk::new();
    desk.world.advance_s(61);
    let args = desk.fit(desk.near, 0);
    desk.refused(args, &[], "FeedUnreliable");
}

#[test]
fn surface_post_after_expiry_or_settlement_fails_by_name() {
    let mut desk = Desk::new();
    let near = desk.near;
    let expiry = addresses::expiry(&desk.protocol.market, near);
    let args = desk.fit(near, 0);
    desk.world.edit::<Expiry>(&expiry, |expiry| expiry.state = 1);
    desk.refused(args.clone(), &[], "ExpiryMismatch");
    desk.world.edit::<Expiry>(&expiry, |expiry| expiry.state = 0);
    desk.world.set_unix_s(near - 59);
    desk.protocol.price(&mut desk.world, SPOT);
    let late = calls::SurfacePostArgs { reference_s: 59, ..args.clone() };
    desk.refused(late, &[], "SurfaceTimeOutOfRange");
    desk.world.set_unix_s(near);
    desk.protocol.price(&mut desk.world, SPOT);
    desk.refused(args, &[], "SurfaceExpired");
}

#[test]
fn surface_post_is_recorded_at_every_level() {
    let mut desk = Desk::new();
    for level in 0..=4 {
        desk.world.edit::<abi::breaker::Brake>(&addresses::brake(), |brake| (brake.level, brake.cause) = (level, 2));
        desk.wait_s(10);
        let args = desk.fit(desk.near, 0);
        desk.posted(args, &[]);
    }
    assert_eq!(desk.surface(desk.near).revision.get(), 5);
}

#[test]
fn surface_post_beyond_twelve_expiries_fails_surfaces_full() {
    let mut desk = Desk::new();
    let (board, far) = (addresses::board(&desk.protocol.feed), desk.far);
    let far_surface = desk.surface_address(far);
    let args = desk.fit(far, 0);
    desk.posted(args, &[]);
    desk.world.edit::<Board>(&board, |board| {
        board.surface_count = 12;
        for (at, expiry) in board.expiries_unix_s.iter_mut().enumerate() {
            *expiry = (far + at as i64).into();
        }
    });
    let args = desk.fit(desk.near, 0);
    desk.refused(args.clone(), &[far_surface], "SurfacesFull");
    // Those that have passed make room.
    let now = desk.world.unix_s();
    desk.world.edit::<Board>(&board, |board| {
        for (at, expiry) in board.expiries_unix_s.iter_mut().enumerate().take(11) {
            *expiry = (now - 11 + at as i64).into();
        }
        board.expiries_unix_s[11] = far.into();
    });
    desk.posted(args, &[far_surface]);
    let board: Board = desk.world.read(abi::ids::ORACLE, &board);
    assert_eq!(
        (board.surface_count, board.expiries_unix_s[0].get(), board.expiries_unix_s[1].get()),
        (2, desk.near, far)
    );
}

#[test]
fn surface_post_refuses_every_wrong_account() {
    let mut desk = Desk::new();
    let (near, far) = (desk.near, desk.far);
    let forge = |desk: &mut Desk, address: Pubkey| {
        let account = desk.world.account(&address).expect("an account to copy");
        let forged = key(&format!("forged {address}"));
        desk.world.set_account(&forged, Account { owner: key("a program"), ..account });
        forged
    };
    let (feed, market) = (desk.protocol.feed, desk.protocol.market);
    let expiry = addresses::expiry(&market, near);
    let [forged_feed, forged_market, forged_expiry] = [feed, market, expiry].map(|address| forge(&mut desk, address));
    // A genuine market of another feed.
    let elsewhere = key("a market of another feed");
    let account = desk.world.account(&market).expect("the market");
    desk.world.set_account(&elsewhere, account);
    desk.world.edit::<abi::margin::Market>(&elsewhere, |market| market.feed = key("another feed").to_bytes());
    let args = desk.fit(near, 0);
    let (post, publishers) = (desk.post(args, &[]), [keypair("publisher 0"), keypair("publisher 2")]);
    Substitutions::of(post, calls::SurfacePost::ACCOUNTS, &[&publishers[0], &publishers[1]])
        .any("payer", "whoever signs may pay the rent")
        .stranger("feed", InstructionError::AccountDataTooSmall)
        .wrong("feed", forged_feed, InstructionError::IllegalOwner)
        .stranger("board", InstructionError::AccountDataTooSmall)
        .stranger("market", error("MarketUnreadable"))
        .wrong("market", forged_market, error("MarketUnreadable"))
        .wrong("market", elsewhere, error("MarketOfAnotherFeed"))
        .stranger("expiry", error("ExpiryUnreadable"))
        .wrong("expiry", forged_expiry, error("ExpiryUnreadable"))
        .wrong("expiry", addresses::expiry(&market, far), error("ExpiryMismatch"))
        .stranger("surface", InstructionError::InvalidSeeds)
        .wrong("surface", addresses::surface(&feed, far), InstructionError::InvalidSeeds)
        .stranger("system_program", 2007)
        .wrong("system_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
