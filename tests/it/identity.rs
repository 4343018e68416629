//! Identity over HTTP and through its services.

use techmart::identity::service;

use super::support::City;

#[test]
fn every_persona_of_the_prepared_city_can_act() {
    let city = City::new();
    for (persona, ..) in super::support::city::personas() {
        city.as_(&persona).get("/api/v1/problems").expect(200);
    }
    let wrong = super::support::Client::new(&city.base, Some("x".into())).get("/api/v1/problems");
    wrong.refused(401, "token_invalid");
    let office = city.organisation("registration_office2");
    let office = city.app.db.read_blocking(move |snapshot| service::office(snapshot, office)).unwrap();
    assert_eq!((office.number.as_str(), office.division.as_str()), ("02", "450721"));
}
