use crate::Error;
use solana_faucet::faucet::{Faucet, run_faucet};
use solana_keypair::Keypair;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    thread::JoinHandle,
};
use tokio::sync::oneshot;

/// The faucet's thread; it ends when this is dropped.
pub(crate) struct FaucetThread {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl FaucetThread {
    /// Gives out lamports of `funder` without a limit.
    pub(crate) fn start(funder: Keypair, port: u16) -> Result<Self, Error> {
        let (started, start) = crossbeam_channel::bounded(1);
        let (stop, stopped) = oneshot::channel::<()>();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Faucet(error.to_string()))?;
        let thread = std::thread::Builder::new()
            .name("faucet".to_owned())
            .spawn(move || {
                let faucet = Arc::new(Mutex::new(Faucet::new(funder, None, None, None)));
                let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
                runtime.block_on(async {
                    tokio::select! {
                        () = run_faucet(faucet, listen, Some(started)) => {}
                        _ = stopped => {}
                    }
                });
            })
            .map_err(|error| Error::Faucet(error.to_string()))?;
        let address = start.recv().map_err(|error| Error::Faucet(error.to_string()))?.map_err(Error::Faucet)?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for FaucetThread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been printed already; there is nothing to add while stopping.
            let _ = thread.join();
        }
    }
}
