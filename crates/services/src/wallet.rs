//! Sending transactions: simulated first, priced within bounds, sent again until they land or can no longer, and refused by name.

use crate::{Backoff, Rpc, RpcError, Status};
use serde::Deserialize;
use serde_json::Value;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_hash::Hash;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use solana_signer::Signer;
use solana_transaction::Transaction;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const UNITS_MAX: u32 = 1_400_000;
/// What is asked for beyond what the simulation used, in percent: state may differ a little when the transaction lands.
const UNITS_SPARE_PERCENT: u64 = 20;
/// A wallet asks for a few more than that, fewer than so many, and for as many all its life: two daemons of one key would else send one and the
/// same transaction for one and the same blockhash, and each would count as its own what landed once.
const UNITS_OWN: u32 = 10_000;
const SIGNATURE_LAMPORTS: u64 = 5_000;
const MICRO: u64 = 1_000_000;
const HOUR: Duration = Duration::from_secs(3_600);
const POLL: Duration = Duration::from_millis(200);
/// Between two sends of one transaction.
const RESEND: Duration = Duration::from_secs(2);
/// An RPC that is silent for so long while a transaction is under way has outlived its blockhash.
const SILENCE: Duration = Duration::from_secs(60);
/// Bytes of a transaction, by the network's packet.
const TRANSACTION_MAX: usize = 1_232;

/// What may be spent on fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeeLimits {
    /// Bid for each compute unit, in millionths of a lamport.
    pub micro_lamports_per_unit: u64,
    /// Most lamports of fees in an hour.
    pub lamports_per_hour: u64,
}

impl Default for FeeLimits {
    fn default() -> Self {
        Self { micro_lamports_per_unit: 1_000, lamports_per_hour: 200_000_000 }
    }
}

/// A program's own refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which of the instructions.
    pub at: u64,
    /// The program's name for it, or the runtime's.
    pub name: String,
    pub message: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SendError {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    #[error("{what}: refused by {}: {}", .refused.name, .refused.message)]
    Refused { what: String, refused: Refused },
    #[error("{what}: its blockhash expired before it landed ({signature})")]
    NotLanded { what: String, signature: Signature },
    #[error("fees of {spent} lamports within the hour reach the limit of {limit}: raise `lamports_per_hour`, or wait")]
    FeesSpent { spent: u64, limit: u64 },
    #[error("{what}: {len} bytes are more than a transaction's {TRANSACTION_MAX}")]
    TooLarge { what: String, len: usize },
}

impl SendError {
    /// Whether a program refused with this name.
    pub fn is_refusal(&self, name: &str) -> bool {
        matches!(self, Self::Refused { refused, .. } if refused.name == name)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("cannot read the key pair {path}: {reason}")]
pub struct KeyError {
    path: String,
    reason: String,
}

/// Reads a key file as the Solana command line writes it.
pub fn keypair_load(path: &Path) -> Result<Keypair, KeyError> {
    let fail = |reason: String| KeyError { path: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
    let bytes: Vec<u8> = serde_json::from_str(&text).map_err(|error| fail(error.to_string()))?;
    Keypair::try_from(&bytes[..]).map_err(|error| fail(error.to_string()))
}

/// A transaction that landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub signature: Signature,
    pub slot: u64,
    pub units: u64,
}

/// A key that pays, and what it may spend.
pub struct Wallet {
    pub rpc: Rpc,
    keypair: Keypair,
    limits: FeeLimits,
    spent: Mutex<Spent>,
    units_own: u32,
}

struct Spent {
    since: Instant,
    lamports: u64,
}

impl Wallet {
    pub fn new(rpc: Rpc, keypair: Keypair, limits: FeeLimits) -> Self {
        let drawn = RandomState::new().hash_one(keypair.pubkey()).checked_rem(UNITS_OWN.into());
        let units_own = drawn.and_then(|drawn| u32::try_from(drawn).ok()).unwrap_or_default();
        Self { rpc, keypair, limits, spent: Mutex::new(Spent { since: Instant::now(), lamports: 0 }), units_own }
    }

    pub fn key(&self) -> Pubkey {
        self.keypair.pubkey()
    }

    pub fn keypair(&self) -> &Keypair {
        &self.keypair
    }

    /// Simulates, sends, and waits until it is confirmed. `what` names it in errors and metrics.
    pub async fn send(
        &self,
        what: &'static str,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Result<Sent, SendError> {
        let outcome = self.send_inner(what, instructions, signers).await;
        let said = match &outcome {
            Ok(_) => "landed",
            Err(SendError::Refused { .. }) => "refused",
            Err(SendError::NotLanded { .. }) => "not_landed",
            Err(SendError::FeesSpent { .. }) => "fees_spent",
            Err(SendError::Rpc(_) | SendError::TooLarge { .. }) => "failed",
        };
        metrics::counter!("transactions_total", "what" => what, "outcome" => said).increment(1);
        outcome
    }

    async fn send_inner(
        &self,
        what: &str,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Result<Sent, SendError> {
        let draft = Transaction::new_unsigned(self.message(instructions, UNITS_MAX));
        let found = self.rpc.simulate(&draft).await?;
        if let Some(error) = &found.error {
            return Err(SendError::Refused { what: what.to_owned(), refused: refused(error, &found.logs) });
        }
        let units = self.units(found.units);
        let mut keys = vec![&self.keypair];
        keys.extend(signers.iter().filter(|signer| signer.pubkey() != self.key()));
        self.fees_take(units, keys.len())?;
        let (blockhash, last_height) = self.rpc.blockhash().await?;
        let transaction = self.signed(what, self.message(instructions, units), &keys, blockhash)?;
        self.land(what, &transaction, last_height).await
    }

    /// What to ask for, when so many were used.
    fn units(&self, used: u64) -> u32 {
        let asked = used.saturating_mul(100u64.saturating_add(UNITS_SPARE_PERCENT)).div_ceil(100);
        let most = UNITS_MAX.saturating_sub(UNITS_OWN);
        u32::try_from(asked).unwrap_or(most).clamp(1_000, most).saturating_add(self.units_own)
    }

    fn message(&self, instructions: &[Instruction], units: u32) -> Message {
        let budget = [
            ComputeBudgetInstruction::set_compute_unit_limit(units),
            ComputeBudgetInstruction::set_compute_unit_price(self.limits.micro_lamports_per_unit),
        ];
        let all: Vec<_> = budget.iter().chain(instructions).cloned().collect();
        Message::new(&all, Some(&self.key()))
    }

    fn signed(
        &self,
        what: &str,
        message: Message,
        keys: &[&Keypair],
        blockhash: Hash,
    ) -> Result<Transaction, SendError> {
        let mut transaction = Transaction::new_unsigned(message);
        let unsigned = |error: &dyn std::fmt::Display| SendError::Refused {
            what: what.to_owned(),
            refused: Refused { at: 0, name: "Unsigned".to_owned(), message: error.to_string() },
        };
        transaction.try_sign(&keys.to_vec(), blockhash).map_err(|error| unsigned(&error))?;
        let len = wincode::serialize(&transaction).map_or(usize::MAX, |bytes| bytes.len());
        if len > TRANSACTION_MAX {
            return Err(SendError::TooLarge { what: what.to_owned(), len });
        }
        Ok(transaction)
    }

    /// Sends again until it lands or its blockhash has expired.
    async fn land(&self, what: &str, transaction: &Transaction, last_height: u64) -> Result<Sent, SendError> {
        let mut signature = self.rpc.send(transaction).await?;
        let mut sent = Instant::now();
        let mut backoff = Backoff::new(POLL, RESEND);
        loop {
            tokio::time::sleep(if backoff.failures() == 0 { POLL } else { backoff.failed() }).await;
            // An RPC that does not answer says nothing about the transaction: it is asked again until its time is over.
            match self.rpc.statuses(&[signature]).await {
                Ok(statuses) => {
                    backoff.succeeded();
                    if let Some(Some(status)) = statuses.first() {
                        if let Some(done) = landed(what, signature, status)? {
                            return Ok(done);
                        }
                        continue;
                    }
                }
                Err(error) => {
                    let _ = backoff.failed();
                    tracing::debug!(%error, "asking again");
                    if sent.elapsed() > SILENCE {
                        return Err(error.into());
                    }
                    continue;
                }
            }
            if self.rpc.block_height().await.is_ok_and(|height| height > last_height) {
                return Err(SendError::NotLanded { what: what.to_owned(), signature });
            }
            if sent.elapsed() >= RESEND {
                sent = Instant::now();
                signature = self.rpc.send(transaction).await.unwrap_or(signature);
            }
        }
    }

    /// Notes the fees of a transaction before it is sent.
    fn fees_take(&self, units: u32, signatures: usize) -> Result<(), SendError> {
        let priority = u64::from(units).saturating_mul(self.limits.micro_lamports_per_unit).div_ceil(MICRO);
        let base = u64::try_from(signatures).unwrap_or(u64::MAX).saturating_mul(SIGNATURE_LAMPORTS);
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.since.elapsed() >= HOUR {
            *spent = Spent { since: Instant::now(), lamports: 0 };
        }
        let total = spent.lamports.saturating_add(priority).saturating_add(base);
        if total > self.limits.lamports_per_hour {
            return Err(SendError::FeesSpent { spent: spent.lamports, limit: self.limits.lamports_per_hour });
        }
        spent.lamports = total;
        metrics::counter!("fees_lamports_total").increment(priority.saturating_add(base));
        Ok(())
    }
}

/// `None` while it is not confirmed.
fn landed(what: &str, signature: Signature, status: &Status) -> Result<Option<Sent>, SendError> {
    if let Some(error) = &status.error {
        return Err(SendError::Refused { what: what.to_owned(), refused: refused(error, &[]) });
    }
    Ok(status.confirmed.then_some(Sent { signature, slot: status.slot, units: 0 }))
}

/// A transaction's error in words: `{"InstructionError": [2, {"Custom": 6001}]}` by the program's own name.
fn refused(error: &Value, logs: &[String]) -> Refused {
    let instruction = error.get("InstructionError").and_then(Value::as_array);
    // Two instructions of the compute budget stand before the caller's.
    let at = instruction.and_then(|parts| parts.first()?.as_u64()).unwrap_or_default().saturating_sub(2);
    let code =
        instruction.and_then(|parts| parts.get(1)?.get("Custom")?.as_u64()).and_then(|code| u32::try_from(code).ok());
    if let Some((program, name, message)) = code.and_then(client::error_name) {
        return Refused { at, name: name.to_owned(), message: format!("{program}: {message}") };
    }
    let name = match instruction.and_then(|parts| parts.get(1)) {
        Some(Value::String(name)) => name.clone(),
        Some(other) => other.to_string(),
        None => error.as_str().map_or_else(|| error.to_string(), str::to_owned),
    };
    Refused { at, name, message: logs.last().cloned().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn refused_names_a_programs_error_by_its_code() {
        let (code, name, _) = client::margin::ERRORS[0];
        let said = refused(&json!({ "InstructionError": [3, { "Custom": code }] }), &[]);
        assert_eq!((said.at, said.name.as_str()), (1, name));
        let said = refused(&json!({ "InstructionError": [2, "InvalidAccountData"] }), &["log".to_owned()]);
        assert_eq!((said.at, said.name.as_str(), said.message.as_str()), (0, "InvalidAccountData", "log"));
        assert_eq!(refused(&json!("BlockhashNotFound"), &[]).name, "BlockhashNotFound");
    }

    fn wallet(limits: FeeLimits) -> Wallet {
        let rpc = Rpc::new("http://127.0.0.1:1", Duration::from_secs(1)).unwrap();
        Wallet::new(rpc, Keypair::new_from_array([1; 32]), limits)
    }

    #[test]
    fn wallets_of_one_key_ask_for_units_of_their_own_and_for_enough() {
        let wallets: Vec<_> = (0..8).map(|_| wallet(FeeLimits::default())).collect();
        for used in [0, 1, 100_000, 1_150_000, 1_400_000, u64::MAX] {
            let asked: Vec<_> = wallets.iter().map(|wallet| wallet.units(used)).collect();
            assert!(asked.iter().all(|units| *units <= UNITS_MAX && u64::from(*units) >= used.min(1_390_000)));
            assert!(asked.iter().any(|units| *units != asked[0]), "{asked:?}");
            assert_eq!(wallets[0].units(used), asked[0], "the same each time: what is sent again is the same");
        }
    }

    #[test]
    fn fees_stop_at_the_hours_limit() {
        let wallet = wallet(FeeLimits { micro_lamports_per_unit: 1_000_000, lamports_per_hour: 20_000 });
        assert!(wallet.fees_take(4_000, 1).is_ok(), "9,000 lamports");
        assert!(wallet.fees_take(4_000, 1).is_ok(), "18,000");
        assert!(matches!(wallet.fees_take(4_000, 1), Err(SendError::FeesSpent { spent: 18_000, limit: 20_000 })));
    }
}
