//! HTTPS, when a certificate is configured.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::command_error::CommandError;
use crate::config::Tls;

/// The certificate that connections are shown; another one after it was read again.
#[derive(Debug)]
pub(crate) struct Certificate {
    settings: Tls,
    current: RwLock<Arc<ServerConfig>>,
}

impl Certificate {
    /// Reads the certificate that the settings name; none when they name none.
    pub(crate) fn read(settings: &Tls) -> Result<Option<Arc<Self>>, CommandError> {
        let Some(config) = load(settings)? else {
            return Ok(None);
        };
        let current = RwLock::new(Arc::new(config));
        Ok(Some(Arc::new(Self {
            settings: settings.clone(),
            current,
        })))
    }

    /// Reads it again. Connections that are open keep the old one; so does everybody when the new one can't be used.
    pub(crate) fn read_again(&self) {
        match load(&self.settings) {
            Ok(Some(config)) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
                tracing::info!("the certificate was read again");
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(%error, "the certificate could not be read again, and the old one is kept");
            }
        }
    }

    /// What takes a connection in.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(
            &self.current.read().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}

fn load(settings: &Tls) -> Result<Option<ServerConfig>, CommandError> {
    let Some((certificate, key)) = settings.files()? else {
        return Ok(None);
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable("tls.certificate", certificate, &error))?;
    if chain.is_empty() {
        let sentence = format!(
            "tls.certificate: {} has no certificate in it",
            certificate.display()
        );
        return Err(
            CommandError::new(sentence).hint("it must be a PEM file, the server's own certificate first")
        );
    }
    let key_text = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable("tls.key", key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key_text))
        .map_err(|error| CommandError::caused("tls.certificate and tls.key do not go together", &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(config))
}

fn unusable(setting: &str, file: &Path, error: &dyn std::error::Error) -> CommandError {
    CommandError::caused(&format!("{setting}: {} could not be read", file.display()), error)
        .hint("it must be a PEM file that this user may read")
}
