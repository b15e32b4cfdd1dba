//! `control-plane up [--pace PACE] | down | status | build`: a real control plane for a developer.

use std::process::ExitCode;

use control_plane::{Error, Pace, up};

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
        ["up"] => up::up(Pace::Quick)?,
        ["up", "--pace", name] => match Pace::ALL.into_iter().find(|pace| pace.name() == *name) {
            Some(pace) => up::up(pace)?,
            None => return Ok(usage()),
        },
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
            let binaries = control_plane::build_all(|line| println!("{line}"))?;
            println!("Kubernetes {} is built", binaries.kubernetes_version());
        }
        _ => return Ok(usage()),
    }
    Ok(ExitCode::SUCCESS)
}

fn usage() -> ExitCode {
    eprintln!("usage: control-plane up [--pace PACE] | down | status | build\nPACE is one of:");
    for pace in Pace::ALL {
        eprintln!("  {:<10}{}", pace.name(), pace.told());
    }
    ExitCode::FAILURE
}
