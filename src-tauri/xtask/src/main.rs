//! The developer's and CI's one entry: `cargo xtask <command>`.

mod bench;
mod binaries;
mod bundle;
mod children;
mod count;
mod icons;
mod notice;
mod packages;
mod places;
mod run;
mod setup;
mod steps;
mod test;
mod ui;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  run [KUBECONFIG]...          build the program and open its window
  test [--fast]                every check and test; --fast leaves out the real control plane and the window
  prove                        the same with the full counts of the long tests
  bench                        measure the release build, and print the table for the README
  control-plane up [--pace quick|upstream] | down | status
                               a real Kubernetes with KEDA and Prometheus, and a story of scaling to look at
  bundle [--debug]             make the .deb and the .rpm, of the release build
  icons [--check]              paint icons/*.png from the SVG, or check that they are what it gives
  notice [--check]             write src-tauri/NOTICE, or check that it is up to date
  setup                        install what building and testing need";

fn main() -> ExitCode {
    children::end_with_signals();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["run", kubeconfigs @ ..] if kubeconfigs.iter().all(|one| !one.starts_with("--")) => {
            run::run(kubeconfigs)
        }
        ["test"] => test::test(test::Extent::Whole),
        ["test", "--fast"] => test::test(test::Extent::Fast),
        ["prove"] => test::test(test::Extent::Proof),
        ["bench", further @ ..] => bench::bench(further),
        ["control-plane", words @ ..]
            if matches!(
                words,
                ["up" | "down" | "status" | "build"] | ["up", "--pace", _]
            ) =>
        {
            test::control_plane(words)
        }
        ["bundle"] => bundle::bundle(bundle::Build::Release),
        ["bundle", "--debug"] => bundle::bundle(bundle::Build::Debug),
        ["icons"] => icons::paint(),
        ["icons", "--check"] => icons::check(),
        ["notice"] => notice::write(),
        ["notice", "--check"] => notice::check(),
        ["setup"] => setup::everything(),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            if !message.is_empty() {
                eprintln!("{message}");
            }
            ExitCode::FAILURE
        }
    }
}
