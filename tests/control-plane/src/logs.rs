//! Logs of simulated containers: files that a test appends to, read through the real API server's log path.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::Error;
use crate::client::Client;
use crate::error::doing;

/// The log of one container, and that of its previous run. Appending needs no control plane: keep it in any thread.
#[derive(Clone, Debug)]
pub struct ContainerLog {
    path: PathBuf,
    previous: PathBuf,
}

impl ContainerLog {
    /// Makes empty files in `folder` and tells kwok about them.
    pub(crate) fn create(
        client: &Client,
        folder: &Path,
        namespace: &str,
        pod: &str,
        container: &str,
    ) -> Result<Self, Error> {
        doing(
            format!("creating {}", folder.display()),
            fs::create_dir_all(folder),
        )?;
        let name = format!("{namespace}_{pod}_{container}");
        let log = Self {
            path: folder.join(format!("{name}.log")),
            previous: folder.join(format!("{name}.previous.log")),
        };
        for path in [&log.path, &log.previous] {
            doing(format!("creating {}", path.display()), File::create(path))?;
        }
        let collection = format!("/apis/kwok.x-k8s.io/v1alpha1/namespaces/{namespace}/logs");
        let entry = json!({
            "containers": [container], "logsFile": log.path, "previousLogsFile": log.previous, "follow": true,
        });
        let existing = client.get(&format!("{collection}/{pod}"));
        match existing {
            Ok(mut object) => {
                // The schema says that it is a list.
                if let Some(logs) = object["spec"]["logs"].as_array_mut() {
                    logs.retain(|log| log["containers"][0] != container);
                    logs.push(entry);
                }
                client.replace(&format!("{collection}/{pod}"), &object)?;
            }
            Err(Error::Api { status: 404, .. }) => {
                let object = json!({
                    "apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Logs",
                    "metadata": {"name": pod, "namespace": namespace}, "spec": {"logs": [entry]},
                });
                client.create(&collection, &object)?;
            }
            Err(error) => return Err(error),
        }
        Ok(log)
    }

    /// Appends lines with the present time.
    pub fn append<L: AsRef<str>>(&self, lines: impl IntoIterator<Item = L>) -> Result<(), Error> {
        write(&self.path, lines)
    }

    /// Appends lines to the log of the container's previous run.
    pub fn append_previous<L: AsRef<str>>(
        &self,
        lines: impl IntoIterator<Item = L>,
    ) -> Result<(), Error> {
        write(&self.previous, lines)
    }
}

/// Writes lines in the format of the container runtime interface. A line break within a line ends it.
pub(crate) fn write<L: AsRef<str>>(
    path: &Path,
    lines: impl IntoIterator<Item = L>,
) -> Result<(), Error> {
    let mut text = String::new();
    let now = format!("{:.9}", jiff::Timestamp::now());
    for line in lines {
        for part in line.as_ref().split('\n') {
            text.extend([&now, " stdout F ", part, "\n"]);
        }
    }
    let mut file = doing(
        format!("opening {}", path.display()),
        File::options().append(true).create(true).open(path),
    )?;
    doing(
        format!("writing {}", path.display()),
        file.write_all(text.as_bytes()),
    )
}
