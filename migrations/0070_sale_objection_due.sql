-- Open objections by their last day: whoever answers is reminded of it.
CREATE INDEX sale_objection_due ON sale_objection (due_on, id) WHERE state = 'open';
