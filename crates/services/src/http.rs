//! The HTTP side that every daemon has: `/health` and `/metrics`.

use crate::{Health, Stop};
use axum::{Json, Router, http::StatusCode, response::IntoResponse, routing::get};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder};
use tokio::net::TcpListener;

/// Routes of a daemon's own operation. Installs the process's recorder of metrics, so it can be called once.
pub fn operations(health: Health) -> Result<Router, BuildError> {
    let recorder = PrometheusBuilder::new().install_recorder()?;
    let metrics = move || {
        let recorder = recorder.clone();
        async move {
            recorder.run_upkeep();
            recorder.render()
        }
    };
    let health = move || {
        let report = health.report();
        async move {
            let all = report.values().all(|part| part.healthy);
            let status = if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            (status, Json(report)).into_response()
        }
    };
    Ok(Router::new().route("/health", get(health)).route("/metrics", get(metrics)))
}

/// Serves until the stop, and then as long as requests are under way.
pub async fn serve(listener: TcpListener, router: Router, stop: Stop) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(async move { stop.wait().await }).await
}
