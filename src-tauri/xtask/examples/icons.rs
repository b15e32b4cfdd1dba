//! Paints `icons/<size>.png` from `icons/scalescope.svg`; with `--check` it only compares, and fails where a file differs.
//!
//! An example, so that what paints is not compiled before everything else that xtask does.

use std::fs;
use std::path::Path;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// Edges in pixels, as the hicolor theme has them.
const SIZES: [u16; 10] = [16, 22, 24, 32, 48, 64, 96, 128, 256, 512];

fn main() -> Result<(), String> {
    let check = std::env::args()
        .skip(1)
        .any(|argument| argument == "--check");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../icons");
    let told = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let source = folder.join("scalescope.svg");
    let text = fs::read_to_string(&source).map_err(|error| told(&source, &error))?;
    let tree = Tree::from_str(&text, &Options::default()).map_err(|error| told(&source, &error))?;
    let mut different = Vec::new();
    for size in SIZES {
        let path = folder.join(format!("{size}.png"));
        let image = paint(&tree, size).map_err(|error| told(&path, &error))?;
        if fs::read(&path).is_ok_and(|present| present == image) {
            continue;
        }
        if check {
            different.push(format!("icons/{size}.png"));
        } else {
            fs::write(&path, image).map_err(|error| told(&path, &error))?;
            println!("wrote icons/{size}.png");
        }
    }
    let known = |name: &str| {
        let size = name.strip_suffix(".png").and_then(|size| size.parse().ok());
        name == "scalescope.svg" || size.is_some_and(|size| SIZES.contains(&size))
    };
    let entries = fs::read_dir(&folder).map_err(|error| told(&folder, &error))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        if !known(&name.to_string_lossy()) {
            different.push(format!("icons/{} (nothing makes it)", name.display()));
        }
    }
    if different.is_empty() {
        return Ok(());
    }
    Err(format!(
        "not what the SVG gives: {}. Run `cargo xtask icons` and commit what it writes",
        different.join(", ")
    ))
}

/// A PNG of the whole picture.
fn paint(tree: &Tree, size: u16) -> Result<Vec<u8>, String> {
    let edge = f32::from(size);
    let (width, height) = (tree.size().width(), tree.size().height());
    if (width - height).abs() > f32::EPSILON {
        return Err(format!(
            "the picture is {width} × {height}, an icon is square"
        ));
    }
    let mut pixels = Pixmap::new(size.into(), size.into()).ok_or("no memory")?;
    let scale = Transform::from_scale(edge / width, edge / height);
    resvg::render(tree, scale, &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| error.to_string())
}
