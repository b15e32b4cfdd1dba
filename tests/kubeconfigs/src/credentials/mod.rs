//! Where credentials come from, on loopback: an authority, an OIDC issuer, proxies, fronts of API servers.

mod authority;
pub mod front;
mod http;
mod issuer;
mod proxies;

pub use authority::{Authority, Signed};
pub use issuer::{Fault, Issuer};
pub use proxies::{Login, Proxy};

/// Group of every user of the corpus.
pub const GROUP: &str = "corpus";
/// Client id at the issuer.
pub const CLIENT: &str = "scalescope-corpus";
/// Client secret at the issuer.
pub const CLIENT_SECRET: &str = "PLANTED-client-secret";
