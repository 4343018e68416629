-- What this node publishes of its own accord (its keys, its targets and what stands behind them): the version that
-- was published last, so that only what differs is published again.
CREATE TABLE published_projection (
    name {KEY} NOT NULL PRIMARY KEY,
    id {KEY} NOT NULL,
    version BIGINT NOT NULL,
    -- Empty once it was withdrawn.
    digest {KEY} NOT NULL,
    published_at TIMESTAMP NOT NULL
);
