//! Values of Secrets are never recorded: nothing that can be recorded has a place for them.

use std::collections::BTreeSet;

/// Every struct and field that a fact is made of, from the sources: a new one is looked at by whoever adds it.
#[test]
fn no_shape_has_a_place_for_what_is_secret() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../");
    let files = [
        "model/src/fact.rs",
        "scaling/src/hpa/situation.rs",
        "scaling/src/hpa/spec.rs",
        "scaling/src/hpa/status.rs",
        "scaling/src/keda/metadata.rs",
        "scaling/src/keda/scaled_object.rs",
        "scaling/src/keda/scaled_job/spec.rs",
        "scaling/src/keda/scaled_job/jobs.rs",
        "scaling/src/keda/triggers/mod.rs",
    ];
    let mut fields = BTreeSet::new();
    for file in files {
        let text =
            std::fs::read_to_string(format!("{root}{file}")).expect("it is a source of ours");
        for line in text.lines().map(str::trim) {
            let field = line
                .strip_prefix("pub ")
                .and_then(|rest| rest.split_once(": "));
            if let Some((name, kind)) = field.filter(|(name, _)| !name.contains(['(', ' '])) {
                fields.insert((name.to_owned(), kind.to_owned()));
            }
        }
    }
    assert!(
        fields.len() > 80,
        "the sources read otherwise than this test thinks: {}",
        fields.len()
    );
    for (name, kind) in fields {
        let name = name.to_lowercase();
        for word in [
            "secret",
            "password",
            "token",
            "credential",
            "env",
            "data",
            "string_data",
            "args",
            "command",
        ] {
            assert!(
                name != word && !name.ends_with(&format!("_{word}")),
                "{name}: {kind} may hold a value of a Secret"
            );
        }
        // What a field holds that takes any JSON cannot be told.
        assert!(
            !kind.contains("Value<") && !kind.starts_with("Value,") && !kind.contains("serde_json"),
            "{name}: {kind}"
        );
    }
}
