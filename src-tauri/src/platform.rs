//! What differs between platforms. Linux is tested; macOS and Windows compile by design only.

use tauri::Url;
use tauri_plugin_window_state::StateFlags;

/// Before the first window, while the process is still alone with itself.
pub(crate) fn prepare() {
    #[cfg(target_os = "linux")]
    linux::paint_without_gpu();
}

/// Wayland lets no program set its place.
pub(crate) fn kept_of_window() -> StateFlags {
    #[cfg(target_os = "linux")]
    if std::env::var_os("WAYLAND_DISPLAY").is_some() {
        return crate::WINDOW_SIZE;
    }
    crate::WHOLE_WINDOW
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
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

    /// Without a render node `WebKitGTK`'s usual path paints 19-27 frames a second, this one 47-60.
    /// The variable must stand before the process begins, so the program starts itself again with
    /// it. Whoever sets it, to anything, keeps the choice.
    pub(super) fn paint_without_gpu() {
        if std::env::var_os(SWITCH).is_some() || has_render_node() {
            return;
        }
        let Ok(program) = std::env::current_exe() else {
            return;
        };
        let error = Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(SWITCH, "1")
            .exec();
        // Slower painting is no reason not to start.
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
