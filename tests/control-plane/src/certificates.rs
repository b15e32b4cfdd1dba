//! The keys and certificates of one control plane, as PEM files in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use crate::Error;
use crate::error::doing;

/// Files in the folder `pki`: a CA, and what it signed.
pub(crate) struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    /// Makes a new CA with a server certificate (`localhost`, `127.0.0.1`), a front-proxy client certificate, an
    /// administrator's client certificate (group `system:masters`), a certificate with which KEDA's parts serve and call each other,
    /// and the service accounts' key.
    pub(crate) fn make(folder: &Path) -> Result<Self, Error> {
        doing(
            format!("creating {}", folder.display()),
            fs::create_dir_all(folder),
        )?;
        let certificates = Self {
            folder: folder.to_owned(),
        };

        let ca_key = KeyPair::generate()?;
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::CrlSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        ca.distinguished_name
            .push(DnType::CommonName, "control-plane-ca");
        certificates.write("ca.crt", &ca.self_signed(&ca_key)?.pem())?;
        let issuer = Issuer::new(ca, ca_key);

        let client = ExtendedKeyUsagePurpose::ClientAuth;
        certificates.sign(
            &issuer,
            "server",
            "kube-apiserver",
            None,
            &[ExtendedKeyUsagePurpose::ServerAuth],
        )?;
        certificates.sign(
            &issuer,
            "keda",
            "keda",
            None,
            &[ExtendedKeyUsagePurpose::ServerAuth, client.clone()],
        )?;
        certificates.sign(
            &issuer,
            "front-proxy",
            "front-proxy",
            None,
            std::slice::from_ref(&client),
        )?;
        certificates.sign(
            &issuer,
            "admin",
            "certificate-admin",
            Some("system:masters"),
            &[client],
        )?;
        let accounts = KeyPair::generate()?;
        certificates.write("service-accounts.key", &accounts.serialize_pem())?;
        certificates.write("service-accounts.pub", &accounts.public_key_pem())?;
        Ok(certificates)
    }

    /// Path of one of the files, as an argument.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Contents of one of the files.
    pub(crate) fn read(&self, name: &str) -> Result<String, Error> {
        doing(
            format!("reading {}", self.path(name)),
            fs::read_to_string(self.path(name)),
        )
    }

    fn sign(
        &self,
        issuer: &Issuer<'_, KeyPair>,
        file: &str,
        common_name: &str,
        organization: Option<&str>,
        usages: &[ExtendedKeyUsagePurpose],
    ) -> Result<(), Error> {
        let names = if usages.contains(&ExtendedKeyUsagePurpose::ServerAuth) {
            vec!["localhost".to_owned(), "127.0.0.1".to_owned()]
        } else {
            Vec::new()
        };
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = usages.to_vec();
        params.use_authority_key_identifier_extension = true;
        params
            .distinguished_name
            .push(DnType::CommonName, common_name);
        if let Some(organization) = organization {
            params
                .distinguished_name
                .push(DnType::OrganizationName, organization);
        }
        self.write(
            &format!("{file}.crt"),
            &params.signed_by(&key, issuer)?.pem(),
        )?;
        self.write(&format!("{file}.key"), &key.serialize_pem())
    }

    fn write(&self, name: &str, pem: &str) -> Result<(), Error> {
        doing(
            format!("writing {}", self.path(name)),
            fs::write(self.folder.join(name), pem),
        )
    }
}
