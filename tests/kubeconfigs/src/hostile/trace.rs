//! Reads a trace of system calls: what a program ran, opened and contacted.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// What a Rust program on Linux opens by itself.
const OWN: [&str; 12] = [
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/lib/",
    "/lib64/",
    "/usr/lib/",
    "/usr/lib64/",
    "/proc/self/maps",
    "/proc/self/cgroup",
    "/proc/self/mountinfo",
    "/sys/fs/cgroup/",
    "/dev/null",
    "/etc/localtime",
];

/// Lines of `strace -f` (execve, open and connect and their relatives) that are neither the program's own start nor an
/// opening of its libraries or of one of `allowed`.
pub fn violations(trace: &str, allowed: &[&Path]) -> Vec<String> {
    let mut started = false;
    let mut all = Vec::new();
    for line in trace.lines() {
        // `[pid] call(…) = result`, or the second half of an interrupted line, or a signal.
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let Some((name, arguments)) = call.split_once('(') else {
            continue;
        };
        let fine = match name {
            "execve" => !std::mem::replace(&mut started, true),
            "open" | "openat" | "openat2" | "creat" => {
                let path = arguments.split('"').nth(1).unwrap_or_default();
                OWN.iter()
                    .any(|own| path.starts_with(own) || own.trim_end_matches('/') == path)
                    || allowed.iter().any(|allowed| path == escaped(allowed))
            }
            "connect" | "execveat" | "sendto" | "bind" => false,
            _ => true,
        };
        if !fine {
            all.push(line.to_owned());
        }
    }
    all
}

/// As strace writes it.
fn escaped(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes();
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        let digit = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            b'\n' => text.push_str("\\n"),
            b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ if digit => text = format!("{text}\\{byte:03o}"),
            _ => text = format!("{text}\\{byte:o}"),
        }
    }
    text
}
