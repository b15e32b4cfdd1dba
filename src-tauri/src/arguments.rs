//! What the program was started with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tauri::Url;

const USAGE: &str = "\
Usage: scalescope [KUBECONFIG]...

Opens the window on kubeconfigs: the given files, else those KUBECONFIG names, merged,
else ~/.kube/config; without any, on a demo cluster inside the program. Nothing is
contacted until you choose a context. A window that is open already takes the files,
and comes to the front.

A KUBECONFIG is a path, or a file:// address of this computer.

  --               what follows are files, whatever their names begin with
  -h, --help       this text
  -V, --version    the version";

/// What is asked of the program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Open the window, on these files if any are given. Their paths are absolute.
    Open(Vec<PathBuf>),
    /// Print this and end.
    Print(String),
}

/// Reads the arguments after the program's name; relative paths begin at `here`, the working folder, if there is one.
///
/// # Errors
/// An unknown option, or what names no file of this computer, as a sentence with the usage.
pub(crate) fn read(
    arguments: impl Iterator<Item = OsString>,
    here: Option<&Path>,
) -> Result<Asked, String> {
    let mut files = Vec::new();
    let mut options_end = false;
    for argument in arguments {
        let text = argument.to_string_lossy();
        if options_end || !text.starts_with('-') {
            files.push(file(&argument, here).map_err(|problem| format!("{problem}\n\n{USAGE}"))?);
            continue;
        }
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
    }
    Ok(Asked::Open(files))
}

/// The file that one argument names.
fn file(argument: &OsString, here: Option<&Path>) -> Result<PathBuf, String> {
    let text = argument.to_string_lossy();
    if text.is_empty() {
        return Err("an empty word names no file".to_owned());
    }
    if text
        .get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case("file://"))
    {
        let path = Url::parse(&text)
            .ok()
            .and_then(|url| url.to_file_path().ok());
        return path.ok_or_else(|| {
            format!("{text} names no file of this computer: give its path instead")
        });
    }
    let path = PathBuf::from(argument);
    match here {
        _ if path.is_absolute() => Ok(path),
        Some(here) => Ok(here.join(path)),
        None => Err(format!(
            "the folder that {text} is looked for in is gone: give the whole path"
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    fn read(arguments: &[&str]) -> Result<Asked, String> {
        super::read(
            arguments.iter().map(OsString::from),
            Some(Path::new("/here")),
        )
    }

    fn opened(arguments: &[&str]) -> Vec<PathBuf> {
        match read(arguments) {
            Ok(Asked::Open(files)) => files,
            other => panic!("{arguments:?}: {other:?}"),
        }
    }

    #[test]
    fn options_are_read() {
        assert!(
            matches!(read(&["--version"]), Ok(Asked::Print(text)) if text.starts_with("scalescope "))
        );
        assert!(matches!(read(&["a", "-h"]), Ok(Asked::Print(text)) if text == USAGE));
        let error = read(&["--flag"]).expect_err("there is no such option");
        assert!(error.contains("./--flag"), "{error}");
    }

    #[test]
    fn files_become_absolute_and_keep_their_order() {
        assert_eq!(opened(&[]), Vec::<PathBuf>::new());
        assert_eq!(
            opened(&["b", "/a", "../c"]),
            ["/here/b", "/a", "/here/../c"].map(PathBuf::from)
        );
        assert!(super::read([OsString::from("a")].into_iter(), None).is_err());
        assert_eq!(
            super::read([OsString::from("/a")].into_iter(), None),
            Ok(Asked::Open(vec!["/a".into()]))
        );
    }

    #[test]
    fn any_name_is_only_a_name() {
        for name in [
            "a b",
            "a;b",
            "$(x)",
            "`x`",
            "%PATH%",
            "%20",
            "å\u{202e}",
            "a#b?c",
            "file:",
            "file",
        ] {
            assert_eq!(opened(&[name]), [Path::new("/here").join(name)], "{name}");
        }
        assert_eq!(
            opened(&["--", "--flag", "--help", "--"]),
            ["/here/--flag", "/here/--help", "/here/--"].map(PathBuf::from)
        );
        assert_eq!(opened(&["./--flag"]), [Path::new("/here/./--flag")]);
        let long = "n".repeat(4_096);
        assert_eq!(opened(&[&long]), [Path::new("/here").join(&long)]);
        assert!(read(&[""]).is_err());
        let odd = OsString::from_vec(b"/\xff\xfe".to_vec());
        assert_eq!(
            super::read([odd.clone()].into_iter(), None),
            Ok(Asked::Open(vec![odd.into()]))
        );
    }

    #[test]
    fn addresses_of_files_are_decoded_and_stay_on_this_computer() {
        for (address, path) in [
            ("file:///a%20b", "/a b"),
            ("FILE:///a", "/a"),
            ("file://localhost/a%24%28x%29", "/a$(x)"),
            ("file:///%C3%A5", "/å"),
            ("file:///a%3Bb%23%3F%25", "/a;b#?%"),
        ] {
            assert_eq!(opened(&[address]), [Path::new(path)], "{address}");
            assert_eq!(opened(&["--", address]), [Path::new(path)], "{address}");
        }
        for address in ["file://elsewhere/a", "file://[/a", "file://%00/a"] {
            assert!(read(&[address]).is_err(), "{address}");
        }
    }
}
