//! Where starts are not made one: each opens a window of its own. macOS makes them one itself.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) const PATIENCE: Duration = Duration::ZERO;

pub(crate) struct Request {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) activation: OsString,
}

pub(crate) struct Place;

impl Place {
    pub(crate) fn of(_: &Path, _: Option<&Path>) -> io::Result<Self> {
        Ok(Self)
    }
}

pub(crate) enum Claim {
    First(Door),
    #[allow(dead_code)] // as on Linux
    Handed,
}

pub(crate) struct Door;

impl Door {
    pub(crate) fn keep(&self) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn serve(self, _: impl Fn(Request) -> bool + Send + 'static) {}
}

pub(crate) fn claim(_: &Place, _: &Request, _: Duration) -> io::Result<Claim> {
    Ok(Claim::First(Door))
}
