//! The desktop shell: one window, the door between its page and [`app::App`], folders, logging.
//!
//! The only crate that names tauri. It decides nothing about clusters.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod desktop;
mod door;
mod folders;
#[cfg_attr(not(target_os = "linux"), path = "handover/elsewhere.rs")]
mod handover;
mod logging;
#[cfg(target_os = "linux")]
mod notifying;
mod platform;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use app::App;
use tauri_plugin_window_state::StateFlags;

use arguments::Asked;
use desktop::Desktop;
use folders::Folders;
use handover::{Claim, Door, Place, Request};
use window::Closing;

fn main() -> ExitCode {
    let here = std::env::current_dir().ok();
    let files = match arguments::read(std::env::args_os().skip(1), here.as_deref()) {
        Ok(Asked::Open(files)) => files,
        Ok(Asked::Print(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("scalescope: {problem}");
            return ExitCode::from(2);
        }
    };
    let folders = match Folders::of_platform() {
        Ok(folders) => folders,
        Err(problem) => {
            eprintln!("scalescope: {problem}");
            return ExitCode::FAILURE;
        }
    };
    let door = match become_first(&folders, &files) {
        Part::Window(door) => door,
        Part::Handed => return ExitCode::SUCCESS,
    };
    // Only the first needs it: of many starts at once all others begin only once.
    platform::prepare(|| {
        if let Some(door) = &door {
            // Not kept, the first place may go to another start, which takes the files.
            let _ = door.keep();
        }
    });
    let _log = logging::start(&folders.logs);
    match run(folders, files, door) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the window cannot be opened");
            eprintln!("scalescope: the window cannot be opened: {error}. Is there a display?");
            ExitCode::FAILURE
        }
    }
}

/// What this start comes down to.
enum Part {
    /// A window of its own. Without a door, later starts do not find it.
    Window(Option<Door>),
    /// A window that is open has the files now.
    Handed,
}

/// A window that cannot be found or asked keeps nobody from opening another, which then has no door.
fn become_first(folders: &Folders, files: &[PathBuf]) -> Part {
    let request = Request {
        files: files.to_vec(),
        activation: platform::activation(),
    };
    let claim = Place::of(&folders.config, folders.runtime.as_deref())
        .and_then(|place| handover::claim(&place, &request, handover::PATIENCE));
    match claim {
        Ok(Claim::First(door)) => Part::Window(Some(door)),
        Ok(Claim::Handed) => {
            if files.is_empty() && std::env::var_os("KUBECONFIG").is_some_and(|set| !set.is_empty())
            {
                println!(
                    "The window that is open came to the front. It knows only the KUBECONFIG it was started with: \
                     to open other files in it, name them: scalescope FILE..."
                );
            }
            Part::Handed
        }
        Err(error) => {
            eprintln!("scalescope: this window will not take the files of later starts: {error}");
            Part::Window(None)
        }
    }
}

fn run(folders: Folders, files: Vec<PathBuf>, door: Option<Door>) -> tauri::Result<()> {
    let home = folders.home.clone();
    let data = folders.webview.clone();
    let desktop = Arc::new(Desktop::new(folders));
    let backend = App::new(
        desktop.clone(),
        files,
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
        .manage(Closing::default())
        .invoke_handler(tauri::generate_handler![door::rpc, door::attach])
        .setup(move |app| {
            window::open(app, data)?;
            // Not before: everything that taking files needs is there now.
            if let Some(door) = door {
                let app = app.handle().clone();
                door.serve(move |request| window::take(&app, request));
            }
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
