//! k9s, where it is installed: from its start until the title of its table counts every pod.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_mins(1);

/// Where it is, if it is installed together with `script`, which gives it a terminal.
pub(crate) fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let find = |name: &str| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|path| path.is_file())
    };
    find("script").and(find("k9s"))
}

/// Starts it on all pods and ends it when it shows `[<pods>]`.
pub(crate) fn time(
    program: &Path,
    kubeconfig: &Path,
    pods: usize,
    home: &Path,
) -> Result<Duration, String> {
    let command = format!(
        "stty cols 200 rows 50; exec '{}' --kubeconfig '{}' --command pods --all-namespaces --readonly",
        program.display(),
        kubeconfig.display()
    );
    let start = Instant::now();
    let mut script = Command::new("script")
        .args(["-qfec", &command, "/dev/null"])
        .env("HOME", home)
        .env("TERM", "xterm-256color")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("k9s: {error}"))?;
    let (send, chunks) = channel();
    let mut output = script.stdout.take().ok_or("k9s has no output")?;
    let reader = thread::spawn(move || {
        let mut chunk = [0; 8_192];
        while let Ok(length @ 1..) = output.read(&mut chunk) {
            if send.send(chunk[..length].to_vec()).is_err() {
                break;
            }
        }
    });
    let mut shown = String::new();
    let title = format!("[{pods}]");
    let found = loop {
        let left = PATIENCE.saturating_sub(start.elapsed());
        match chunks.recv_timeout(left) {
            Ok(chunk) => shown.push_str(&plain(&chunk)),
            Err(RecvTimeoutError::Timeout) => {
                break Err(format!(
                    "k9s shows no {title} within {} s",
                    PATIENCE.as_secs()
                ));
            }
            Err(RecvTimeoutError::Disconnected) => break Err("k9s ended by itself".to_owned()),
        }
        if shown.contains(&title) {
            break Ok(start.elapsed());
        }
    };
    // Its terminal goes with `script`, and it with its terminal.
    let _ = script.kill();
    let _ = script.wait();
    drop(chunks);
    let _ = reader.join();
    found
}

/// What is printed, without the sequences that move and colour.
fn plain(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        if *byte == 0x1b {
            let sequence = rest.next() == Some(&b'[');
            while sequence
                && rest
                    .next()
                    .is_some_and(|byte| !(0x40..=0x7e).contains(byte))
            {}
        } else if byte.is_ascii() && !byte.is_ascii_control() {
            text.push(char::from(*byte));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn sequences_are_left_out() {
        assert_eq!(
            super::plain(b"\x1b[1;31mPods\x1b[0m(all)\x1b[1m[1000\x1b[m0]"),
            "Pods(all)[10000]"
        );
    }
}
