//! What monitoring and curious visitors look at; needs no login.

use katydid::{Session, TaskResult, flow};
use serde_json::Value;

use crate::answers;
use crate::reader::Reader;

/// Health and status.
#[derive(Debug)]
pub struct Health;

#[flow]
impl Health {
    #[task(weight = 10, tags("health", "monitoring"))]
    async fn health(_: &mut Reader, session: &mut Session) -> TaskResult {
        let reply = session.get("/api/health").send().await?.expect_status(200)?;
        let (reply, health) = answers::read::<Value>(reply)?;
        reply
            .check("status is healthy", |_| health["status"] == "healthy")?
            .check("the database is healthy", |_| health["services"]["database"] == "healthy")?
            .check("extraction is healthy", |_| {
                health["services"]["extraction_service"] == "healthy"
            })?;
        Ok(())
    }

    #[task(weight = 3, tags("health"))]
    async fn root(_: &mut Reader, session: &mut Session) -> TaskResult {
        let reply = session.get("/").send().await?.expect_status(200)?;
        let (reply, card) = answers::read::<Value>(reply)?;
        reply
            .check("it is the TTS Reader API", |_| {
                card["service"].as_str().is_some_and(|name| name.starts_with("TTS Reader API"))
            })?
            .check("it names its version", |_| card["version"].is_string())?
            .check("it points to health", |_| card["endpoints"]["health"] == "/api/health")?;
        Ok(())
    }

    #[task(weight = 1, tags("enterprise"))]
    async fn enterprise_status(_: &mut Reader, session: &mut Session) -> TaskResult {
        let reply = session.get("/api/enterprise/status").send().await?.expect_status(200)?;
        let (reply, status) = answers::read::<Value>(reply)?;
        reply
            .check("the system is operational", |_| status["system_status"] == "operational")?
            .check("the audit trail is whole", |_| {
                status["audit_trail"]["integrity_verified"] == true
                    && status["audit_trail"]["tampering_detected"] == false
            })?;
        Ok(())
    }
}
