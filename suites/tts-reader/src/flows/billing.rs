//! Prices and credits.

use katydid::{Session, TaskResult, flow};
use serde_json::Value;

use crate::answers::{self, Owner};
use crate::reader::Reader;

/// What things cost and what is left.
#[derive(Debug)]
pub struct Billing;

#[flow]
impl Billing {
    #[task(weight = 5, tags("billing", "revenue"))]
    async fn pricing_tiers(_: &mut Reader, session: &mut Session) -> TaskResult {
        let reply = session.get("/api/pricing-tiers").send().await?.expect_status(200)?;
        let (reply, prices) = answers::read::<Value>(reply)?;
        reply
            .check("free, light, premium and pro have a price and features", |_| {
                ["free", "light", "premium", "pro"]
                    .iter()
                    .all(|tier| is_tier(&prices["tiers"][tier]))
            })?
            .check("dearer tiers have higher caps", |_| {
                let cap = |tier| prices["tiers"][tier]["monthly_cap"].as_i64();
                cap("light") < cap("premium") && cap("premium") < cap("pro")
            })?
            .check("neural_enabled is told", |_| prices["neural_enabled"].is_boolean())?
            .check("features are compared", |_| prices["features_comparison"]["pro"].is_object())?;
        Ok(())
    }

    #[task(weight = 3, tags("billing"))]
    async fn credit_packages(_: &mut Reader, session: &mut Session) -> TaskResult {
        let reply = session.get("/api/credit-packages").send().await?.expect_status(200)?;
        let (reply, offer) = answers::read::<Value>(reply)?;
        let packages = offer["packages"].as_array();
        reply
            .check("there are seven packages", |_| packages.is_some_and(|all| all.len() == 7))?
            .check("each package costs credits times rate", |_| {
                packages.is_some_and(|all| all.iter().all(is_package))
            })?
            .check("the slider has its bounds", |_| {
                let slider = &offer["slider_config"];
                slider["min"].as_i64() == Some(500)
                    && slider["max"].as_i64() == Some(50_000)
                    && slider["characters_per_credit"].as_i64() == Some(1_000)
            })?;
        Ok(())
    }

    #[task(weight = 7, tags("billing"))]
    async fn credit_balance(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let reply = session.get("/api/credit-balance").send().await?.expect_status(200)?;
        let (reply, balance) = answers::read::<Owner>(reply)?;
        reader.check_owner(reply, &balance)?;
        Ok(())
    }
}

fn is_tier(tier: &Value) -> bool {
    tier["name"].is_string()
        && tier["price_monthly"].is_number()
        && tier["price_yearly"].is_number()
        && tier["monthly_cap"].is_u64()
        && tier["features"]["speech_marks"].is_boolean()
        && tier["features"]["aws_polly_standard"].is_boolean()
}

fn is_package(package: &Value) -> bool {
    let number = |name: &str| package[name].as_f64().unwrap_or(f64::NAN);
    let credits = number("credits");
    credits > 0.0
        && (credits * number("rate") - number("price")).abs() < 0.005
        && number("characters") == credits * 1_000.0
        && package["tier"].is_string()
        && package["description"].is_string()
}
