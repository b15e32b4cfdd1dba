//! Generates the shell's context from `tauri.conf.json`.

fn main() {
    // The commands the page may call at all; everything else is refused before it reaches us.
    let commands = tauri_build::AppManifest::new().commands(&["rpc", "attach"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .expect("tauri.conf.json is valid");
}
