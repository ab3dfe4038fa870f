//! What a request passes before a resource works on it: route, authentication, rate limit, method, body.

use super::request::Request;
use super::response::Response;

/// One API of a service, as the steps that a request to it passes. An error at one step ends the way.
pub(crate) trait Api: Sized + Sync {
    /// What every step looks at: the switches for this request, the format of its response.
    type Scope: Send + Sync;
    /// What the path asks for.
    type Route: Send + Sync;
    /// On whose behalf the request comes.
    type Caller: Send + Sync;
    /// What was sent with it.
    type Body: Send;
    /// Why a request is refused.
    type Error: Send;

    /// Before anything is decided.
    fn scope(&self, request: &Request) -> Self::Scope;

    /// What the path asks for.
    fn route(&self, request: &Request, scope: &Self::Scope) -> Result<Self::Route, Self::Error>;

    /// Who calls, and whether they may call this.
    fn authenticate(
        &self,
        request: &mut Request,
        scope: &Self::Scope,
        route: &Self::Route,
    ) -> impl Future<Output = Result<Self::Caller, Self::Error>> + Send;

    /// Counts the request against the caller's limit.
    fn limit(&self, _: &Admitted<'_, Self>) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Whether the route takes the method.
    fn check_method(&self, _: &Admitted<'_, Self>) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Reads what was sent, once it is known that it is wanted.
    fn body(
        &self,
        admitted: &mut Admitted<'_, Self>,
    ) -> impl Future<Output = Result<Self::Body, Self::Error>> + Send;

    /// Does what was asked for.
    fn respond(&self, admitted: &Admitted<'_, Self>, body: Self::Body) -> Result<Response, Self::Error>;

    /// The response to a request that is refused.
    fn error(&self, scope: &Self::Scope, error: Self::Error) -> Response;
}

/// A request whose caller is known.
pub(crate) struct Admitted<'a, A: Api> {
    pub(crate) request: &'a mut Request,
    pub(crate) scope: &'a A::Scope,
    pub(crate) route: A::Route,
    pub(crate) caller: A::Caller,
}

/// Takes a request through all steps.
pub(crate) async fn run<A: Api>(api: &A, request: &mut Request) -> Response {
    let scope = api.scope(request);
    match steps(api, request, &scope).await {
        Ok(response) => response,
        Err(error) => api.error(&scope, error),
    }
}

async fn steps<A: Api>(api: &A, request: &mut Request, scope: &A::Scope) -> Result<Response, A::Error> {
    let route = api.route(request, scope)?;
    let caller = api.authenticate(request, scope, &route).await?;
    let mut admitted = Admitted { request, scope, route, caller };
    api.limit(&admitted)?;
    api.check_method(&admitted)?;
    let body = api.body(&mut admitted).await?;
    api.respond(&admitted, body)
}
