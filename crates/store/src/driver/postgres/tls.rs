//! Encryption to PostgreSQL: on when the URL says `sslmode=require` (or `verify-ca`, `verify-full`), and then the
//! server's certificate is always verified, name included.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Cause, StoreError};

/// Takes out of a URL what the client doesn't know: the file of the certificate authority, and the finer modes.
pub(super) fn split(url: &str) -> (String, Option<String>) {
    let Some((base, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let mut authority = None;
    let mut kept = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslrootcert", file)) => authority = Some(file.to_owned()),
            Some(("sslmode", "verify-full" | "verify-ca")) => kept.push("sslmode=require"),
            _ => kept.push(pair),
        }
    }
    let question = if kept.is_empty() { "" } else { "?" };
    (format!("{base}{question}{}", kept.join("&")), authority)
}

/// A connector that trusts the certificate authority in `file`, or those of the operating system.
pub(super) fn connector(file: Option<&str>) -> Result<MakeRustlsConnect, StoreError> {
    let unavailable =
        |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Unavailable(Cause::new(error));
    let certificates: Vec<CertificateDer<'static>> = match file {
        Some(file) => CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect)
            .map_err(|error| {
                unavailable(format!("the certificates in {file} can't be read: {error}").into())
            })?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unavailable(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn the_authority_leaves_the_url() {
        let (url, authority) =
            split("postgres://u@h/db?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=3");
        assert_eq!(url, "postgres://u@h/db?sslmode=require&connect_timeout=3");
        assert_eq!(authority.as_deref(), Some("/ca.pem"));
        assert_eq!(
            split("postgres://u@h/db?sslrootcert=/ca.pem").0,
            "postgres://u@h/db"
        );
        assert_eq!(split("postgres://u@h/db"), ("postgres://u@h/db".to_owned(), None));
    }
}
