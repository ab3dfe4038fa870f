//! What the client of every service has.

/// Gives the client of a service what each of them has: `core`, and those of the methods below that are named. The client is a
/// struct with a field `core` of type [`Client`](crate::Client); its builder, a struct with a field `core` of type
/// [`ClientBuilder`](crate::ClientBuilder), gets `base_url` and `settings`.
///
/// | method | |
/// | --- | --- |
/// | `send` | sends an endpoint and reads the response |
/// | `call` | a call that can still be given a deadline or a progress function |
/// | `stream` | the items of a list while the response arrives |
/// | `pages`, `items` | a list page by page, item by item |
/// | `raw` | a request that no endpoint describes |
/// | `download_to` | an endpoint whose response goes to a file |
/// | `blocking` | this client for code without async |
///
/// ```
/// use segno_core::auth::Basic;
/// use segno_core::Secret;
/// use segno_core::client::ClientError;
///
/// /// A client for the Example API.
/// #[derive(Clone, Debug)]
/// pub struct Client {
///     core: segno_core::Client,
/// }
///
/// /// A client in the making.
/// #[derive(Debug)]
/// #[must_use = "a builder does nothing until build() is called"]
/// pub struct ClientBuilder {
///     core: segno_core::ClientBuilder,
///     password: Secret,
/// }
///
/// segno_core::service_client! {
///     Client: send, call;
///     ClientBuilder
/// }
///
/// impl Client {
///     /// A client with this password.
///     pub fn builder(password: impl Into<Secret>) -> ClientBuilder {
///         ClientBuilder {
///             core: segno_core::Client::builder("https://api.example.com/v1/"),
///             password: password.into(),
///         }
///     }
/// }
///
/// impl ClientBuilder {
///     /// The client.
///     ///
///     /// # Errors
///     /// If a setting cannot be used.
///     pub fn build(self) -> Result<Client, ClientError> {
///         let credentials = Basic::new("demo", &self.password)?;
///         self.core.authorize(credentials).build().map(|core| Client { core })
///     }
/// }
///
/// let client = Client::builder("s3cret").base_url("http://127.0.0.1:8401/").build()?;
/// assert!(Client::builder("s3cret").base_url("localhost").build().is_err());
/// # Ok::<(), ClientError>(())
/// ```
// `crate::ApiError` is meant: the error of the service whose crate calls this.
#[allow(clippy::crate_in_macro_def)]
#[macro_export]
macro_rules! service_client {
    ($client:ident: $($method:ident),* $(,)?; $builder:ident $(,)?) => {
        impl $client {
            $( $crate::service_client!(@$method); )*

            /// The client of segno-core that does the work.
            #[must_use]
            pub fn core(&self) -> &$crate::Client {
                &self.core
            }
        }

        impl $builder {
            /// Another base URL: a sandbox, a proxy. A text that is not a URL is an error of `build`.
            pub fn base_url(mut self, url: &str) -> Self {
                self.core = self.core.base_url(url);
                self
            }

            /// Whatever [`segno_core::ClientBuilder`] can be told: timeouts, retries, a rate limiter, a transport, a clock; for
            /// one, `builder.settings(|core| core.call_deadline(Duration::from_secs(20)))`.
            pub fn settings(
                mut self,
                settings: impl FnOnce($crate::ClientBuilder) -> $crate::ClientBuilder,
            ) -> Self {
                self.core = settings(self.core);
                self
            }
        }
    };

    (@raw) => {
        /// A request that no endpoint describes, with retries, limits, credentials and errors as everywhere: see
        /// [`segno_core::client::RawCall`].
        pub fn raw(
            &self,
            method: $crate::Method,
            path: impl Into<String>,
        ) -> $crate::client::RawCall<'_, crate::ApiError> {
            self.core.raw(method, path)
        }
    };
    (@download_to) => {
        /// Sends an endpoint and writes the body of the response to a file, which appears under its name when it is complete; see
        /// [`segno_core::client::Call::download_to`].
        ///
        /// # Errors
        /// See [`segno_core::Error`].
        pub async fn download_to<E: $crate::Endpoint>(
            &self,
            endpoint: &E,
            path: impl AsRef<std::path::Path>,
        ) -> Result<$crate::client::Downloaded, $crate::Error<E::ApiError>> {
            self.core.call(endpoint).download_to(path).await
        }
    };
    (@blocking) => {
        /// This client for code without async: see [`segno_core::blocking`].
        ///
        /// # Errors
        /// If the thread for sockets and timers cannot be started.
        pub fn blocking(&self) -> Result<$crate::blocking::Client<Self>, $crate::client::ClientError> {
            $crate::blocking::Client::new(self.clone())
        }
    };
    (@send) => {
        /// Sends an endpoint and reads the response.
        ///
        /// # Errors
        /// See [`segno_core::Error`]; the service's own part is an [`ApiError`](crate::ApiError) for every endpoint of this crate.
        pub async fn send<E: $crate::Endpoint>(
            &self,
            endpoint: &E,
        ) -> Result<E::Output, $crate::Error<E::ApiError>> {
            self.core.call(endpoint).send().await
        }
    };
    (@call) => {
        /// A call that can still be given a deadline or a progress function.
        pub fn call<'a, E: $crate::Endpoint>(&'a self, endpoint: &'a E) -> $crate::client::Call<'a, E> {
            self.core.call(endpoint)
        }
    };
    (@stream) => {
        /// Sends an endpoint whose response is a list, and decodes item by item while the response arrives: memory stays flat
        /// however long the list is.
        ///
        /// # Errors
        /// See [`segno_core::Error`]; the items have errors of their own.
        pub async fn stream<E: $crate::client::StreamEndpoint>(
            &self,
            endpoint: &E,
        ) -> Result<$crate::client::JsonArrayStream<E>, $crate::Error<E::ApiError>> {
            self.core.stream(endpoint).await
        }
    };
    (@pages) => {
        /// The pages of a list, one after the other, each requested when it is wanted.
        pub fn pages<'e, E: $crate::client::Paged + 'e>(&self, list: E) -> $crate::Pages<'e, E> {
            self.core.pages(list)
        }
    };
    (@items) => {
        /// The items of a list over all its pages; the next page is requested while the caller is busy with this one.
        ///
        /// The list may change meanwhile: an item that the service moves to a later page can come twice.
        pub fn items<E>(&self, list: E) -> $crate::client::Items<'static, E>
        where
            E: $crate::client::Paged + 'static,
            E::Item: Send,
            E::ApiError: Send,
        {
            self.pages(list).prefetch().items()
        }
    };
}
