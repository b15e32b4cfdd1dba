//! The two commands the page may call.

use std::sync::Arc;

use app::App;
use tauri::State;
use tauri::ipc::{Channel, Response};
use wire::{Notice, Reply, WireError};

use crate::desktop::Desktop;

/// Runs one command of `wire`: `argument` is its argument as JSON text; answers JSON, or raw bytes
/// where the command says so.
#[tauri::command]
pub(crate) async fn rpc(
    backend: State<'_, App>,
    command: String,
    argument: String,
) -> Result<Response, WireError> {
    match wire::dispatch(backend.inner(), &command, &argument).await? {
        Reply::Json(text) => Ok(Response::new(text)),
        Reply::Bytes(bytes) => Ok(Response::new(bytes)),
    }
}

/// Gives the backend the channel for its notices.
#[tauri::command]
#[allow(clippy::needless_pass_by_value)] // how tauri hands a command its arguments
pub(crate) fn attach(desktop: State<'_, Arc<Desktop>>, notices: Channel<Notice>) {
    desktop.attach(notices);
}
