//! Paths by what lies there: other programs' secrets, folders where downloads or anyone's files are.

use std::path::{Component, Path};

/// Folders in a home that hold secrets of other programs.
const SECRET_FOLDERS: [&str; 22] = [
    ".ssh",
    ".aws",
    ".azure",
    ".gnupg",
    ".password-store",
    ".docker",
    ".mozilla",
    ".thunderbird",
    ".oci",
    ".config/gcloud",
    ".config/google-chrome",
    ".config/chromium",
    ".config/BraveSoftware",
    ".config/microsoft-edge",
    ".config/gh",
    ".config/rclone",
    ".config/op",
    ".local/share/keyrings",
    ".local/share/kwalletd",
    "Library/Keychains",
    "Library/Application Support/Google/Chrome",
    "Library/Application Support/Firefox",
];
/// Files with such secrets, wherever they are.
const SECRET_FILES: [&str; 26] = [
    ".netrc",
    ".pgpass",
    ".my.cnf",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".vault-token",
    ".bash_history",
    ".zsh_history",
    ".dockercfg",
    ".Xauthority",
    ".env",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "shadow",
    "gshadow",
    "master.passwd",
    "sudoers",
    "logins.json",
    "key4.db",
    "Login Data",
    "Cookies",
    "cookies.sqlite",
    "wallet.dat",
];
/// Folders of the system that hold secrets.
const SECRET_ROOTS: [&str; 7] = [
    "/root",
    "/etc/ssh",
    "/etc/ssl/private",
    "/etc/pki/tls/private",
    "/etc/NetworkManager/system-connections",
    "/var/lib/docker",
    "/run/user",
];
/// Folders where any account, or a browser, puts files.
const OPEN_FOLDERS: [&str; 5] = [
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/private/tmp",
    "/Users/Shared",
];

/// Whether a file looks like another program's secret. `home` aside, `/root` is nobody's credentials for a cluster.
pub(super) fn is_foreign_secret(path: &Path, home: Option<&Path>) -> bool {
    let inside = home.and_then(|home| path.strip_prefix(home).ok());
    let name = path.file_name().and_then(|name| name.to_str());
    let by_name = name.is_some_and(|name| {
        SECRET_FILES.contains(&name) || has_extension(name, "kdbx") || has_extension(name, "ppk")
    });
    // Another account's home has the same folders.
    let by_folder = SECRET_FOLDERS.iter().any(|folder| contains(path, folder));
    let by_root = inside.is_none() && SECRET_ROOTS.iter().any(|root| path.starts_with(root));
    by_name || by_folder || by_root
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|own| own.eq_ignore_ascii_case(extension))
}

/// Whether these folders follow each other somewhere in the path.
fn contains(path: &Path, folders: &str) -> bool {
    let names = |path: &Path| -> Vec<String> {
        path.components()
            .filter_map(|component| match component {
                Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
                Component::Prefix(_)
                | Component::RootDir
                | Component::CurDir
                | Component::ParentDir => None,
            })
            .collect()
    };
    let wanted = names(Path::new(folders));
    names(path)
        .windows(wanted.len())
        .any(|window| window == wanted)
}

/// Whether a program lies where downloads or any account's files are.
pub(super) fn is_open_folder(program: &Path, home: Option<&Path>) -> bool {
    OPEN_FOLDERS.iter().any(|root| program.starts_with(root))
        || home.is_some_and(|home| program.starts_with(home.join("Downloads")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_others() {
        let home = Path::new("/home/me");
        for path in [
            "/home/me/.ssh/config",
            "/home/me/.aws/credentials",
            "/home/you/.gnupg/x",
            "/home/me/.config/google-chrome/Default/Cookies",
            "/etc/shadow",
            "/root/token",
            "/data/id_ed25519",
            "/data/all.KDBX",
            "/home/me/.netrc",
        ] {
            assert!(is_foreign_secret(Path::new(path), Some(home)), "{path}");
        }
        for path in [
            "/home/me/.kube/token",
            "/var/run/secrets/kubernetes.io/serviceaccount/token",
            "/home/me/.minikube/profiles/minikube/client.key",
            "/etc/kubernetes/pki/ca.crt",
        ] {
            assert!(!is_foreign_secret(Path::new(path), Some(home)), "{path}");
        }
        let root = Path::new("/root");
        assert!(!is_foreign_secret(Path::new("/root/.kube/ca"), Some(root)));
        assert!(is_open_folder(Path::new("/tmp/x/kubelogin"), None));
        assert!(is_open_folder(
            Path::new("/home/me/Downloads/kubelogin"),
            Some(home)
        ));
        assert!(!is_open_folder(Path::new("/usr/bin/aws"), Some(home)));
    }
}
