//! Bodies that wait until they are asked for.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::BoxFuture;

/// A body that waits for the service to ask for it (RFC 9110, section 10.1.1).
pub(super) struct Waiting {
    gate: Arc<Gate>,
    /// After which it does not wait any longer.
    patience: BoxFuture<'static, ()>,
}

impl Waiting {
    pub(super) fn new(patience: BoxFuture<'static, ()>) -> Self {
        Self { gate: Arc::default(), patience }
    }

    pub(super) fn on_continue(&self) -> OnContinue {
        OnContinue(Arc::clone(&self.gate))
    }

    /// Resolves when the body may go out.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.gate.poll(cx).is_ready() {
            return Poll::Ready(());
        }
        self.patience.as_mut().poll(cx)
    }
}

/// Whether the service has asked for a body.
#[derive(Debug, Default)]
struct Gate(Mutex<(bool, Option<Waker>)>);

impl Gate {
    fn open(&self) {
        let mut gate = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gate.0 = true;
        if let Some(waker) = gate.1.take() {
            waker.wake();
        }
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        let mut gate = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if gate.0 {
            return Poll::Ready(());
        }
        gate.1 = Some(cx.waker().clone());
        Poll::Pending
    }
}

/// Tells a body that the service asks for it: `100 Continue` arrived.
#[derive(Clone, Debug)]
pub struct OnContinue(Arc<Gate>);

impl OnContinue {
    /// The body may go out.
    pub fn tell(&self) {
        self.0.open();
    }
}
