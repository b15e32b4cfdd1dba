//! Values of Secrets and config maps, read only when somebody asks to see one.

use cluster::fetch;
use model::Resource;
use model::details::{data_value, secret_value};
use tokio::sync::oneshot;
use wire::{ErrorCode, RevealAsk, Revealed, WireError};

use super::rights::list_of;
use super::{Session, gone};
use crate::lacks::{self, Where};
use cluster::Deed;

impl Session {
    /// Reads one value for the drawer `ask.id`. Only a Secret in the namespace of its object is read, or the object itself.
    ///
    /// # Errors
    /// When the drawer is closed. The answer says what the server said.
    pub(crate) fn reveal(
        &self,
        ask: &RevealAsk,
    ) -> Result<oneshot::Receiver<Result<Revealed, WireError>>, WireError> {
        let drawer = self
            .drawers
            .get(&ask.id)
            .ok_or_else(|| gone("This object"))?;
        let own = ask.secret.secret.is_empty();
        let (resource, name) = if own {
            (drawer.resource().clone(), drawer.name().to_owned())
        } else {
            (secrets(), ask.secret.secret.clone())
        };
        let namespace = drawer.namespace().to_owned();
        let key = ask.secret.key.clone();
        let connection = self.connection.clone();
        let (answer, answered) = oneshot::channel();
        self.later(
            async move {
                let object = fetch::object(&connection, &resource, &namespace, &name).await;
                object
                    .map_err(|error| {
                        let deed = Deed {
                            verb: "get",
                            ..list_of(&resource)
                        };
                        lacks::request(&error, deed, Where::of(&resource, Some(&namespace)))
                    })
                    .and_then(|object| {
                        let value = if resource.kind == "Secret" {
                            secret_value(&object, &key)
                        } else {
                            data_value(&object, &key)
                        };
                        value.map(shown).ok_or_else(|| {
                            WireError::new(
                                ErrorCode::Gone,
                                format!("{} {name} has no key {key}.", resource.kind),
                                "",
                            )
                        })
                    })
            },
            // The asker may be gone; then nobody sees it.
            move |_, value| drop(answer.send(value)),
        );
        Ok(answered)
    }
}

fn secrets() -> Resource {
    Resource {
        group: String::new(),
        version: "v1".to_owned(),
        plural: "secrets".to_owned(),
        kind: "Secret".to_owned(),
        namespaced: true,
    }
}

fn shown(bytes: Vec<u8>) -> Revealed {
    let size = size(bytes.len());
    match String::from_utf8(bytes) {
        Ok(exact) => Revealed {
            text: model::text::visible_lines(&exact).into_owned(),
            exact,
            binary: false,
            size,
        },
        Err(_) => Revealed {
            text: String::new(),
            exact: String::new(),
            binary: true,
            size,
        },
    }
}

/// `12 B`, `3.4 KiB`.
pub(crate) fn size(bytes: usize) -> String {
    #[allow(clippy::cast_precision_loss)] // An object's parts are far below 2^52 bytes.
    let amount = bytes as f64;
    if bytes < 1024 {
        format!("{bytes} B")
    } else if bytes < 1024 * 1024 {
        format!("{:.1} KiB", amount / 1024.0)
    } else {
        format!("{:.1} MiB", amount / 1_048_576.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_whole_or_told_as_binary() {
        let text = shown(b"a\x1bb".to_vec());
        assert_eq!((&*text.text, &*text.exact), ("a⟨U+001B⟩b", "a\u{1b}b"));
        let binary = shown(vec![0xff, 0xfe]);
        assert!(binary.binary && binary.exact.is_empty());
        assert_eq!(
            format!("{:?}", shown(b"hunter2".to_vec())),
            "Revealed { size: \"7 B\", .. }"
        );
    }

    #[test]
    fn sizes_read_well() {
        for (bytes, words) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1536, "1.5 KiB"),
            (3_145_728, "3.0 MiB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }
}
