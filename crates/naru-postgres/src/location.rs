//! A database's location: `postgresql://user@host:port/database?sslmode=verify-full&sslrootcert=FILE`.

use std::path::PathBuf;

use naru_core::marks::{MarkError, MarkErrorKind};
use postgres::Config;
use postgres::config::{Host, SslMode};

/// How a connection is secured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Security {
    /// Not at all.
    Plain,
    /// By TLS; the certificate and its name are verified.
    VerifyFull {
        /// Certificates of authorities to trust, as PEM; none: the system's.
        authorities: Option<PathBuf>,
    },
}

/// Reads a location. libpq's options for TLS are not the client's own, and are read here.
///
/// # Errors
/// `Refused` for what is no location, and for a connection that would be neither verified nor to this machine.
pub(crate) fn parse(location: &str, password: Option<&str>) -> Result<(Config, Security), MarkError> {
    let refused = |reason: String| MarkError::new(MarkErrorKind::Refused, "connect to the database of marks", reason);
    let (address, options) = location.split_once('?').unwrap_or((location, ""));
    let (mut mode, mut authorities, mut others) = ("verify-full", None, Vec::new());
    for option in options.split('&').filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some(("sslmode", value)) => mode = value,
            Some(("sslrootcert", file)) => authorities = Some(PathBuf::from(file)),
            _ => others.push(option),
        }
    }
    let text = if others.is_empty() { address.to_owned() } else { format!("{address}?{}", others.join("&")) };
    let config = text.parse::<Config>().map_err(|error| refused(error.to_string()))?;
    let (mut config, security) = match mode {
        "verify-full" => (config, Security::VerifyFull { authorities }),
        "disable" if is_on_this_machine(&config) => (config, Security::Plain),
        "disable" => return Err(refused("sslmode=disable is for a server on this machine".into())),
        other => return Err(refused(format!("sslmode \"{other}\"; write verify-full, or disable for this machine"))),
    };
    config.ssl_mode(if security == Security::Plain { SslMode::Disable } else { SslMode::Require });
    config.connect_timeout(std::time::Duration::from_secs(10)).application_name("naru");
    if let Some(password) = password {
        config.password(password);
    }
    Ok((config, security))
}

fn is_on_this_machine(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => ["localhost", "127.0.0.1", "::1"].contains(&name.as_str()),
        Host::Unix(_) => true,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_connection_is_verified_unless_it_stays_on_this_machine() {
        let security = |location: &str| parse(location, None).map(|(_, security)| security).map_err(|e| e.to_string());
        let verified = Security::VerifyFull { authorities: None };
        assert_eq!(security("postgresql://naru@db.example.com/naru"), Ok(verified.clone()));
        assert_eq!(security("postgresql://naru@db/naru?connect_timeout=3&sslmode=verify-full"), Ok(verified));
        let own = Security::VerifyFull { authorities: Some("ca.pem".into()) };
        assert_eq!(security("postgresql://naru@db/naru?sslrootcert=ca.pem"), Ok(own));
        assert_eq!(security("postgresql://naru@127.0.0.1:5433/naru?sslmode=disable"), Ok(Security::Plain));
        assert!(security("postgresql://naru@db/naru?sslmode=disable").unwrap_err().contains("this machine"));
        assert!(security("postgresql://naru@db/naru?sslmode=prefer").unwrap_err().contains("\"prefer\""));
        assert!(security("postgresql://naru@db/naru?colour=red").is_err());
    }
}
