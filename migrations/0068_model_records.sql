-- Records that were published when a model was learnt; it looks at a sample of many.
ALTER TABLE match_model ADD COLUMN live BIGINT NOT NULL DEFAULT 0;
UPDATE match_model SET live = records;
