//! Writes `ui/src/wire/index.ts`.

fn main() -> std::io::Result<()> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/wire");
    std::fs::create_dir_all(folder)?;
    std::fs::write(format!("{folder}/index.ts"), wire::generate::typescript())
}
