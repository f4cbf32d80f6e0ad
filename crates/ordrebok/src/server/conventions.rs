//! What browsers and thrifty clients ask of any server: that pages of other sites may read an answer (CORS), and that
//! it is compressed. Neither costs anything to a request that doesn't ask for it.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, ETAG, LINK, LOCATION, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::config::Web;

/// For how long a browser remembers that it may call.
const REMEMBERED: Duration = Duration::from_hours(1);

/// What a page of another site may see of an answer, beside its body.
const EXPOSED: [HeaderName; 11] = [
    ETAG,
    LINK,
    LOCATION,
    RETRY_AFTER,
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("idempotency-replayed"),
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
    HeaderName::from_static("x-ratelimit-remaining"),
    HeaderName::from_static("x-ratelimit-reset"),
    HeaderName::from_static("x-mediaconnect-api-version"),
];

/// The conventions, as the operator has set them.
#[derive(Debug, Clone)]
pub(super) struct Conventions {
    cors: Option<CorsLayer>,
    compression: Option<CompressionLayer<And<SizeAbove, NotForContentType>>>,
}

impl Conventions {
    pub(super) fn new(web: &Web) -> Self {
        let streams = NotForContentType::const_new("text/event-stream");
        let compression = |least| {
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(SizeAbove::new(least).and(streams))
        };
        Self {
            cors: cors(&web.cors_origins),
            compression: (web.compress_from_bytes > 0).then(|| compression(web.compress_from_bytes)),
        }
    }

    /// Lets `answer` answer the request, with what the request asks for around it.
    pub(super) async fn around<E, F: Future<Output = Result<Response<Body>, E>>>(
        &self,
        request: Request<Body>,
        answer: impl Fn(Request<Body>) -> F,
    ) -> Result<Response<Body>, E> {
        let coding = request.headers().get(ACCEPT_ENCODING).cloned();
        let cors = self
            .cors
            .as_ref()
            .filter(|_| request.headers().contains_key(ORIGIN));
        let response = match cors {
            None => answer(request).await?,
            Some(cors) => cors.layer(service_fn(&answer)).oneshot(request).await?,
        };
        Ok(match (coding, &self.compression) {
            (Some(coding), Some(compression)) => compressed(compression, coding, response).await,
            _ => response,
        })
    }
}

/// No layer when no other site may call.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(
            origins
                .iter()
                .filter_map(|origin| HeaderValue::from_str(origin).ok()),
        )
    };
    Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods(AllowMethods::mirror_request())
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(EXPOSED)
            .max_age(REMEMBERED),
    )
}

/// The answer as the client takes it: compressed, when it is large enough.
async fn compressed<P: Predicate + Clone>(
    compression: &CompressionLayer<P>,
    coding: HeaderValue,
    response: Response<Body>,
) -> Response<Body> {
    // The answer is there already: it goes in as the body of what is asked, and comes out of the service as it is.
    let given = service_fn(|asked: Request<Response<Body>>| ready(Ok::<_, Infallible>(asked.into_body())));
    let mut asked = Request::new(response);
    asked.headers_mut().insert(ACCEPT_ENCODING, coding);
    match compression.layer(given).oneshot(asked).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}
