use crate::Error;
use std::{
    net::{Ipv4Addr, TcpListener, UdpSocket},
    sync::atomic::{AtomicU32, Ordering},
};

/// The validator binds about 26 ports of its own (gossip, block and transaction ingest); some slack for its retries.
pub(crate) const BLOCK_WIDTH: u16 = 64;
const BLOCK_FIRST: u16 = 12_000;
/// Below the ports that the system hands out for outgoing connections.
const BLOCK_LAST: u16 = 32_000;

/// RPC is bound on all interfaces, so the test binds there too.
fn tcp_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok()
}

fn udp_free(port: u16) -> bool {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Takes the RPC, WebSocket and faucet ports until the result is dropped; the first that is not free is named.
pub(crate) fn ports_hold(rpc_port: u16, faucet_port: u16) -> Result<Vec<TcpListener>, Error> {
    let ws_port = rpc_port.checked_add(1).filter(|_| rpc_port != 0);
    let Some(ws_port) = ws_port else {
        return Err(Error::RpcPortRange { port: rpc_port });
    };
    let wanted = [
        (rpc_port, "RPC", "--rpc-port"),
        (ws_port, "WebSocket, one above RPC", "--rpc-port"),
        (faucet_port, "faucet", "--faucet-port"),
    ];
    wanted
        .into_iter()
        .map(|(port, role, option)| {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).map_err(|_| Error::PortTaken { port, role, option })
        })
        .collect()
}

/// A free pair of neighbouring ports for RPC and WebSocket.
pub(crate) fn rpc_pair_find() -> Result<u16, Error> {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    block_find(std::process::id().wrapping_add(CALLS.fetch_add(1, Ordering::Relaxed)))
}

/// First port of a free block; `salt` spreads networks that start at the same moment over different blocks.
pub(crate) fn block_find(salt: u32) -> Result<u16, Error> {
    let blocks = u32::from((BLOCK_LAST - BLOCK_FIRST) / BLOCK_WIDTH);
    (0..blocks)
        .map(|step| salt.wrapping_mul(7).wrapping_add(step) % blocks)
        .filter_map(|block| u16::try_from(block).ok())
        .map(|block| BLOCK_FIRST + block * BLOCK_WIDTH)
        .find(|first| (*first..first + BLOCK_WIDTH).all(|port| udp_free(port) && tcp_free(port)))
        .ok_or(Error::NoPortBlock { width: BLOCK_WIDTH, from: BLOCK_FIRST, to: BLOCK_LAST })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_hold_with_a_taken_port_names_it_and_the_option() {
        let first = block_find(1).unwrap();
        let _held = TcpListener::bind((Ipv4Addr::LOCALHOST, first + 1)).unwrap();
        let error = ports_hold(first, 0).unwrap_err().to_string();
        assert!(error.contains(&format!("port {}", first + 1)) && error.contains("--rpc-port"), "{error}");
    }

    #[test]
    fn ports_hold_without_room_for_the_websocket_port_fails() {
        assert!(ports_hold(u16::MAX, 0).is_err());
        assert!(ports_hold(0, 0).is_err());
    }

    #[test]
    fn block_find_skips_a_block_in_use() {
        let first = block_find(99).unwrap();
        let _held = UdpSocket::bind((Ipv4Addr::LOCALHOST, first + 5)).unwrap();
        assert_ne!(block_find(99).unwrap(), first);
    }
}
