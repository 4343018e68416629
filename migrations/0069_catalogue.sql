-- A holder's catalogue also names what was traded or has expired since.
DROP INDEX listing_catalogue;
CREATE INDEX listing_catalogue ON listing (entity, holder, published_at, id)
    WHERE state IN ('published', 'traded', 'expired');
