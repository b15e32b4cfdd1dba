//! What differs between platforms. Linux is tested; macOS and Windows compile by design only.

use std::ffi::{OsStr, OsString};

use tauri::{Url, WebviewWindow};
use tauri_plugin_window_state::StateFlags;

/// Before the first window, while the process is still alone with itself. May begin the process again, after `leave`.
pub(crate) fn prepare(leave: impl FnOnce()) {
    #[cfg(target_os = "linux")]
    linux::begin_again(leave);
}

/// Wayland lets no program set its place.
pub(crate) fn kept_of_window() -> StateFlags {
    #[cfg(target_os = "linux")]
    if std::env::var_os("WAYLAND_DISPLAY").is_some() {
        return crate::WINDOW_SIZE;
    }
    crate::WHOLE_WINDOW
}

/// The desktop's token for this start, by which a window may come to the front; empty if there is none.
pub(crate) fn activation() -> OsString {
    ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"]
        .into_iter()
        .filter_map(std::env::var_os)
        .find(|token| !token.is_empty())
        .unwrap_or_default()
}

/// Brings the window before the others, by the token of the start that asks for it. Waits for nothing.
pub(crate) fn to_front(window: &WebviewWindow, activation: &OsStr) {
    // Whatever the desktop refuses, it refuses silently; the files are open all the same.
    let _ = window.unminimize();
    let _ = window.show();
    let _ = window.set_focus();
    #[cfg(target_os = "linux")]
    linux::activate(window.clone(), activation.to_owned());
}

/// Whether an address is a page of this program.
pub(crate) fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // How Windows and Android spell the same.
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        "about" => url.path() == "blank",
        _ => false,
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsString;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use gtk::prelude::GtkWindowExt as _;

    /// Without the token a desktop may show a notice instead, lest windows steal the focus; and it shows that a program is
    /// starting until somebody gives the token back.
    pub(super) fn activate(window: tauri::WebviewWindow, token: OsString) {
        let Some(token) = token.into_string().ok().filter(|token| !token.is_empty()) else {
            return;
        };
        let handle = window.clone();
        let _ = handle.run_on_main_thread(move || {
            if let Ok(window) = window.gtk_window() {
                window.set_startup_id(&token);
                window.present();
            }
        });
    }

    /// Without a render node `WebKitGTK`'s usual path paints 19-27 frames a second, this one 47-60.
    const PAINTING: (&str, &str) = ("WEBKIT_DISABLE_DMABUF_RENDERER", "1");

    /// Else glibc keeps most of what a long list needed while it was decoded: each thread has a heap of its own, and the first
    /// large answer makes it keep all later ones in them.
    const MEMORY: [(&str, &str); 3] = [
        ("MALLOC_ARENA_MAX", "2"),
        ("MALLOC_MMAP_THRESHOLD_", "262144"),
        ("MALLOC_TRIM_THRESHOLD_", "1048576"),
    ];

    /// These variables must stand before the process begins, so the program starts itself again with those that are missing.
    /// Whoever sets one, to anything, keeps the choice.
    pub(super) fn begin_again(leave: impl FnOnce()) {
        let painting = (!has_render_node()).then_some(PAINTING);
        let missing: Vec<(&str, &str)> = MEMORY
            .into_iter()
            .chain(painting)
            .filter(|(name, _)| std::env::var_os(name).is_none())
            .collect();
        if missing.is_empty() {
            return;
        }
        let Ok(program) = std::env::current_exe() else {
            return;
        };
        leave();
        let error = Command::new(program)
            .args(std::env::args_os().skip(1))
            .envs(missing)
            .exec();
        // Slower painting and more memory are no reasons not to start.
        eprintln!("scalescope: painting may be slow: {error}");
    }

    fn has_render_node() -> bool {
        std::fs::read_dir("/dev/dri").is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::is_own_page;

    #[test]
    fn only_own_pages() {
        for (address, own) in [
            ("tauri://localhost/index.html", true),
            ("tauri://elsewhere/", false),
            ("http://tauri.localhost/", true),
            ("https://example.com/", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
        ] {
            let url = tauri::Url::parse(address).expect("an address");
            assert_eq!(is_own_page(&url), own, "{address}");
        }
    }
}
