//! `control-plane up | down | status | build | serve`: a real control plane for a developer.

use std::process::ExitCode;

use control_plane::{Error, up};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<ExitCode, Error> {
    match words {
        ["up"] => println!("{}", up::up()?.display()),
        ["down"] => println!(
            "{}",
            if up::down()? {
                "ended"
            } else {
                "nothing was up"
            }
        ),
        ["status"] => {
            let Some(id) = up::running()? else {
                println!("down");
                return Ok(ExitCode::FAILURE);
            };
            println!(
                "up, process {id}, kubeconfig {}",
                up::kubeconfig().display()
            );
        }
        ["build"] => {
            let binaries = control_plane::build(|line| println!("{line}"))?;
            println!("Kubernetes {} is built", binaries.kubernetes_version());
        }
        ["serve"] => up::serve()?,
        _ => {
            eprintln!("usage: control-plane up | down | status | build");
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
