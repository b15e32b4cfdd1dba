//! Notifications on the desktop, through its session bus.
//!
//! By `GLib`, which the window brings along. Without a bus none is started: that is said instead.

use std::collections::HashMap;
use std::path::Path;

use app::Notification;
use gtk::gio::{Cancellable, DBusCallFlags, DBusConnection, DBusConnectionFlags};
use gtk::glib::{ToVariant, Variant};

/// The service of the Desktop Notifications Specification.
const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// How long it may take to answer, ms.
const PATIENCE_MS: i32 = 5_000;

/// Shows one. Blocks until the desktop took it.
///
/// # Errors
/// A sentence says why it did not.
pub(crate) fn show(notification: &Notification) -> Result<(), String> {
    let body = as_text(&notification.body);
    let hints = HashMap::from([("desktop-entry", "dev.scalescope.Scalescope".to_variant())]);
    let parameters = (
        "Scalescope",
        0_u32,
        "scalescope",
        notification.title.as_str(),
        body.as_str(),
        Vec::<String>::new(),
        hints,
        -1_i32,
    );
    call("Notify", Some(&parameters.to_variant()))
}

/// Whether anything shows notifications. Blocks until the desktop answered.
///
/// # Errors
/// A sentence says why not.
pub(crate) fn ask() -> Result<(), String> {
    call("GetServerInformation", None)
}

fn call(method: &str, parameters: Option<&Variant>) -> Result<(), String> {
    let runtime = std::env::var("XDG_RUNTIME_DIR").ok();
    let bus = std::env::var("DBUS_SESSION_BUS_ADDRESS").ok();
    let address = address(bus.as_deref(), runtime.as_deref())
        .ok_or_else(|| unshown("there is no session bus"))?;
    let flags =
        DBusConnectionFlags::AUTHENTICATION_CLIENT | DBusConnectionFlags::MESSAGE_BUS_CONNECTION;
    let connection = DBusConnection::for_address_sync(&address, flags, None, Cancellable::NONE);
    let answer = connection.and_then(|connection| {
        connection.call_sync(
            Some(SERVICE),
            PATH,
            SERVICE,
            method,
            parameters,
            None,
            DBusCallFlags::NONE,
            PATIENCE_MS,
            Cancellable::NONE,
        )
    });
    answer.map(drop).map_err(|error| unshown(error.message()))
}

/// Where the session's bus is: as it is said, else where it is by custom. An address by which one would be started counts as none.
fn address(said: Option<&str>, runtime: Option<&str>) -> Option<String> {
    if let Some(said) = said.filter(|said| !said.is_empty()) {
        return (!said.starts_with("autolaunch:")).then(|| said.to_owned());
    }
    let socket = Path::new(runtime.filter(|folder| !folder.is_empty())?).join("bus");
    socket
        .exists()
        .then(|| format!("unix:path={}", socket.display()))
}

fn unshown(why: &str) -> String {
    format!(
        "This desktop shows no notifications: {}.",
        why.trim_end_matches('.')
    )
}

/// A notification's body may be read as markup, in which a name from a cluster has nothing to say.
fn as_text(body: &str) -> String {
    body.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_holds_no_markup() {
        for (body, text) in [
            ("at max, load asks 14", "at max, load asks 14"),
            (
                "<b>a</b> & <img src=x>",
                "&lt;b&gt;a&lt;/b&gt; &amp; &lt;img src=x&gt;",
            ),
            ("&lt;", "&amp;lt;"),
        ] {
            assert_eq!(as_text(body), text);
        }
    }

    #[test]
    fn no_bus_is_started() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let runtime = folder.path().to_str();
        for said in [None, Some(""), Some("autolaunch:")] {
            assert_eq!(address(said, runtime), None, "{said:?}");
        }
        assert_eq!(
            address(Some("unix:path=/run/bus"), runtime).as_deref(),
            Some("unix:path=/run/bus")
        );
        std::fs::write(folder.path().join("bus"), "").expect("a file for the test");
        let found = address(None, runtime).expect("it is where it is by custom");
        assert!(
            found.starts_with("unix:path=/") && found.ends_with("/bus"),
            "{found}"
        );
        assert_eq!(address(Some("autolaunch:"), runtime), None);
    }
}
