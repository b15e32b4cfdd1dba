//! Variables that change what a program is or where its traffic goes.

use crate::plan::DangerKind;

/// Put code into a program of some kind as it starts.
const CODE: [&str; 30] = [
    "BASH_ENV",
    "ENV",
    "ZDOTDIR",
    "SHELLOPTS",
    "PROMPT_COMMAND",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONHOME",
    "PYTHONUSERBASE",
    "PERL5LIB",
    "PERL5OPT",
    "PERL5DB",
    "RUBYOPT",
    "RUBYLIB",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "_JAVA_OPTIONS",
    "CLASSPATH",
    "LUA_INIT",
    "GCONV_PATH",
    "LOCPATH",
    "BROWSER",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "CLOUDSDK_PYTHON",
    "CLOUDSDK_PYTHON_ARGS",
    "KUBECTL_EXTERNAL_DIFF",
];
const CODE_STARTS: [&str; 9] = [
    "LD_",
    "DYLD_",
    "GIT_",
    "BASH_FUNC_",
    "LUA_INIT_",
    "GTK_",
    "QT_",
    "DOTNET_",
    "COR_",
];
/// Where a program finds others.
const FINDS: [&str; 3] = ["PATH", "PATHEXT", "COMSPEC"];

/// Lead traffic elsewhere, or make a program trust, read or send something else.
const REDIRECT: [&str; 27] = [
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CA_BUNDLE",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_DATA_PATH",
    "AZURE_CONFIG_DIR",
    "AZURE_AUTHORITY_HOST",
    "AZURE_EXTENSION_DIR",
    "CLOUDSDK_CONFIG",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GCE_METADATA_HOST",
    "OS_AUTH_URL",
    "VAULT_ADDR",
    "KUBECONFIG",
    "HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "SSLKEYLOGFILE",
    "HOSTALIASES",
    "RESOLV_HOST_CONF",
];
const REDIRECT_STARTS: [&str; 2] = ["AWS_ENDPOINT_URL", "CLOUDSDK_API_ENDPOINT_OVERRIDES"];

/// What a variable of this name does to the program that is given it, if it is unusual.
pub(super) fn effect(name: &str) -> Option<DangerKind> {
    let name = name.to_ascii_uppercase();
    let name = name.as_str();
    let begins = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    if CODE.contains(&name) || FINDS.contains(&name) || begins(&CODE_STARTS) {
        Some(DangerKind::CodeInjection)
    } else if REDIRECT.contains(&name) || begins(&REDIRECT_STARTS) || name.ends_with("_PROXY") {
        Some(DangerKind::Redirection)
    } else {
        None
    }
}

/// Whether it says where programs are found, rather than bringing code itself.
pub(super) fn finds_programs(name: &str) -> bool {
    FINDS.iter().any(|finds| name.eq_ignore_ascii_case(finds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_of_variables() {
        use DangerKind::{CodeInjection, Redirection};
        for (name, expected) in [
            ("LD_PRELOAD", Some(CodeInjection)),
            ("ld_audit", Some(CodeInjection)),
            ("DYLD_INSERT_LIBRARIES", Some(CodeInjection)),
            ("NODE_OPTIONS", Some(CodeInjection)),
            ("PYTHONSTARTUP", Some(CodeInjection)),
            ("GIT_SSH_COMMAND", Some(CodeInjection)),
            ("BASH_FUNC_x%%", Some(CodeInjection)),
            ("PATH", Some(CodeInjection)),
            ("https_proxy", Some(Redirection)),
            ("NO_PROXY", Some(Redirection)),
            ("AWS_ENDPOINT_URL_STS", Some(Redirection)),
            ("AWS_CONFIG_FILE", Some(Redirection)),
            ("CLOUDSDK_CONFIG", Some(Redirection)),
            ("AWS_PROFILE", None),
            ("AWS_REGION", None),
            ("KUBERNETES_EXEC_INFO", None),
            ("USE_GKE_GCLOUD_AUTH_PLUGIN", None),
        ] {
            assert_eq!(effect(name), expected, "{name}");
        }
    }
}
