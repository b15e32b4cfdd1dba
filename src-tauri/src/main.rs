//! The desktop shell: one window, the door between its page and [`app::App`], folders, logging.
//!
//! The only crate that names tauri. It decides nothing about clusters.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod desktop;
mod door;
mod folders;
mod logging;
mod platform;

use std::process::ExitCode;
use std::sync::Arc;

use app::App;
use tauri::{WebviewUrl, WebviewWindowBuilder};
use tauri_plugin_window_state::StateFlags;

use arguments::Asked;
use desktop::Desktop;
use folders::Folders;

fn main() -> ExitCode {
    let kubeconfig = match arguments::read(std::env::args_os().skip(1)) {
        Ok(Asked::Open(kubeconfig)) => kubeconfig,
        Ok(Asked::Print(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("scalescope: {problem}");
            return ExitCode::from(2);
        }
    };
    platform::prepare();
    let folders = match Folders::of_platform() {
        Ok(folders) => folders,
        Err(problem) => {
            eprintln!("scalescope: {problem}");
            return ExitCode::FAILURE;
        }
    };
    let _log = logging::start(&folders.logs);
    match run(folders, kubeconfig) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the window cannot be opened");
            eprintln!("scalescope: the window cannot be opened: {error}. Is there a display?");
            ExitCode::FAILURE
        }
    }
}

fn run(folders: Folders, kubeconfig: Option<std::path::PathBuf>) -> tauri::Result<()> {
    let home = folders.home.clone();
    let data = folders.data.clone();
    let desktop = Arc::new(Desktop::new(folders));
    let backend = App::new(
        desktop.clone(),
        kubeconfig.into_iter().collect(),
        std::env::var_os("KUBECONFIG"),
        Some(home),
    );
    tauri::Builder::default()
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(
            tauri_plugin_window_state::Builder::default()
                .with_state_flags(platform::kept_of_window())
                .build(),
        )
        .manage(desktop)
        .manage(backend)
        .invoke_handler(tauri::generate_handler![door::rpc, door::attach])
        .setup(move |app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
                .title("Scalescope")
                .inner_size(1440.0, 900.0)
                .min_inner_size(900.0, 560.0)
                .data_directory(data)
                // The page is the program's own; whatever leads elsewhere stays where it is.
                .on_navigation(platform::is_own_page)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}

/// What of the window is kept between starts where its place may be set.
const WHOLE_WINDOW: StateFlags = StateFlags::SIZE
    .union(StateFlags::POSITION)
    .union(StateFlags::MAXIMIZED);
/// What is kept where it may not.
const WINDOW_SIZE: StateFlags = StateFlags::SIZE.union(StateFlags::MAXIMIZED);
