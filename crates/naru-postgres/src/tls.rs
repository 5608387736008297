//! TLS by rustls: the server's certificate is verified.

use std::path::Path;
use std::sync::Arc;

use naru_core::marks::{MarkError, MarkErrorKind};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What makes connections secure, with the authorities of a file, or the system's.
///
/// # Errors
/// `Refused` where no authority can be read.
pub(crate) fn connector(authorities: Option<&Path>) -> Result<MakeRustlsConnect, MarkError> {
    let refused = |reason: String| MarkError::new(MarkErrorKind::Refused, "trust the database of marks", reason);
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(file) => {
            let unread = |error: &dyn std::fmt::Display| refused(format!("{}: {error}", file.display()));
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unread(&error))? {
                roots.add(certificate.map_err(|error| unread(&error))?).map_err(|error| unread(&error))?;
            }
        }
        None => {
            // What of the system's certificates cannot be used is passed over, as everybody does.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(refused("there are no certificates of authorities; name a file by sslrootcert".into()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| refused(error.to_string()))?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
}
