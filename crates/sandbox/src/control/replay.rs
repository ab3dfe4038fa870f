//! Requests that were recorded arrive again.

use std::sync::Arc;
use std::time::Duration;

use super::Control;
use crate::kit::Service;
use crate::kit::exchange::replay;
use crate::kit::recording::{RecordedRequest, RecordingError, Replayed};

impl Control {
    /// Lets recorded requests arrive once more, each when the clock says what it said then or later. No fault hits them.
    pub(crate) async fn replay(&self, recorded: &[RecordedRequest]) -> Result<Vec<Replayed>, RecordingError> {
        let requests = recorded.iter().enumerate().map(|(place, recorded)| {
            let request = recorded.to_request().map_err(|error| RecordingError::Request(place + 1, error))?;
            let service = self.service(recorded).ok_or_else(|| {
                let error = format!("requests to `{}` are not recorded", recorded.host);
                RecordingError::Request(place + 1, error)
            })?;
            Ok((request, service))
        });
        // All are understood before the first of them arrives.
        let requests = requests.collect::<Result<Vec<_>, RecordingError>>()?;
        let mut replayed = Vec::with_capacity(recorded.len());
        for (recorded, (request, service)) in recorded.iter().zip(requests) {
            let at = Duration::try_from_secs_f64(recorded.at).unwrap_or_default();
            self.sandbox.clock.advance(at.saturating_sub(self.sandbox.clock.now()));
            let status = replay(&self.sandbox, service, request).await;
            replayed.push(Replayed {
                method: recorded.method.clone(),
                path: recorded.path.clone(),
                recorded: recorded.status,
                status: status.as_u16(),
            });
        }
        Ok(replayed)
    }

    fn service(&self, recorded: &RecordedRequest) -> Option<Arc<dyn Service>> {
        let mut all = self.services.all().into_iter();
        all.find_map(|(_, service)| service.hosts().contains(&recorded.host).then_some(service))
    }
}
