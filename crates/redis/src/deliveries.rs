//! Webhook deliveries in keys.

use std::fmt;
use std::sync::{Arc, LazyLock};

use ::redis::Script;
use segno_core::BoxFuture;
use segno_core::webhook::{Delivery, Seen, SeenError};

use crate::{Redis, RedisError};

static WAS_ACCEPTED: LazyLock<Script> = LazyLock::new(|| Script::new("return redis.call('EXISTS', KEYS[1])"));
static ACCEPT: LazyLock<Script> =
    LazyLock::new(|| Script::new("redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) return 1"));

/// Remembers which webhook deliveries were accepted, a key for each, which is gone when the delivery can no longer be verified.
#[derive(Clone)]
pub struct RedisSeen {
    server: Redis,
    name: Arc<str>,
}

impl Redis {
    /// The memory of deliveries under `name`, one for each secret that signs them.
    #[doc(alias("webhook", "replay"))]
    #[must_use]
    pub fn seen(&self, name: impl Into<Arc<str>>) -> RedisSeen {
        RedisSeen { server: self.clone(), name: name.into() }
    }
}

impl RedisSeen {
    fn key(&self, delivery: &Delivery) -> String {
        self.server.key("delivery", &format!("{}:{}", self.name, delivery.signature))
    }
}

impl Seen for RedisSeen {
    fn was_accepted<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<bool, SeenError>> {
        Box::pin(async move {
            let known = self.server.run::<i64>(&WAS_ACCEPTED, &self.key(delivery), &[""; 0][..]).await;
            known.map(|known| known == 1).map_err(failed)
        })
    }

    fn accept<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), SeenError>> {
        Box::pin(async move {
            // One that can be verified for just this moment is kept for it.
            let lifetime = delivery.lifetime().as_millis().clamp(1, 1_000_000_000_000).to_string();
            let kept = self.server.run::<i64>(&ACCEPT, &self.key(delivery), &[lifetime][..]).await;
            kept.map(drop).map_err(failed)
        })
    }
}

impl fmt::Debug for RedisSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSeen").field("name", &self.name).finish_non_exhaustive()
    }
}

fn failed(error: RedisError) -> SeenError {
    SeenError::new(error.to_string())
}
