//! What notices that it was run, read or contacted.

use std::collections::BTreeMap;
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};

/// Folders below a case's whose files nobody may open.
const WATCHED: [&str; 5] = [
    "trip",
    "bin",
    "home/.ssh",
    "home/.aws",
    "home/.config/google-chrome/Default",
];

/// The tripwires of many cases.
pub struct Tripwires {
    inotify: OwnedFd,
    watched: BTreeMap<i32, (String, &'static str)>,
    armed: Vec<Armed>,
}

struct Armed {
    case: String,
    /// Programs write it.
    ran: PathBuf,
    port: TcpListener,
    socket: UnixListener,
}

/// Something that happened to a tripwire.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trip {
    /// A program ran.
    Ran,
    /// This file was opened.
    Opened(String),
    /// Somebody connected.
    Contacted,
}

impl Tripwires {
    pub(super) fn new() -> Self {
        Self {
            inotify: inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).unwrap(),
            watched: BTreeMap::new(),
            armed: Vec::new(),
        }
    }

    /// Arms those of a case; the port of 127.0.0.1 that nobody may contact.
    pub(super) fn arm(&mut self, case: &str, folder: &Path) -> u16 {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        port.set_nonblocking(true).unwrap();
        let socket = UnixListener::bind(folder.join("trip/socket")).unwrap();
        socket.set_nonblocking(true).unwrap();
        for below in WATCHED {
            let flags = WatchFlags::OPEN | WatchFlags::ACCESS;
            let watch = inotify::add_watch(&self.inotify, folder.join(below), flags).unwrap();
            self.watched.insert(watch, (case.to_owned(), below));
        }
        let number = port.local_addr().unwrap().port();
        self.armed.push(Armed {
            case: case.to_owned(),
            ran: folder.join("ran"),
            port,
            socket,
        });
        number
    }

    /// What happened since the last time, by case.
    pub fn tripped(&self) -> BTreeMap<String, Vec<Trip>> {
        let mut trips: BTreeMap<String, Vec<Trip>> = BTreeMap::new();
        let mut add = |case: &str, trip: Trip| {
            let all = trips.entry(case.to_owned()).or_default();
            if !all.contains(&trip) {
                all.push(trip);
            }
        };
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&self.inotify, &mut buffer);
        while let Ok(event) = events.next() {
            let (case, below) = &self.watched[&event.wd()];
            // Listing a folder is no opening of what is in it.
            if event.events().contains(ReadFlags::ISDIR) {
                continue;
            }
            let name = event
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            add(
                case,
                Trip::Opened(format!("{below}/{}", name.unwrap_or_default())),
            );
        }
        for armed in &self.armed {
            if std::fs::remove_file(&armed.ran).is_ok() {
                add(&armed.case, Trip::Ran);
            }
            while armed.port.accept().is_ok() {
                add(&armed.case, Trip::Contacted);
            }
            while armed.socket.accept().is_ok() {
                add(&armed.case, Trip::Contacted);
            }
        }
        trips
    }
}
