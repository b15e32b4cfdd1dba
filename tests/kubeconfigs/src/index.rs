//! The corpus as it lies in the folder: files, and a table of what is expected of them.

use std::fs;
use std::path::PathBuf;

/// A row of `valid.tsv`: one context, and whom the API server sees.
#[derive(Clone, Debug)]
pub struct Valid {
    /// Names of its files, without the suffix; several are merged.
    pub files: Vec<String>,
    /// Name of the context.
    pub context: String,
    /// User the server sees.
    pub user: String,
    /// A group it sees, where one is told.
    pub group: Option<String>,
    /// `uid` and extra attributes it sees, each with its values joined by commas.
    pub attributes: Vec<(String, String)>,
    /// Name of the proxy it goes through; `direct` is past a proxy that there is.
    pub through: Option<String>,
    /// Variables of the computer, as templates.
    pub surroundings: Vec<(String, String)>,
    /// Why kubectl does not say the same; None where it does.
    pub not_kubectl: Option<String>,
}

/// All rows of `valid.tsv`.
pub fn valid() -> Vec<Valid> {
    let pairs = |text: &str, separator: char| -> Vec<(String, String)> {
        let pair = |pair: &str| {
            pair.split_once('=')
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        text.split(separator).filter_map(pair).collect()
    };
    let given = |text: &str| Some(text.to_owned()).filter(|text| text != "-");
    let row = |cells: Vec<String>| {
        let [
            files,
            context,
            user,
            group,
            attributes,
            through,
            surroundings,
            kubectl,
        ] = <[String; 8]>::try_from(cells).expect("valid.tsv has eight columns");
        Valid {
            files: files.split(':').map(str::to_owned).collect(),
            context,
            user,
            group: given(&group),
            attributes: pairs(&attributes, ';'),
            through: given(&through),
            surroundings: pairs(&surroundings, ' '),
            not_kubectl: Some(kubectl).filter(|kubectl| kubectl != "yes"),
        }
    };
    rows("valid.tsv").into_iter().map(row).collect()
}

/// Cells of a table's rows; lines with a `#` in front are comments.
pub(crate) fn rows(table: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join(table)).unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

/// Names and contents of the files in a folder of the corpus.
pub(crate) fn files(folder: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut all: Vec<(String, String)> = entries
        .map(|entry| {
            let entry = entry.unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect();
    all.sort();
    all
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
