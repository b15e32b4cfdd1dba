//! Processes as Linux shows them: trees, listening sockets.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// A process of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedProcess {
    /// Process id.
    pub id: u32,
    /// Short name.
    pub name: String,
}

/// A socket that somebody could connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    /// The process that holds it.
    pub process: TracedProcess,
    /// `tcp` and the like.
    pub protocol: &'static str,
    /// Its port.
    pub port: u16,
}

/// Fields of `/proc/<id>/stat` after the name: parent is 1, session 3, start time 19.
fn stat(id: u32) -> Option<(String, Vec<u64>)> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (head, tail) = text.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let fields = tail
        .split_whitespace()
        .map(|field| field.parse().unwrap_or_default())
        .collect();
    Some((name, fields))
}

fn all() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The process of `session` that runs `program`.
pub(crate) fn of_program(session: u32, program: &Path) -> Option<u32> {
    let program = fs::canonicalize(program).ok()?;
    all().find(|&id| {
        stat(id).is_some_and(|(_, fields)| fields[3] == u64::from(session))
            && fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == program)
    })
}

/// Every process that runs `program` for the user whose home is `home`.
pub(crate) fn running(program: &Path, home: &Path) -> Vec<u32> {
    let Ok(program) = fs::canonicalize(program) else {
        return Vec::new();
    };
    let variable = [b"HOME=", home.as_os_str().as_encoded_bytes()].concat();
    let its = |id: &u32| {
        fs::read(format!("/proc/{id}/environ"))
            .is_ok_and(|all| all.split(|byte| *byte == 0).any(|one| one == variable))
    };
    all()
        .filter(|id| fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == program))
        .filter(its)
        .collect()
}

/// `root` and everything it started that still runs.
pub fn tree_of(root: u32) -> Vec<TracedProcess> {
    let processes: Vec<(u32, String, u64)> = all()
        .filter_map(|id| stat(id).map(|(name, fields)| (id, name, fields[1])))
        .collect();
    let mut inside = HashSet::from([root]);
    loop {
        let before = inside.len();
        for (id, _, parent) in &processes {
            if u32::try_from(*parent).is_ok_and(|parent| inside.contains(&parent)) {
                inside.insert(*id);
            }
        }
        if inside.len() == before {
            break;
        }
    }
    processes
        .into_iter()
        .filter(|(id, ..)| inside.contains(id))
        .map(|(id, name, _)| TracedProcess { id, name })
        .collect()
}

/// Unix time, in milliseconds, at which the process began; a program that executes itself anew keeps it.
pub fn began_ms(id: u32) -> Option<f64> {
    // Clock ticks are hundredths of a second on every Linux that runs this.
    let ticks = *stat(id)?.1.get(19)?;
    let boot: f64 = fs::read_to_string("/proc/stat")
        .ok()?
        .lines()
        .find_map(|line| line.strip_prefix("btime ")?.parse().ok())?;
    Some(boot * 1_000.0 + ticks as f64 * 10.0)
}

/// Sockets on which any of `processes` waits for somebody else: listening TCP, bound UDP.
pub fn listening(processes: &[TracedProcess]) -> Vec<Socket> {
    // Each line: number, local address, remote address, state, …, inode at 9. 0A is LISTEN; 07 is a UDP socket without a peer.
    let tables = [("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")];
    let mut waiting = Vec::new();
    for (protocol, state) in tables {
        let text = fs::read_to_string(format!("/proc/net/{protocol}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if fields.get(3) != Some(&state) {
                continue;
            }
            let port = fields[1]
                .rsplit_once(':')
                .and_then(|(_, port)| u16::from_str_radix(port, 16).ok());
            if let (Some(port), Some(inode)) = (port, fields.get(9)) {
                waiting.push((protocol, port, format!("socket:[{inode}]")));
            }
        }
    }
    let mut found = Vec::new();
    for process in processes {
        let files = fs::read_dir(format!("/proc/{}/fd", process.id));
        for file in files.into_iter().flatten().flatten() {
            let Ok(target) = fs::read_link(file.path()) else {
                continue;
            };
            for (protocol, port, socket) in &waiting {
                if target.as_os_str() == socket.as_str() {
                    found.push(Socket {
                        process: process.clone(),
                        protocol,
                        port: *port,
                    });
                }
            }
        }
    }
    found
}
