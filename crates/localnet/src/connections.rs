use crossbeam_channel::{RecvTimeoutError, Sender};
use std::{
    fs,
    mem::ManuallyDrop,
    net::{Shutdown, TcpStream},
    os::fd::{FromRawFd, RawFd},
    thread::JoinHandle,
    time::Duration,
};

const PERIOD: Duration = Duration::from_millis(100);

/// Ends clients' connections to this process, again and again until it is dropped.
///
/// The validator's RPC server stops only once every client has hung up, and clients keep idle connections open for minutes, or for as
/// long as they live. Without this a network with a browser or a test's own client attached would not stop.
pub(crate) struct ConnectionCloser {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ConnectionCloser {
    pub(crate) fn start(ports: [u16; 2]) -> Self {
        let (stop, stopped) = crossbeam_channel::bounded::<()>(0);
        let thread = std::thread::spawn(move || {
            while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                connections_close(ports);
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for ConnectionCloser {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Shuts down every connected socket of this process whose own end is one of `ports`.
fn connections_close(ports: [u16; 2]) {
    let Ok(open) = fs::read_dir("/dev/fd") else { return };
    let open: Vec<RawFd> = open.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for fd in open {
        // SAFETY: the descriptor is only asked for its addresses and shut down, never read, written or closed, and `ManuallyDrop` leaves
        // it with its owner. One that is no socket, or that was closed since it was listed, answers with an error.
        let stream = ManuallyDrop::new(unsafe { TcpStream::from_raw_fd(fd) });
        let ours = stream.local_addr().is_ok_and(|address| ports.contains(&address.port()));
        if ours && stream.peer_addr().is_ok() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io::Read, net::TcpListener};

    #[test]
    fn connections_close_ends_those_of_its_ports_and_no_other() {
        let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let ports = listeners.each_ref().map(|listener| listener.local_addr().unwrap().port());
        let mut clients = ports.map(|port| TcpStream::connect(("127.0.0.1", port)).unwrap());
        let _servers = listeners.each_ref().map(|listener| listener.accept().unwrap());
        connections_close([ports[0], ports[0]]);
        assert_eq!(clients[0].read(&mut [0]).unwrap(), 0, "the client of the closed port sees the end");
        clients[1].set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        assert!(clients[1].read(&mut [0]).is_err(), "the other client still waits");
    }
}
