use crate::Error;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, TryLockError},
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Name of the state file in the ledger folder.
const STATE_FILE: &str = "localnet.json";
/// Present in every ledger folder, also in one whose state file was deleted.
const GENESIS_FILE: &str = "genesis.bin";
/// How long a process may take to stop when asked, and again when killed.
const STOP_SECONDS: u64 = 15;

#[derive(Debug, Default, Serialize, Deserialize)]
struct RunState {
    pid: u32,
    started_at_unix_s: u64,
    /// Absent while the network runs, and for ever if it was killed.
    stopped_at_unix_s: Option<u64>,
}

/// What an earlier run left in the ledger folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Previous {
    /// Nothing: a new folder.
    None,
    /// A run that stopped as it should.
    Stopped,
    /// A run that was killed: its files were removed.
    Unfinished { pid: u32, started_at_unix_s: u64 },
    /// A run that was going on and was stopped for this one.
    Replaced { pid: u32 },
}

/// The ledger folder, held for this process. The lock on the state file, not the pid in it, says whether a network
/// runs here: the system drops it with the process, however that ends, and a pid may be in use again by another program.
#[derive(Debug)]
pub(crate) struct Claim {
    file: File,
    state: RunState,
    pub(crate) previous: Previous,
}

impl Claim {
    /// Takes the folder, and empties it.
    pub(crate) fn take(ledger: &Path, replace: bool) -> Result<Self, Error> {
        ledger_is_ours(ledger)?;
        fs::create_dir_all(ledger).map_err(Error::io("cannot create the ledger folder", ledger))?;
        let path = ledger.join(STATE_FILE);
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(Error::io("cannot open the state file", &path))?;
        let replaced = lock(&mut file, ledger, &path, replace)?;
        let previous = match (replaced, state_read(&mut file)) {
            (Some(pid), _) => Previous::Replaced { pid },
            (None, None) => Previous::None,
            (None, Some(RunState { stopped_at_unix_s: Some(_), .. })) => Previous::Stopped,
            (None, Some(RunState { pid, started_at_unix_s, .. })) => Previous::Unfinished { pid, started_at_unix_s },
        };
        ledger_empty(ledger)?;
        let state = RunState { pid: std::process::id(), started_at_unix_s: unix_now(), stopped_at_unix_s: None };
        let mut claim = Self { file, state, previous };
        claim.write().map_err(Error::io("cannot write the state file", &path))?;
        Ok(claim)
    }

    fn write(&mut self) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        serde_json::to_writer(&mut self.file, &self.state)?;
        self.file.flush()
    }
}

/// A run that ends in any way but by being killed is recorded as stopped.
impl Drop for Claim {
    fn drop(&mut self) {
        self.state.stopped_at_unix_s = Some(unix_now());
        // A record that cannot be written makes the next start report an unfinished run: true enough.
        let _ = self.write();
    }
}

/// Locks the state file; returns the pid of the process that had to be stopped for it.
fn lock(file: &mut File, ledger: &Path, path: &Path, replace: bool) -> Result<Option<u32>, Error> {
    let try_lock = |file: &File| match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(Error::io("cannot lock the state file", path)(error)),
    };
    if try_lock(file)? {
        return Ok(None);
    }
    let pid = state_read(file)
        .map(|state| state.pid)
        .filter(|pid| pid_holds(*pid, path))
        .ok_or_else(|| Error::HolderUnknown { ledger: ledger.to_owned() })?;
    if !replace {
        return Err(Error::AlreadyRunning { pid, ledger: ledger.to_owned() });
    }
    for signal in [libc::SIGTERM, libc::SIGKILL] {
        signal_send(pid, signal);
        let deadline = Instant::now() + Duration::from_secs(STOP_SECONDS);
        while Instant::now() < deadline {
            if try_lock(file)? {
                return Ok(Some(pid));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    Err(Error::ReplaceTimeout { pid, seconds: STOP_SECONDS })
}

/// Does the process have the state file open? Guards against a signal to a program that got an old pid.
/// Where the system has no `/proc` the lock alone has to do.
fn pid_holds(pid: u32, path: &Path) -> bool {
    let open_files = match fs::read_dir(format!("/proc/{pid}/fd")) {
        Ok(open_files) => open_files,
        Err(_) => return !Path::new("/proc/self/fd").exists(),
    };
    let path = fs::canonicalize(path).ok();
    open_files.flatten().any(|open| fs::read_link(open.path()).ok().is_some_and(|target| Some(target) == path))
}

fn signal_send(pid: u32, signal: libc::c_int) {
    if let Ok(pid) = libc::pid_t::try_from(pid)
        && pid > 1
    {
        // SAFETY: kill takes two integers and touches no memory of ours. A failure shows as a lock that stays held.
        unsafe { libc::kill(pid, signal) };
    }
}

fn state_read(file: &mut File) -> Option<RunState> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// A folder that is about to be emptied must be new, empty, or made by a local network.
fn ledger_is_ours(ledger: &Path) -> Result<(), Error> {
    let foreign = || Error::LedgerForeign { path: ledger.to_owned() };
    if !ledger.exists() {
        return Ok(());
    }
    let mut entries = fs::read_dir(ledger).map_err(|_| foreign())?;
    let known = ledger.join(STATE_FILE).exists() || ledger.join(GENESIS_FILE).exists();
    if known || entries.next().is_none() { Ok(()) } else { Err(foreign()) }
}

/// Removes everything but the state file, whose lock is held.
fn ledger_empty(ledger: &Path) -> Result<(), Error> {
    let entries = fs::read_dir(ledger).map_err(Error::io("cannot list the ledger folder", ledger))?;
    for entry in entries.flatten() {
        let path: PathBuf = entry.path();
        if entry.file_name() == STATE_FILE {
            continue;
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(Error::io("cannot remove a file of an earlier run:", path))?;
    }
    Ok(())
}

fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claim_of_new_folder_finds_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let claim = Claim::take(&dir.path().join("ledger"), false).unwrap();
        assert_eq!(claim.previous, Previous::None);
    }

    #[test]
    fn claim_after_a_finished_run_says_stopped() {
        let dir = tempfile::tempdir().unwrap();
        drop(Claim::take(dir.path(), false).unwrap());
        assert_eq!(Claim::take(dir.path(), false).unwrap().previous, Previous::Stopped);
    }

    #[test]
    fn claim_after_a_killed_run_says_unfinished_and_removes_its_files() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(STATE_FILE), r#"{"pid":77,"started_at_unix_s":5}"#).unwrap();
        fs::create_dir(dir.path().join("rocksdb")).unwrap();
        fs::write(dir.path().join("rocksdb/1"), "x").unwrap();
        let claim = Claim::take(dir.path(), false).unwrap();
        assert_eq!(claim.previous, Previous::Unfinished { pid: 77, started_at_unix_s: 5 });
        assert!(!dir.path().join("rocksdb").exists());
    }

    #[test]
    fn claim_of_a_running_network_fails_already_running_with_its_pid() {
        let dir = tempfile::tempdir().unwrap();
        let _running = Claim::take(dir.path(), false).unwrap();
        let error = Claim::take(dir.path(), false).unwrap_err();
        assert!(matches!(error, Error::AlreadyRunning { pid, .. } if pid == std::process::id()), "{error}");
    }

    #[test]
    fn claim_of_a_folder_with_other_files_fails_ledger_foreign_and_keeps_them() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.txt"), "x").unwrap();
        assert!(matches!(Claim::take(dir.path(), true).unwrap_err(), Error::LedgerForeign { .. }));
        assert!(dir.path().join("thesis.txt").exists());
    }
}
