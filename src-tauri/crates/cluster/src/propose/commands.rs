//! Programs that run whatever they are told to, and options that lead a program's traffic elsewhere.

use std::path::Path;

/// Shells, interpreters, and programs whose arguments are another program's command.
const RUNS_ANYTHING: [&str; 54] = [
    "sh",
    "bash",
    "dash",
    "ash",
    "zsh",
    "ksh",
    "mksh",
    "fish",
    "csh",
    "tcsh",
    "busybox",
    "toybox",
    "env",
    "python",
    "pypy",
    "node",
    "nodejs",
    "deno",
    "bun",
    "perl",
    "ruby",
    "php",
    "lua",
    "luajit",
    "tclsh",
    "expect",
    "osascript",
    "powershell",
    "pwsh",
    "cmd",
    "wscript",
    "cscript",
    "mshta",
    "rundll32",
    "awk",
    "gawk",
    "mawk",
    "xargs",
    "find",
    "sudo",
    "doas",
    "su",
    "pkexec",
    "nohup",
    "setsid",
    "timeout",
    "nice",
    "stdbuf",
    "script",
    "ssh",
    "socat",
    "nc",
    "ncat",
    "make",
];

/// Options of credential programs that name a server, a proxy or an authority, or switch checking off.
const REDIRECTS: [&str; 12] = [
    "endpoint-url",
    "proxy",
    "proxy-url",
    "https-proxy",
    "ca-bundle",
    "no-verify-ssl",
    "insecure-skip-tls-verify",
    "authority-host",
    "api-endpoint",
    "impersonate-service-account",
    "kubeconfig",
    "config",
];

/// Name of the shell or interpreter a program is, if it is one. A version at its end does not matter.
pub(super) fn shell(program: &Path) -> Option<&'static str> {
    let name = program.file_name()?.to_str()?.to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    RUNS_ANYTHING
        .into_iter()
        .find(|known| *known == name || *known == bare)
}

/// Whether an argument leads the program elsewhere: `--endpoint-url`, `--proxy=…`.
pub(super) fn redirects(argument: &str) -> bool {
    let Some(option) = argument.strip_prefix("--") else {
        return false;
    };
    let name = option.split('=').next().unwrap_or(option);
    REDIRECTS
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_and_options() {
        for program in [
            "/bin/sh",
            "/usr/bin/bash",
            "/usr/bin/python3.12",
            "/usr/bin/env",
            "/opt/NODE",
            "C/powershell.exe",
            "/bin/busybox",
        ] {
            assert!(shell(Path::new(program)).is_some(), "{program}");
        }
        for program in [
            "/usr/bin/aws",
            "/usr/bin/kubelogin",
            "/usr/bin/gke-gcloud-auth-plugin",
            "/usr/bin/kubectl-oidc_login",
            "/",
        ] {
            assert_eq!(shell(Path::new(program)), None, "{program}");
        }
        for (argument, expected) in [
            ("--endpoint-url", true),
            ("--Proxy=http://x", true),
            ("--cluster-name", false),
            ("proxy", false),
        ] {
            assert_eq!(redirects(argument), expected, "{argument}");
        }
    }
}
