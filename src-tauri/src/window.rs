//! The one window: how it opens, takes files, and comes to the front.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use app::{App, Host as _};
use tauri::{
    AppHandle, DragDropEvent, Manager as _, WebviewUrl, WebviewWindowBuilder, WindowEvent,
};
use wire::Notice;

use crate::desktop::Desktop;
use crate::handover::Request;
use crate::platform;

const LABEL: &str = "main";

/// Whether the window is about to go. Held while files are taken, so that none go to a window that nobody sees.
#[derive(Default)]
pub(crate) struct Closing(Mutex<bool>);

impl Closing {
    fn get(&self) -> std::sync::MutexGuard<'_, bool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens it; `data` is where the webview keeps what it keeps.
pub(crate) fn open(app: &tauri::App, data: PathBuf) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Scalescope")
        .inner_size(1440.0, 900.0)
        .min_inner_size(900.0, 560.0)
        .data_directory(data)
        // The page is the program's own; whatever leads elsewhere stays where it is.
        .on_navigation(platform::is_own_page)
        .build()?;
    let app = app.handle().clone();
    window.on_window_event(move |event| on_event(&app, event));
    Ok(())
}

fn on_event(app: &AppHandle, event: &WindowEvent) {
    match event {
        WindowEvent::CloseRequested { .. } | WindowEvent::Destroyed => {
            *app.state::<Closing>().get() = true;
        }
        WindowEvent::DragDrop(DragDropEvent::Enter { paths, .. }) => {
            dragging(app, !paths.is_empty());
        }
        WindowEvent::DragDrop(DragDropEvent::Leave) => dragging(app, false),
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
            dragging(app, false);
            let (app, paths) = (app.clone(), paths.clone());
            // Reading them may take a while, and this is the thread that paints.
            tauri::async_runtime::spawn_blocking(move || app.state::<App>().open_files(paths));
        }
        _ => {}
    }
}

fn dragging(app: &AppHandle, over: bool) {
    app.state::<Arc<Desktop>>()
        .notify(Notice::Dragging { over });
}

/// Opens what another start hands over and comes to the front; `false` if the window is about to go.
pub(crate) fn take(app: &AppHandle, request: Request) -> bool {
    let closing = app.state::<Closing>();
    let closing = closing.get();
    if *closing {
        return false;
    }
    let Request { files, activation } = request;
    if !files.is_empty() {
        tracing::info!(files = files.len(), "another start hands over");
        app.state::<App>().open_files(files);
    }
    if let Some(window) = app.get_webview_window(LABEL) {
        platform::to_front(&window, &activation);
    }
    true
}
