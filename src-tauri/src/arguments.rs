//! What the program was started with.

use std::ffi::OsString;
use std::path::PathBuf;

const USAGE: &str = "\
Usage: scalescope [KUBECONFIG]

Opens the window on a kubeconfig: the given file, else those KUBECONFIG names, merged,
else ~/.kube/config. Nothing is contacted until you choose a context.

  -h, --help       this text
  -V, --version    the version";

/// What is asked of the program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Open the window, on this file if one is given.
    Open(Option<PathBuf>),
    /// Print this and end.
    Print(String),
}

/// Reads the arguments after the program's name.
///
/// # Errors
/// An unknown option, or more than one file, as a sentence with the usage.
pub(crate) fn read(arguments: impl Iterator<Item = OsString>) -> Result<Asked, String> {
    let mut file = None;
    let mut options_end = false;
    for argument in arguments {
        let text = argument.to_string_lossy();
        if !options_end && text.starts_with('-') {
            match text.as_ref() {
                "--" => options_end = true,
                "-h" | "--help" => return Ok(Asked::Print(USAGE.to_owned())),
                "-V" | "--version" => {
                    return Ok(Asked::Print(
                        concat!("scalescope ", env!("CARGO_PKG_VERSION")).to_owned(),
                    ));
                }
                _ => {
                    return Err(format!(
                        "there is no option {text}. A file of that name is given as ./{text}\n\n{USAGE}"
                    ));
                }
            }
        } else if file.replace(PathBuf::from(&argument)).is_some() {
            return Err(format!("one kubeconfig at a time\n\n{USAGE}"));
        }
    }
    Ok(Asked::Open(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        let read = |arguments: &[&str]| super::read(arguments.iter().map(OsString::from));
        assert_eq!(read(&[]), Ok(Asked::Open(None)));
        assert_eq!(read(&["a b"]), Ok(Asked::Open(Some("a b".into()))));
        assert_eq!(
            read(&["--", "--flag"]),
            Ok(Asked::Open(Some("--flag".into())))
        );
        assert!(
            matches!(read(&["--version"]), Ok(Asked::Print(text)) if text.starts_with("scalescope "))
        );
        assert!(read(&["--flag"]).is_err());
        assert!(read(&["a", "b"]).is_err());
    }
}
