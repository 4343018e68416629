-- Whose turn it is, and what waits for one address, from the indexes alone.
DROP INDEX notice_delivery_due;
DROP INDEX notice_delivery_endpoint;
CREATE INDEX notice_delivery_due ON notice_delivery (channel, state, next_at, endpoint);
CREATE INDEX notice_delivery_endpoint ON notice_delivery (endpoint, state, next_at);
-- What an address was told of a record.
CREATE INDEX notice_delivery_told ON notice_delivery (endpoint, subject);
