//! Open challenges: their timeline, opinions, proposals, milestones and evaluations.

diesel::table! {
    challenge (id) {
        id -> Text,
        version -> BigInt,
        demand -> Text,
        organisation -> Text,
        holder_urn -> Text,
        holder_name -> Text,
        holder_credit_code -> Text,
        stage -> Text,
        title -> Text,
        requirements -> Text,
        conditions -> Text,
        bounty_fen -> Nullable<BigInt>,
        deadline -> Nullable<Date>,
        published_at -> Nullable<Timestamp>,
        winner_urn -> Nullable<Text>,
        course -> Text,
        steps -> BigInt,
        created_by -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    challenge_step (challenge, number) {
        challenge -> Text,
        number -> BigInt,
        at -> Timestamp,
        act -> Text,
        stage -> Text,
        user_id -> Nullable<Text>,
        unit -> Text,
        words -> Text,
    }
}

diesel::table! {
    challenge_proposal (id) {
        id -> Text,
        version -> BigInt,
        challenge -> Text,
        organisation -> Text,
        bidder_urn -> Text,
        bidder_name -> Text,
        bidder_credit_code -> Text,
        state -> Text,
        price_fen -> BigInt,
        plan -> Text,
        submitted_by -> Text,
        submitted_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    challenge_opinion (id) {
        id -> Text,
        challenge -> Text,
        proposal -> Nullable<Text>,
        expert -> Text,
        unit -> Text,
        verdict -> Text,
        words -> Text,
        recorded_by -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    challenge_milestone (challenge, number) {
        challenge -> Text,
        number -> Integer,
        version -> BigInt,
        title -> Text,
        due_on -> Date,
        amount_fen -> BigInt,
        state -> Text,
        report -> Text,
        files -> Text,
        opinion -> Text,
        submitted_at -> Nullable<Timestamp>,
        accepted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    challenge_evaluation (challenge, number) {
        challenge -> Text,
        number -> Integer,
        result -> Text,
        score -> Nullable<Integer>,
        words -> Text,
        evaluated_on -> Date,
        recorded_by -> Text,
        at -> Timestamp,
    }
}
