//! The council's commands as people type them, over the RPC of a node in this process: the whole life of a decision and of an upgrade
//! under open interest, and a lying candidate that is found out and rolled back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod node;
mod scene;
mod seed;

use scene::{Ran, Scene};
use serde_json::Value;
use std::process::Command;

const DONE: i32 = 0;
const FAILED: i32 = 1;
const NOT_UNDERSTOOD: i32 = 2;
const NOT_YET: i32 = 3;
const DIFFERS: i32 = 4;

#[test]
fn council_decides_upgrades_finds_out_a_lie_and_goes_back() {
    let scene = Scene::deployed();
    answers(&scene);
    decision(&scene);
    objection(&scene);
    upgrade(&scene);
    lie(&scene);
    p256_member(&scene);
}

/// What is asked of nobody's key.
fn answers(scene: &Scene) {
    let council = scene.ok("nobody", &["council"]);
    for part in ["seat", "TIME-SCALED", "program upgrade", "not named", "no open proposal"] {
        assert!(council.out.contains(part), "{part} in\n{}", council.out);
    }
    let council = scene.json("nobody", &["council"]);
    assert_eq!(council["members"].as_array().unwrap().len(), 7);
    assert_eq!(council["adopted"].as_array().unwrap().len(), 5, "{council}");
    let audit = scene.ok("nobody", &["verify"]);
    assert!(audit.out.contains("code is the adopted code") && !audit.out.contains("NO "), "{}", audit.out);
    assert!(scene.run("nobody", &["proposal", "99"]).fails(FAILED, "no proposal 99"));
    assert!(scene.run("nobody", &["approve", "0", "ab"]).fails(NOT_UNDERSTOOD, "64 hexadecimal digits"));
}

/// From the proposal to its execution, with every command that comes too early or from the wrong hand.
fn decision(scene: &Scene) {
    let monitor = scene::address("monitor");
    let proposed = scene.run("council-0", &["propose", "monitors", &monitor]);
    assert_eq!(proposed.code, DONE, "{}", proposed.err);
    let report = scene.json("nobody", &["proposal", "0"]);
    let digest = text(&report["digest"]);
    let words = format!("Replace the monitors by 1 keys: {monitor}.");
    for said in [text(&report["decides"]), proposed.out.clone()] {
        assert!(said.contains(&words), "{said}");
    }
    assert!(proposed.out.contains(&digest), "{}", proposed.out);
    decoded_offline(scene, &text(&report["address"]), &words);

    let other = "00".repeat(32);
    assert!(scene.run("council-0", &["approve", "0", &other]).fails(FAILED, "read again what it decides"));
    assert!(scene.run("stranger", &["approve", "0", &digest]).fails(FAILED, "NotMember"));
    assert!(scene.run("council-0", &["queue", "0"]).fails(NOT_YET, "has 0 of the 4 approvals"));
    scene.approve("0", 4);
    assert!(scene.run("council-0", &["approve", "0", &digest]).fails(FAILED, "AlreadyApproved"));
    scene.ok("keeper", &["queue", "0"]);
    assert!(scene.run("keeper", &["execute", "0"]).fails(NOT_YET, "wait, or say --wait"));
    let executed = scene.ok("keeper", &["execute", "0", "--wait"]);
    assert!(executed.out.contains("state      executed") && executed.err.contains(&digest), "{}", executed.out);
    assert!(scene.run("keeper", &["execute", "0"]).fails(FAILED, "ProposalNotQueued"));
}

/// The same bytes mean the same without any network.
fn decoded_offline(scene: &Scene, address: &str, words: &str) {
    let hex = scene.account_hex(address);
    let decoded = scene::bastion(&["--url", "http://127.0.0.1:1", "decode", "--hex", &hex]);
    assert_eq!(decoded.code, DONE, "{}", decoded.err);
    for part in [words, "digest is this action's, as proposal 0 of the governor"] {
        assert!(decoded.out.contains(part), "{part} in\n{}", decoded.out);
    }
}

fn objection(scene: &Scene) {
    scene.ok("council-1", &["propose", "relax", "0"]);
    let digest = scene.digest("1");
    for seat in 0..4 {
        scene.ok(&format!("council-{seat}"), &["object", "1", &digest]);
    }
    assert_eq!(scene.json("nobody", &["proposal", "1"])["state"], "rejected");
    scene.ok("council-1", &["propose", "relax", "1"]);
    assert!(scene.run("council-2", &["cancel", "2"]).fails(FAILED, "NotProposer"));
    scene.ok("council-1", &["cancel", "2"]);
    assert_eq!(scene.json("nobody", &["proposal", "2"])["state"], "cancelled");
}

/// A key of OpenSSL's takes the last seat, and what it says counts: signed here, or by a command that alone has the key.
fn p256_member(scene: &Scene) {
    let key = scene.file("member.pem");
    let made = Command::new("openssl").args(["ecparam", "-name", "prime256v1", "-genkey", "-out", &key]).status();
    assert!(made.unwrap().success());
    let member = scene.json("nobody", &["member", "--p256-key", &key]);
    let (member, public) = (text(&member["member"]), text(&member["p256"]));
    assert!(scene.run("nobody", &["member"]).fails(FAILED, "--p256-key"));
    let seats = scene.json("nobody", &["council"])["members"].as_array().unwrap().clone();
    let mut members: Vec<_> = seats.iter().map(text).collect();
    members[6].clone_from(&member);
    let arguments: Vec<_> = ["propose", "council"].into_iter().chain(members.iter().map(String::as_str)).collect();
    let id = scene.json("council-0", &arguments)["id"].to_string();
    scene.approve(&id, 5);
    scene.ok("keeper", &["queue", &id]);
    scene.ok("keeper", &["execute", &id, "--wait"]);
    assert_eq!(scene.json("nobody", &["council"])["members"][6], member.as_str());

    let id = scene.json("council-0", &["propose", "relax", "0"])["id"].to_string();
    let digest = scene.digest(&id);
    let signer = format!("openssl dgst -sha256 -sign {key}");
    let by_file = ["--p256-key", &key];
    let by_command = ["--p256-public", &public, "--p256-signer", &signer];
    let say = |verb, by: &[&str]| scene.run("keeper", &[&[verb, id.as_str(), digest.as_str()], by].concat());
    let approved = say("approve", &by_command);
    assert!(approved.code == DONE && approved.err.contains("with its P-256 key"), "{}", approved.err);
    assert!(approved.err.contains(&member) && approved.out.contains("(members 6)"), "{}{}", approved.err, approved.out);
    assert!(say("approve", &by_file).fails(FAILED, "AlreadyApproved"));
    assert!(say("object", &["--p256-public", &public]).fails(FAILED, "--p256-signer"));
    let objected = say("object", &by_file);
    assert_eq!(objected.code, DONE, "{}", objected.err);
    assert!(say("object", &["--p256-public", &public, "--p256-signer", "cat"]).fails(FAILED, "no ECDSA signature"));
    let other = scene.file("other.pem");
    let made = Command::new("openssl").args(["ecparam", "-name", "prime256v1", "-genkey", "-out", &other]).status();
    assert!(made.unwrap().success());
    assert!(say("approve", &["--p256-key", &other]).fails(FAILED, "NotMember"));
    scene.ok("council-0", &["cancel", &id]);
    p256_proposer(scene, &member, by_file, by_command);
    let other = scene.run("keeper", &["propose", "relax", "0", "--p256-key", &other]);
    assert!(other.fails(FAILED, "NotMember"), "{}", other.err);
}

/// The same member proposes, decisions and code, and whoever runs the command is the sponsor. Whoever proposes meanwhile takes the id that
/// was signed: the member signs once more, and no more often than that.
fn p256_proposer(scene: &Scene, member: &str, by_file: [&str; 2], by_command: [&str; 4]) {
    let next = || scene.json("nobody", &["council"])["proposals"].as_u64().unwrap();
    let id = next().to_string();
    let monitor = scene::address("monitor");
    let proposed = scene.ok("keeper", &[&["propose", "monitors", &monitor][..], &by_command].concat());
    let words = format!("Replace the monitors by 1 keys: {monitor}.");
    assert!(proposed.err.contains(&words) && proposed.out.contains(&words), "{}{}", proposed.err, proposed.out);
    assert!(proposed.err.contains(&format!("{member} proposes {id} with its P-256 key")), "{}", proposed.err);
    let digest = scene.digest(&id);
    assert!(proposed.err.contains(&digest), "{}", proposed.err);
    let approved = scene.ok("keeper", &[&["approve", &id, &digest][..], &by_file].concat());
    assert!(approved.out.contains("(members 6)"), "{}", approved.out);
    assert!(scene.run("council-0", &["cancel", &id]).fails(FAILED, "NotProposer"));
    scene.ok("keeper", &["cancel", &id]);

    let (id, elf) = (next().to_string(), scene.hostile());
    let code = scene.ok("keeper", &[&["propose", "upgrade", "margin", "--elf", &elf][..], &by_file].concat());
    assert!(code.err.contains(&format!("proposes {id}")) && code.out.contains("Replace the code"), "{}", code.err);
    scene.ok("keeper", &["cancel", &id]);
    let reclaimed = scene.ok("keeper", &["reclaim", &id]);
    assert!(reclaimed.err.contains("the bond is settled"), "{}", reclaimed.err);

    let id = next();
    let overtaken = |times| {
        let signer = scene.overtaking(by_command[3], times);
        let by = [by_command[0], by_command[1], by_command[2], &signer];
        scene.run("keeper", &[&["propose", "relax", "1"][..], &by].concat())
    };
    let once = overtaken(1);
    assert_eq!((once.code, next()), (DONE, id + 2), "{}", once.err);
    assert!(once.err.contains(&format!("somebody else's proposal is {id} now")), "{}", once.err);
    let twice = overtaken(2);
    assert!(twice.fails(FAILED, "run it again"), "{}", twice.err);
    assert_eq!(next(), id + 4, "nothing but the others' was proposed");
}

/// New code under open interest, to its end.
fn upgrade(scene: &Scene) {
    let before = scene.people();
    let id = propose(scene, &scene.elf("margin_next"));
    shadow(scene, &id);
    assert!(scene.run("keeper", &["queue", &id]).fails(FAILED, "its proposer"));
    scene.ok("council-0", &["queue", &id]);
    let executed = scene.ok("keeper", &["execute", &id, "--wait"]);
    for step in ["frozen", "page 1 of 1: 3 accounts", "all 3 accounts recorded", "runs the approved"] {
        assert!(executed.err.contains(step), "{step} in\n{}", executed.err);
    }
    assert!(executed.out.contains(&format!("bastion verify {id}")), "{}", executed.out);
    let migrated = scene.ok("keeper", &["migrate"]);
    assert!(migrated.out.contains("3 of 3 margin accounts migrated"), "{}", migrated.out);
    let verified = scene.ok("keeper", &["verify", &id]);
    assert!(verified.out.contains("canary step 1 at 1 % of the caps"), "{}", verified.out);
    assert_eq!(before, scene.people(), "an upgrade changed somebody's account");

    assert!(scene.run("keeper", &["promote", &id]).fails(NOT_YET, "BrakeOn"));
    relax(scene);
    for step in 1..=4 {
        let promoted = scene.ok("keeper", &["promote", &id, "--wait"]);
        assert!(promoted.err.contains(&format!("canary step {step} passed")), "{}", promoted.err);
    }
    let report = scene.json("nobody", &["proposal", &id]);
    assert_eq!((text(&report["state"]), &report["rollout"]), ("finalised".to_owned(), &Value::Null));
    scene.ok("keeper", &["reclaim", &id]);
    assert_eq!(scene.json("nobody", &["proposal", &id])["bond_lamports"], 0);
    scene.ok("nobody", &["verify"]);
}

/// Code that writes what it is told into people's accounts: found out from outside, and replaced by what ran before.
fn lie(scene: &Scene) {
    let id = propose(scene, &scene.hostile());
    scene.approve(&id, 5);
    scene.ok("council-0", &["queue", &id]);
    let (before, kept) = (scene.people(), scene.file("preimages"));
    scene.ok("keeper", &["execute", &id, "--wait", "--preimages", &kept]);
    assert!(scene.run("keeper", &["rollback", &id]).fails(FAILED, "RollbackUnfounded"));
    // What was added is seen from outside alone: its page says how many there are, and what was kept of it says which.
    let added = [scene.add("added account", &seed::accounts()[0]), scene.add("added expiry", &seed::expiry_address())];
    let unnamed = scene.run("keeper", &["verify", &id]);
    let words = [format!("account {}, 1 of 4 accounts on page 1", added[1]), "--vote VOTE".to_owned()];
    for words in words {
        assert!(unnamed.fails(DIFFERS, &words), "{words} in {}", unnamed.err);
    }
    let named = scene.run("keeper", &["verify", &id, "--preimages", &kept]);
    assert!(named.fails(DIFFERS, &format!("account {}, margin account {}", added[1], added[0])), "{}", named.err);
    added.iter().for_each(|account| scene.close(account));
    scene.lie();
    scene.close(&seed::accounts()[2]);
    let closed = scene.run("keeper", &["verify", &id]);
    assert!(closed.fails(FAILED, "1 of its accounts is not there any more"), "{}", closed.err);
    let found = scene.run("keeper", &["verify", &id, "--preimages", &kept]);
    assert!(found.fails(DIFFERS, "VERIFICATION FAILED: page 1 of 1"), "{}", found.err);
    // What no page holds goes, too: a ledger's record stands for it.
    let (expiry, was) = (seed::expiry_address(), scene.account(&seed::expiry_address()));
    scene.close(&expiry);
    let audit = scene.run("nobody", &["verify"]);
    assert!(audit.code == DIFFERS && audit.out.contains("NO "), "{}{}", audit.out, audit.err);
    let again = scene.run("keeper", &["verify", &id]);
    assert!(again.fails(DIFFERS, "bastion rollback"), "{}", again.err);
    let back = scene.ok("keeper", &["rollback", &id]);
    assert!(back.out.contains("rolled back, to be verified"), "{}", back.out);
    let audit = scene.run("nobody", &["verify"]);
    let code = audit.out.lines().find(|line| line.contains("code is the adopted code") && line.contains("margin"));
    assert!(code.is_some_and(|line| line.starts_with("yes")), "{}", audit.out);

    assert!(scene.run("keeper", &["verify", &id]).fails(FAILED, "RecordDiffers"));
    let restored = scene.ok("keeper", &["restore", &id, "--preimages", &kept]);
    for account in [seed::accounts()[0], seed::accounts()[2], expiry] {
        assert!(restored.err.contains(&format!("account {account} is what it was")), "{account} in {}", restored.err);
    }
    assert_eq!(was, scene.account(&expiry), "an account that was closed is another now");
    let again = scene.ok("keeper", &["restore", &id, "--preimages", &kept]);
    assert!(!again.err.contains("is what it was"), "{}", again.err);
    let verified = scene.ok("keeper", &["verify", &id]);
    assert!(verified.out.contains("state      rolled back"), "{}", verified.out);
    assert_eq!(before, scene.people(), "not everybody has back what they had");
    scene.ok("nobody", &["verify"]);
    let reclaimed = scene.ok("keeper", &["reclaim", &id]);
    assert!(reclaimed.err.contains("the bond is settled"), "{}", reclaimed.err);
}

/// The approvals of an upgrade, replayed under its code, and under other code that takes none of them.
fn shadow(scene: &Scene, id: &str) {
    let file = scene.file("recording.json");
    let shadow = ["shadow", id, "--seconds", "120", "--transactions", "5", "--save", &file, "--json"];
    let mut listening = scene.start("nobody", &shadow);
    listening.hear("listening");
    scene.approve(id, 5);
    let heard = listening.end();
    assert_eq!(heard.code, DONE, "{}", heard.err);
    let heard: Value = serde_json::from_str(&heard.out).unwrap();
    let replayed = heard["replayed"].as_array().unwrap().len();
    assert!(replayed > 0 && heard["reproduced"] == replayed && heard["differing"] == 0, "{heard}");
    let again = scene.json("nobody", &["shadow", id, "--recording", &file]);
    assert_eq!(again["root"], heard["root"], "whoever replays the same gets the same");
    let other =
        scene.run("nobody", &["shadow", "--program", "governor", "--elf", &scene.hostile(), "--recording", &file]);
    assert!(other.fails(DIFFERS, "came out otherwise under the candidate"), "{}", other.err);
    assert!(other.out.contains("result root"), "{}", other.out);
}

/// An upgrade of margin to this file.
fn propose(scene: &Scene, elf: &str) -> String {
    let proposed = scene.ok("council-0", &["propose", "upgrade", "margin", "--elf", elf, "--json"]);
    let report: Value = serde_json::from_str(&proposed.out).unwrap();
    report["id"].to_string()
}

/// The brake down to level 0.
fn relax(scene: &Scene) {
    let proposed = scene.json("council-0", &["propose", "relax", "0"]);
    let id = proposed["id"].to_string();
    scene.approve(&id, 4);
    scene.ok("keeper", &["queue", &id]);
    scene.ok("keeper", &["execute", &id, "--wait"]);
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl Ran {
    /// Whether it ended so, and said this.
    #[track_caller]
    fn fails(&self, code: i32, words: &str) -> bool {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        self.err.contains(words)
    }
}
