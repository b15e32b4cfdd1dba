//! Free loopback ports outside the range that outgoing connections use, so that none is taken between choice and use.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Error;

/// Below Linux's ephemeral range (32768 and up).
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// `N` different free ports. Another control plane starting in the same instant may still choose one of them; starting
/// points are spread by process and time to make that rare.
pub(crate) fn free<const N: usize>() -> Result<[u16; N], Error> {
    let nanoseconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.subsec_nanos());
    let span = u32::from(RANGE.end - RANGE.start);
    let first = (std::process::id().wrapping_mul(2_654_435_761) ^ nanoseconds) % span;
    let mut held = Vec::with_capacity(N);
    for step in 0..span {
        let offset = u16::try_from((first + step) % span).expect("the span fits into a port");
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, RANGE.start + offset)) {
            held.push((RANGE.start + offset, listener));
        }
        if held.len() == N {
            let ports: Vec<u16> = held.iter().map(|(port, _)| *port).collect();
            return Ok(ports.try_into().expect("exactly N were collected"));
        }
    }
    Err(Error::Io {
        what: format!("looking for {N} free ports in {RANGE:?}"),
        source: std::io::ErrorKind::AddrInUse.into(),
    })
}
