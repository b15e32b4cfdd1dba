//! A plan that was agreed to, made into what connecting needs.

use http::Uri;

use super::look::Looked;
use super::{Draft, exec_cluster};
use crate::error::ConnectError;
use crate::gate::Pass;
use crate::plan::{Plan, What};
use crate::surroundings::Surroundings;
use crate::target::{Bearer, ExecPlugin, Oidc, Target, Verification};
use crate::vet::{Authority, Login, Parts, Program, address, bytes};

/// Fails if what would happen is refused, differs from what was agreed to, or cannot be used.
pub(crate) fn target(
    parts: &Parts<'_>,
    looked: Looked,
    around: &Surroundings,
    agreed: &Plan,
) -> Result<Target, ConnectError> {
    let Looked {
        draft,
        authority,
        issuer_authority,
    } = looked;
    let Draft {
        proposal,
        proxy,
        issuer_proxy,
        program,
        readings: _,
    } = draft;
    if let Some(why) = proposal.refused {
        return Err(ConnectError::Broken(why));
    }
    let pass = Pass::of(agreed, proposal.plan).map_err(ConnectError::NotAgreed)?;
    let (place, account) = (&parts.place, &parts.account);
    let verification = verification(
        "certificate-authority",
        &place.url,
        &place.authority,
        authority.as_deref(),
    )?;
    let bearer = match &account.login {
        Login::None => Bearer::None,
        Login::Token(token) => Bearer::Token(token.clone()),
        Login::TokenFile(path) => Bearer::TokenFile(path.clone()),
        Login::Basic { username, password } => Bearer::Basic {
            username: username.clone(),
            password: password.clone(),
        },
        Login::Program(exec) => {
            let pem = match &place.authority {
                Authority::Data(pem) => Some(pem.as_slice()),
                Authority::File(_) => authority.as_deref(),
                Authority::System | Authority::Skipped => None,
            };
            let path = program.ok_or_else(|| {
                ConnectError::Broken("Its program (exec.command) is not installed.".to_owned())
            })?;
            Bearer::Exec(ExecPlugin {
                digest: digest(pass.plan()),
                cluster_info: exec.wants_cluster.then(|| exec_cluster(parts, pem)),
                ..plugin(exec, path, around)
            })
        }
        Login::Issuer(issuer) => Bearer::Oidc(Oidc {
            issuer: issuer.url.clone(),
            client_id: issuer.client_id.clone(),
            client_secret: issuer.client_secret.clone(),
            id_token: issuer.id_token.clone(),
            refresh_token: issuer.refresh_token.clone(),
            verification: verification_of(
                "idp-certificate-authority",
                &issuer.authority,
                issuer_authority.as_deref(),
            )?,
            proxy: issuer_proxy,
        }),
    };
    Ok(Target {
        context: parts.context.name.clone(),
        server: address(&place.url),
        url: place.url.clone(),
        namespace: parts
            .context
            .namespace
            .clone()
            .unwrap_or_else(|| "default".to_owned()),
        verification,
        tls_server_name: place.tls_server_name.clone(),
        proxy,
        certificate: account.certificate.clone(),
        bearer,
        impersonate: account.impersonate.clone(),
        compress: parts.cluster.entry.disable_compression != Some(true),
        dial: None,
        pass,
    })
}

fn plugin(exec: &Program, program: std::path::PathBuf, around: &Surroundings) -> ExecPlugin {
    let mut inherited = around.environment.clone();
    inherited.push(("PATH".into(), around.path.clone()));
    ExecPlugin {
        program,
        digest: String::new(),
        arguments: exec.arguments.clone(),
        environment: exec.environment.clone(),
        inherited,
        version: exec.version,
        cluster_info: None,
        install_hint: exec.install_hint.clone(),
    }
}

fn digest(plan: &Plan) -> String {
    let program = plan.facts.iter().find(|fact| fact.what == What::Program);
    program
        .and_then(|fact| fact.digest.clone())
        .unwrap_or_default()
}

fn verification(
    field: &str,
    url: &Uri,
    authority: &Authority,
    read: Option<&[u8]>,
) -> Result<Verification, ConnectError> {
    if url.scheme_str() == Some("http") {
        return Ok(Verification::System);
    }
    verification_of(field, authority, read)
}

fn verification_of(
    field: &str,
    authority: &Authority,
    read: Option<&[u8]>,
) -> Result<Verification, ConnectError> {
    let (field, pem) = match authority {
        Authority::System => return Ok(Verification::System),
        Authority::Skipped => return Ok(Verification::Skipped),
        Authority::Data(pem) => (format!("{field}-data"), pem.as_slice()),
        Authority::File(_) => (field.to_owned(), read.unwrap_or_default()),
    };
    bytes::certificates(&field, pem)
        .map(Verification::Authorities)
        .map_err(ConnectError::Broken)
}
