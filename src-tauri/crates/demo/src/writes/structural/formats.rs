//! Formats of text that a schema may ask for (kube-openapi, `validation/strfmt`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::Date;

/// Whether `text` is of the format; None for one that is not checked.
pub(super) fn is(format: &str, text: &str) -> Option<bool> {
    Some(match format {
        "date-time" | "datetime" => text.parse::<Timestamp>().is_ok(),
        "date" => text.parse::<Date>().is_ok() && text.len() == 10,
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "cidr" => text.split_once('/').is_some_and(|(address, bits)| {
            address.parse::<IpAddr>().is_ok_and(|address| {
                let most = if address.is_ipv4() { 32 } else { 128 };
                bits.parse::<u8>().is_ok_and(|bits| bits <= most)
            })
        }),
        "byte" => STANDARD.decode(text).is_ok(),
        "uuid" => {
            let parts: Vec<&str> = text.split('-').collect();
            let hexadecimal = |part: &&str| part.chars().all(|letter| letter.is_ascii_hexdigit());
            let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
            parts.iter().all(hexadecimal) && lengths == [8, 4, 4, 4, 12]
        }
        _ => return None,
    })
}
