//! The committed TypeScript is what the Rust types generate.

#[test]
fn committed_typescript_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/wire/index.ts");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == wire::generate::typescript(),
        "ui/src/wire is stale: run `cargo run -p wire --example generate`"
    );
}
