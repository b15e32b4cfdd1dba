//! Writes what the window made where the person said.

use std::io::{self, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wire::{ErrorCode, SaveExport, SavedExport, WireError};

use crate::host::Host;

/// Asks where, and writes. Nothing is written where nothing was chosen.
///
/// # Errors
/// [`ErrorCode::Malformed`] if the bytes are no base64; [`ErrorCode::Other`] if the file cannot be written.
pub(crate) async fn save(host: &dyn Host, ask: SaveExport) -> Result<SavedExport, WireError> {
    let bytes = STANDARD.decode(&ask.base64).map_err(|_| {
        WireError::new(
            ErrorCode::Malformed,
            "The window gave bytes that cannot be read.",
            "",
        )
    })?;
    let Some(path) = host.choose_place(&plain(&ask.name)).await else {
        return Ok(SavedExport { path: None });
    };
    let words = path.display().to_string();
    let shown = model::text::visible(&words).into_owned();
    let written = tokio::task::spawn_blocking(move || write(&path, &bytes)).await;
    match written.unwrap_or_else(|error| Err(io::Error::other(error))) {
        Ok(()) => Ok(SavedExport { path: Some(shown) }),
        Err(error) => Err(WireError::new(
            ErrorCode::Other,
            format!("{shown} cannot be written."),
            error.to_string(),
        )),
    }
}

/// A name that is no path, whatever was asked for.
fn plain(name: &str) -> String {
    name.chars()
        .map(|sign| match sign {
            '/' | '\\' | ':' => '-',
            sign if sign.is_control() => '-',
            sign => sign,
        })
        .collect()
}

/// Written beside, then put in its place, so that what stood there is replaced whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .ok_or_else(|| io::Error::other("it is in no folder"))?;
    let mut builder = tempfile::Builder::new();
    // As other programs make files: what others may read is the account's own choice.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut beside = builder.prefix(".scalescope-").tempfile_in(folder)?;
    beside.write_all(bytes)?;
    beside.as_file().sync_all()?;
    beside.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use std::path::PathBuf;

    use futures_util::future::BoxFuture;
    use wire::Notice;

    use super::*;

    struct Chooses(Option<PathBuf>);

    impl Host for Chooses {
        fn notify(&self, _: Notice) {}
        fn now_ms(&self) -> i64 {
            0
        }
        fn config_folder(&self) -> PathBuf {
            PathBuf::new()
        }
        fn choose_place(&self, name: &str) -> BoxFuture<'static, Option<PathBuf>> {
            let place = self.0.as_ref().map(|folder| folder.join(name));
            Box::pin(async { place })
        }
    }

    fn ask(name: &str, base64: &str) -> SaveExport {
        SaveExport {
            name: name.to_owned(),
            base64: base64.to_owned(),
        }
    }

    #[tokio::test]
    async fn what_was_there_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cosci.csv");
        std::fs::write(&path, "longer than what comes").unwrap();
        let host = Chooses(Some(folder.path().to_owned()));
        let saved = save(&host, ask("cosci.csv", "YSxiDQo=")).await.unwrap();
        assert_eq!(saved.path, Some(path.display().to_string()));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a,b\r\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_name_leads_out_of_no_folder() {
        let folder = tempfile::tempdir().unwrap();
        let host = Chooses(Some(folder.path().to_owned()));
        let saved = save(&host, ask("../up/x.svg", "YQ==")).await.unwrap();
        let place = folder.path().join("..-up-x.svg");
        assert_eq!(saved.path, Some(place.display().to_string()));
        assert!(place.is_file());
    }

    #[tokio::test]
    async fn nothing_is_written_without_a_place() {
        let saved = save(&Chooses(None), ask("x.png", "YQ==")).await.unwrap();
        assert_eq!(saved.path, None);
    }

    #[tokio::test]
    async fn what_cannot_be_done_is_said() {
        let nowhere = Chooses(Some(PathBuf::from("/nowhere/at/all")));
        let unwritten = save(&nowhere, ask("x.png", "YQ==")).await.unwrap_err();
        assert_eq!(unwritten.code, ErrorCode::Other);
        assert!(unwritten.message.contains("/nowhere/at/all/x.png"));
        let garbled = save(&nowhere, ask("x.png", "?")).await.unwrap_err();
        assert_eq!(garbled.code, ErrorCode::Malformed);
    }
}
