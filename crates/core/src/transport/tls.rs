//! TLS by rustls, with the provider always passed explicitly.
