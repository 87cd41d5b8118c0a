//! Disputes at the double of Stripe: credits are away as long as the money is.

use serde_json::json;

use crate::shop::Shop;

#[tokio::test]
async fn disputed_credits_come_back_when_the_shop_wins() {
    let shop = Shop::open().await;
    let user = shop.app.account("FREE", 0).await;
    let payment = shop.payment(&shop.buy(&user, 2_000).await);
    let (begun, dispute) = shop.stripe.dispute(&payment, 2_400);
    // The second event arrives before the first.
    for it in begun.iter().rev() {
        assert_eq!(shop.stripe.deliver(&it.event).await.unwrap(), 200);
    }
    assert_eq!((shop.app.balance(&user).await, shop.tier(&user).await), (0, json!("FREE")));
    let refused = shop.app.synthesize(&user, "Not now.").await;
    assert_ne!(refused.status, 200);

    shop.stripe.advance(1);
    for it in shop.stripe.decide(&dispute, true) {
        assert_eq!(shop.stripe.deliver(&it.event).await.unwrap(), 200);
    }
    assert_eq!((shop.app.balance(&user).await, shop.tier(&user).await), (2_000, json!("PREMIUM")));
    // Told again, nothing changes any more.
    for it in &begun {
        assert_eq!(shop.stripe.deliver(&it.event).await.unwrap(), 200);
    }
    assert_eq!(shop.app.balance(&user).await, 2_000);
}

#[tokio::test]
async fn a_lost_dispute_is_a_refund_and_nobody_owes() {
    let shop = Shop::open().await;
    let user = shop.app.account("FREE", 0).await;
    let session = shop.order(&user, 500).await;
    let bought = shop.stripe.pay(&session);
    let (begun, dispute) = shop.stripe.dispute(&shop.payment(&session), 300);
    shop.stripe.advance(1);
    let lost = shop.stripe.decide(&dispute, false);
    // Everything in the wrong order: the end, the beginning, the purchase.
    for it in lost.iter().chain(&begun).chain(&bought) {
        assert_eq!(shop.stripe.deliver(&it.event).await.unwrap(), 200, "{}", it.kind);
    }
    assert_eq!(shop.app.balance(&user).await, 250, "half of the money, half of the credits");
    shop.app.synthesize(&user, "One credit.").await.expect_status(200);
    // The rest goes back as well, and one credit of it was spent.
    let rest = shop.stripe.refund(&shop.payment(&session), 300);
    assert_eq!(shop.stripe.deliver(&rest.event).await.unwrap(), 200);
    assert_eq!(shop.app.balance(&user).await, 0);
}
